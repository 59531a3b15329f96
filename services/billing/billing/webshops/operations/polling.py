"""Orders that a shop did not deliver, found by asking it from time to time.

What is found is stored as a delivery and worked on like one, each effect once. One copy
asks a shop at a time, outside of any transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from billing.webshops.messages import ShopOrder
from billing.webshops.models import ShopConnection, ShopOrderRecord
from billing.webshops.operations.deliveries import READERS, store_delivery
from billing.webshops.order_lists import (
    CHANGED,
    SAME_SECOND,
    Access,
    changed_orders,
)
from billing.webshops.payloads import Fields
from billing.webshops.shop_api import NotAnswered
from lineup.contracts.billing.shops import DeliveryTaken, ShopKind
from lineup.database import Database, UnitOfWork
from lineup.ids import new_id
from lineup.secrets import Keyring, Sealed

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=10)
CLAIMED = timedelta(minutes=30)
"""For how long a shop is one copy's: one that died is asked again afterwards."""
LONGEST_PAUSE = timedelta(hours=12)
OVERLAP = timedelta(minutes=10)
"""How far behind the last change seen is asked again: shops commit out of order."""
MOST_PAGES = 10
"""Pages of one turn, so that no shop keeps the others waiting; then it is asked on."""
MOST_PAGES_OF_A_SECOND = 100
MOST_SHOPS = 50
"""Shops of one tick."""
ASKED = "asked"
"""In place of a delivery's own id: the same body is kept once."""
TOPICS = {ShopKind.WOOCOMMERCE: "order.updated", ShopKind.SHOPIFY: "orders/updated"}


@dataclass(frozen=True, kw_only=True)
class ShopQuery:
    """One shop that is to be asked, with what, and since when."""

    shop_id: UUID
    kind: ShopKind
    address: str
    key: Sealed | None
    secret: Sealed
    since: datetime

    def access(self, keyring: Keyring, *, allow_private: bool) -> Access:
        """Where it is asked, its keys opened; NotAnswered where no key of ours can."""
        try:
            key = keyring.open(self.key) if self.key else ""
            secret = keyring.open(self.secret)
        except ValueError:
            raise NotAnswered("keys_lost") from None
        return Access(
            kind=self.kind,
            address=self.address,
            key=key,
            secret=secret,
            allow_private=allow_private,
        )


def ask_shops(database: Database, keyring: Keyring, *, allow_private: bool) -> int:
    """Ask the shops that are due, one after another; how many there were."""
    for count in range(MOST_SHOPS):
        turn = _claim(database)
        if turn is None:
            return count
        _ask(database, turn, keyring, allow_private=allow_private)
    return MOST_SHOPS


