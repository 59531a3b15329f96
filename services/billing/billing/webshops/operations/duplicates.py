"""Orders that are told twice: by two connections of one shop, or part by part.

A shop that was connected anew tells its old orders, too: they stay where they were
heard of first. A shop of many vendors makes an order of each one's part beside the
whole, which is what is served. No shop is connected twice as far as its address tells.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select

from billing.webshops.models import (
    OrderSeat,
    ShopConnection,
    ShopDelivery,
    ShopOrderRecord,
)
from billing.webshops.shop_models import is_same_host
from billing.webshops.states import SeatState
from lineup.contracts.billing.refusals import ShopConnected
from lineup.contracts.billing.shops import ShopKind
from lineup.database import UnitOfWork


def refuse_duplicate_shop(work: UnitOfWork, shop: ShopConnection) -> None:
    """ShopConnected where the partner has another connection to a shop's address.

    One that was connected without its address is known by where it delivers from.
    """
    if not shop.shop_domain:
        return
    key = func.hashtextextended(f"{shop.partner_id} shops", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
    others = select(ShopConnection, _heard_from()).where(
        ShopConnection.partner_id == shop.partner_id,
        ShopConnection.kind == shop.kind,
        ShopConnection.id != shop.id,
    )
    for other, source in work.session.execute(others).all():
        if is_same_host(other.shop_domain or source or "", shop.shop_domain):
            raise ShopConnected(
                f"This shop is connected already, as {other.name}: change the secret"
                " there instead.",
                details={"shop_id": str(other.id)},
            )


def _heard_from() -> ScalarSelect[str]:
    """Where a shop's newest delivery came from that says so."""
    return (
        select(ShopDelivery.source)
        .where(ShopDelivery.shop_id == ShopConnection.id, ShopDelivery.source != "")
        .order_by(ShopDelivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def lock_same_shop(work: UnitOfWork, shop: ShopConnection, *external_ids: str) -> None:
    """Wait until nobody else works on these orders, whichever connection tells them.

    The whole is named before a part of it, so that nobody waits in a ring.
    """
    for external_id in external_ids:
        key = func.hashtextextended(f"{shop.partner_id} {external_id}", 0)
        work.session.execute(select(func.pg_advisory_xact_lock(key)))


@dataclass(frozen=True)
class Home:
    """The connection to which an order belongs, and whether it has heard of it."""

    shop: ShopConnection
    is_known: bool


def home_of(
    work: UnitOfWork, shop: ShopConnection, external_id: str, key: str = ""
) -> Home:
    """The connection to which an order belongs: another one that heard of it first.

    The caller has locked the order's id.
    """
    statement = (
        select(ShopConnection, ShopOrderRecord.shop_key)
        .join(ShopOrderRecord, ShopOrderRecord.shop_id == ShopConnection.id)
        .where(
            ShopOrderRecord.partner_id == shop.partner_id,
            ShopOrderRecord.external_id == external_id,
            ShopConnection.kind == shop.kind,
        )
        .order_by(ShopOrderRecord.id)
    )
    found = work.session.execute(statement).all()
    if any(other.id == shop.id for other, _ in found):
        return Home(shop, is_known=True)
    same = (each for each, known in found if _is_same(shop, each, key, known))
    first = next(same, None)
    return Home(first or shop, is_known=first is not None)


def _is_same(shop: ShopConnection, other: ShopConnection, key: str, known: str) -> bool:
    """Whether two connections are of one shop; some do not say its address."""
    if key and key == known:
        return True
    is_named = bool(shop.shop_domain) and other.is_source(shop.shop_domain)
    return is_named and (shop.kind == ShopKind.SHOPIFY or bool(other.shop_domain))


def whole_of(work: UnitOfWork, order: ShopOrderRecord) -> ShopOrderRecord | None:
    """The order of which this is one vendor's part, once it was heard of."""
    statement = select(ShopOrderRecord).where(
        ShopOrderRecord.shop_id == order.shop_id,
        ShopOrderRecord.external_id == order.shop_parent_id,
    )
    return work.session.scalar(statement)


def parts_of(work: UnitOfWork, order: ShopOrderRecord) -> Sequence[ShopOrderRecord]:
    """The vendors' parts of an order that were heard of, locked."""
    statement = select(ShopOrderRecord).where(
        ShopOrderRecord.shop_id == order.shop_id,
        ShopOrderRecord.shop_parent_id == order.external_id,
    )
    ordered = statement.order_by(ShopOrderRecord.id).with_for_update()
    return work.session.scalars(ordered).all()


def served_elsewhere(
    seats: Sequence[OrderSeat], others: Iterable[OrderSeat]
) -> list[OrderSeat]:
    """Held pieces that other seats of the same order stand for, each of them once."""
    known = Counter(seat.sku.lower() for seat in others)
    known -= Counter(seat.sku.lower() for seat in seats if seat.is_closed)
    found = []
    for seat in seats:
        sku = seat.sku.lower()
        if seat.is_held and known[sku]:
            known[sku] -= 1
            found.append(seat)
    return found


def is_unassigned(seats: Sequence[OrderSeat]) -> bool:
    """Whether nobody was ever served for these seats."""
    idle = (SeatState.CLOSED, SeatState.REVERSED)
    return all(seat.state in idle and seat.user_id is None for seat in seats)
