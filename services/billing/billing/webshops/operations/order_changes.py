"""An order that was paid and changed afterwards, compared with what it was served.

What is there in addition becomes seats of its own, held until they are looked at;
what is gone and runs is marked, for people to see: whether money went back for it
is for the refunds to say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from billing.catalog import operations as catalog
from billing.webshops.messages import RefundedLine, ShopLine
from billing.webshops.models import OrderSeat, ShopOrderRecord
from billing.webshops.operations.settlement import seats_of
from billing.webshops.reversal import share_of
from billing.webshops.states import MANUAL_LINE, Reason, SeatState
from lineup.database import UnitOfWork
from lineup.ids import new_id


def compare(
    work: UnitOfWork, order: ShopOrderRecord, lines: Sequence[ShopLine]
) -> Sequence[OrderSeat]:
    """Bring the seats of a paid order, locked, in line with its newest payload.

    One that people served by hand is theirs. Answers all seats, line by line.
    """
    seats = seats_of(work, order)
    if any(seat.line_id == MANUAL_LINE for seat in seats):
        return seats
    of_line: dict[str, list[OrderSeat]] = {}
    for seat in seats:
        of_line.setdefault(seat.shop_line_id, []).append(seat)
    added: list[OrderSeat] = []
    for line in _told_apart(lines):
        added += _compare_line(work, order, line, of_line.pop(line.id, []))
    for gone in of_line.values():
        _take_out(work, gone)
    work.session.add_all(added)
    return sorted([*seats, *added], key=lambda seat: (seat.line_id, seat.number))


def mark_removed(
    work: UnitOfWork, order: ShopOrderRecord, lines: Iterable[RefundedLine]
) -> None:
    """Mark pieces that were taken out of an order without money, the last first."""
    seats = seats_of(work, order)
    for line in lines:
        marked = [
            seat
            for seat in seats
            if seat.shop_line_id == line.line_id
            and seat.is_live
            and not seat.is_removed
        ]
        for seat in marked[::-1][: line.quantity]:
            seat.is_removed = True


def _told_apart(lines: Iterable[ShopLine]) -> Iterator[ShopLine]:
    """The lines; where several bear one id the later ones get another."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line.id] += 1
        again = seen[line.id]
        yield line if again == 1 else replace(line, id=f"{line.id}#{again}")


def _compare_line(
    work: UnitOfWork, order: ShopOrderRecord, line: ShopLine, seats: Sequence[OrderSeat]
) -> list[OrderSeat]:
    """Let a line's seats follow it; those that it has in addition."""
    others = [seat for seat in seats if _is_replaced(work, order, seat, line, seats)]
    same = [seat for seat in seats if seat not in others]
    _take_out(work, others)
    gone = sum(seat.is_paid_back for seat in same)
    live = sorted(
        (seat for seat in same if seat.is_live),
        key=lambda seat: (seat.is_held, seat.number),
    )
    wanted = max(line.quantity - gone, 0)
    _take_out(work, live[wanted:])
    for place, seat in enumerate(live[:wanted]):
        seat.is_removed = False
        if seat.is_held:
            _refresh(seat, line, place + gone)
    line_id = f"{line.id}/{line.sku}" if others else line.id
    return _more(
        work,
        order,
        replace(line, id=line_id),
        same,
        range(len(live) + gone, line.quantity),
    )


def _is_replaced(
    work: UnitOfWork,
    order: ShopOrderRecord,
    seat: OrderSeat,
    line: ShopLine,
    seats: Sequence[OrderSeat],
) -> bool:
    """Whether the line sells something else than what a seat was accepted for.

    A product that was renamed or deleted since then is still the same.
    """
    if seat.is_held or not line.sku or seat.sku.lower() == line.sku.lower():
        return False
    plan = catalog.find_plan_by_sku(work, order.partner_id, line.sku)
    if plan is not None:
        return seat.plan_id != plan.id
    alike = [each for each in seats if each.sku == seat.sku]
    return sum(each.amount_minor for each in alike) != line.amount.amount_minor


def _take_out(work: UnitOfWork, seats: Iterable[OrderSeat]) -> None:
    """Pieces that the order has no longer: nobody is served what is held."""
    for seat in seats:
        if seat.is_held:
            seat.reverse(work.now, Reason.REMOVED)
        elif seat.is_live:
            seat.is_removed = True


def _refresh(seat: OrderSeat, line: ShopLine, place: int) -> None:
    """Take over what the newest payload says of a piece that is not served yet."""
    seat.sku, seat.name, seat.unreadable = line.sku, line.name, line.unreadable
    seat.username, seat.device_mac = line.username, line.device_mac
    seat.amount_minor = share_of(line.amount, place, line.quantity).amount_minor


def _more(
    work: UnitOfWork,
    order: ShopOrderRecord,
    line: ShopLine,
    seats: Sequence[OrderSeat],
    places: range,
) -> list[OrderSeat]:
    """Seats for pieces that have none; who was cancelled gets what he had."""
    first = max((seat.number for seat in seats), default=-1) + 1
    known = [seat.user_id for seat in seats if seat.why_reversed == Reason.CANCELLED]
    users: list[UUID | None] = [*known, *[None] * len(places)]
    return [
        OrderSeat(
            id=new_id(),
            order_id=order.id,
            line_id=line.id,
            number=number,
            sku=line.sku,
            name=line.name,
            username=line.username,
            device_mac=line.device_mac,
            unreadable=line.unreadable,
            amount_minor=share_of(line.amount, place, line.quantity).amount_minor,
            state=SeatState.HELD,
            problem="",
            user_id=user_id,
            is_removed=False,
            why_reversed="",
            changed_at=work.now,
        )
        for number, place, user_id in zip(
            range(first, first + len(places)), places, users, strict=False
        )
    ]