def _claim(database: Database) -> ShopQuery | None:
    """The shop that is due longest, for this copy alone."""
    with database.transaction() as work:
        statement = (
            select(ShopConnection)
            .where(
                ShopConnection.ask_at <= work.now,
                ShopConnection.is_active,
                ShopConnection.api_secret.is_not(None),
            )
            .order_by(ShopConnection.ask_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        shop = work.session.scalar(statement)
        if shop is None or shop.api_secret is None:
            return None
        shop.ask_at = work.now + CLAIMED
        return ShopQuery(
            shop_id=shop.id,
            kind=ShopKind(shop.kind),
            address=shop.asked_of,
            key=shop.api_key,
            secret=shop.api_secret,
            since=min(shop.asked_until or shop.created_at, work.now),
        )


def _ask(
    database: Database, turn: ShopQuery, keyring: Keyring, *, allow_private: bool
) -> None:
    """Ask one shop and keep what it tells; what goes wrong is noted at the shop."""
    until, has_more = turn.since, False
    try:
        access = turn.access(keyring, allow_private=allow_private)
        for pages, orders in enumerate(changed_orders(access, turn.since), 1):
            until = max(until, _keep(database, turn, orders))
            if has_more := _is_over(turn, until, pages):
                break
    except NotAnswered as reason:
        _note(database, turn, until, reason)
    except Exception as error:
        log.exception("shop_not_asked", shop=str(turn.shop_id))
        _note(database, turn, until, NotAnswered("failed", type(error).__name__))
    else:
        _finish(database, turn, until, has_more=has_more)


def _is_over(turn: ShopQuery, until: datetime, pages: int) -> bool:
    """Whether a turn ends here, to go on where it came to.

    Where all its pages are of one second, the next turn would read them again: it goes
    on, till there are more than any shop is asked for.
    """
    if pages == MOST_PAGES_OF_A_SECOND:
        raise NotAnswered("too_many_at_once")
    return pages >= MOST_PAGES and until - SAME_SECOND > turn.since


def _keep(
    database: Database, turn: ShopQuery, orders: Sequence[dict[str, Any]]
) -> datetime:
    """Store the orders of a page that tell anything new; the newest change in it.

    A change that lies ahead counts as one of now: it must not hide those before it.
    """
    newest = turn.since
    with database.transaction() as work:
        shop = work.session.get_one(ShopConnection, turn.shop_id)
        for order in orders:
            body = json.dumps(order, ensure_ascii=False).encode("utf-8", "replace")
            changed_at = Fields(order).when(CHANGED[turn.kind])
            newest = max(newest, min(changed_at or newest, work.now))
            if _is_news(work, shop, body):
                store_delivery(work, _delivery(work, shop, body))
    return newest


def _is_news(work: UnitOfWork, shop: ShopConnection, body: bytes) -> bool:
    """Whether more is told than is known; what cannot be read is for people."""
    kind = ShopKind(shop.kind)
    try:
        message = READERS[kind](TOPICS[kind], body)
    except Exception:  # noqa: BLE001 - worked on by itself, it is parked and logged
        return True
    if not isinstance(message, ShopOrder):
        return True
    known = work.session.scalar(
        select(ShopOrderRecord).where(
            ShopOrderRecord.shop_id == shop.id,
            ShopOrderRecord.external_id == message.external_id,
        )
    )
    return known is None or known.is_behind(message)


def _delivery(work: UnitOfWork, shop: ShopConnection, body: bytes) -> DeliveryTaken:
    return DeliveryTaken(
        id=new_id(),
        version=1,
        shop_id=shop.id,
        delivery_key=ASKED,
        topic=TOPICS[ShopKind(shop.kind)],
        source=shop.shop_domain,
        is_test=False,
        body=body,
        received_at=work.now,
    )


def _finish(
    database: Database, turn: ShopQuery, newest: datetime, *, has_more: bool
) -> None:
    """All was told, or as many pages as one turn has: then it goes on at once."""
    with database.transaction() as work:
        shop = _still_asked(work, turn)
        if shop is not None:
            behind = SAME_SECOND if has_more else OVERLAP
            until = max(turn.since, newest - behind)
            shop.answered(until, work.now, work.now if has_more else work.now + EVERY)


def _note(
    database: Database, turn: ShopQuery, newest: datetime, reason: NotAnswered
) -> None:
    """Ask later, ever later, or when the shop says; what was read stays read."""
    log.warning("shop_did_not_answer", shop=str(turn.shop_id), code=reason.code)
    with database.transaction() as work:
        shop = _still_asked(work, turn)
        if shop is not None:
            pause = EVERY * 2 ** min(shop.asking_failures, 10)
            if reason.retry_seconds:
                pause = timedelta(seconds=reason.retry_seconds)
            shop.asked_until = max(turn.since, newest - SAME_SECOND)
            shop.did_not_answer(str(reason), work.now + min(pause, LONGEST_PAUSE))


def _still_asked(work: UnitOfWork, turn: ShopQuery) -> ShopConnection | None:
    """The shop, locked, unless its keys were taken away meanwhile."""
    statement = select(ShopConnection).where(
        ShopConnection.id == turn.shop_id, ShopConnection.api_secret.is_not(None)
    )
    return work.session.scalar(statement.with_for_update())
