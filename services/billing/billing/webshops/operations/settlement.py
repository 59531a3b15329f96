"""Settling an order: seats reversed or accepted, its state said, users asked for."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.people import operations as people
from billing.subscriptions import operations as subscriptions
from billing.webshops.messages import PaymentStatus
from billing.webshops.models import (
    OrderEffect,
    OrderSeat,
    ShopConnection,
    ShopOrderRecord,
)
from billing.webshops.operations import duplicates
from billing.webshops.operations.closed_exceptions import still_open
from billing.webshops.operations.disputes import hold_users_back
from billing.webshops.operations.refund_allocation import seats_paid_back
from billing.webshops.operations.serving_checks import problem_of
from billing.webshops.operations.user_matching import choose_users, remembered_customer
from billing.webshops.states import Effect, Reason, SeatState
from lineup.contracts.billing.orders import Buyer, OrderAccepted, Seat
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.values import find_mail_address

NEEDED = {"unknown_sku", "no_sku", "wrong_currency"}
"""What a line cannot be served with, even in an order that people accepted."""


def settle(
    work: UnitOfWork,
    shop: ShopConnection,
    order: ShopOrderRecord,
    *,
    parts: Sequence[ShopOrderRecord] | None = None,
    seats: Sequence[OrderSeat] | None = None,
) -> None:
    """Do what follows from all that is known of a locked order, and no more than once.

    What was refunded goes first, so that nobody is served who was paid back already.
    A new order is written when all of that is known. Its parts and its seats, line by
    line, may be known to the caller.
    """
    with work.session.no_autoflush if order.is_unsaved else nullcontext():
        _settle(
            work,
            shop,
            order,
            duplicates.parts_of(work, order) if parts is None else parts,
            seats_of(work, order) if seats is None else seats,
        )


def _settle(
    work: UnitOfWork,
    shop: ShopConnection,
    order: ShopOrderRecord,
    parts: Sequence[ShopOrderRecord],
    seats: Sequence[OrderSeat],
) -> None:
    refunds = refunds_of(work, order)
    accepted = False
    if order.is_void(_sum(refunds, order.currency)):
        why = order.why_void(_sum(refunds, order.currency))
        reverse(work, [seat for seat in seats if seat.is_live], why)
    elif order.is_paid:
        _apply(work, order, seats, refunds)
        accepted = _review(work, shop, order, parts, seats)
    order.version += accepted
    _conclude(work, order, seats, refunds)
    if accepted:
        work.announce(order_announcement(work, order, seats))


def conclude(
    work: UnitOfWork, order: ShopOrderRecord, seats: Sequence[OrderSeat]
) -> None:
    """Say how far an order is, and what of it people must look at."""
    with work.session.no_autoflush:  # its row is written once, at the end
        _conclude(work, order, seats, refunds_of(work, order))


def _conclude(
    work: UnitOfWork,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    refunds: Sequence[OrderEffect],
) -> None:
    is_void = order.is_void(_sum(refunds, order.currency))
    found = _exceptions(order, seats, [] if is_void else refunds)
    if (is_void or refunds) and _is_unserved_part(work, order, seats):
        found.append(f"part_refunded: {order.number}")
    order.exceptions = still_open(work, order, found)
    order.settle(seats, is_void=is_void)
    hold_users_back(work, order, seats)
    work.session.flush()


def _is_unserved_part(
    work: UnitOfWork, order: ShopOrderRecord, seats: Sequence[OrderSeat]
) -> bool:
    """Whether it is a part of an order that stands and that was served in its place."""
    if not order.shop_parent_id or not duplicates.is_unassigned(seats):
        return False
    whole = duplicates.whole_of(work, order)
    return whole is not None and not PaymentStatus(whole.standing).is_void


def seats_of(work: UnitOfWork, order: ShopOrderRecord) -> Sequence[OrderSeat]:
    """Every seat of an order, line by line."""
    if order.is_unsaved:
        return []
    statement = select(OrderSeat).where(OrderSeat.order_id == order.id)
    ordered = statement.order_by(OrderSeat.line_id, OrderSeat.number)
    return work.session.scalars(ordered).all()


def reverse(
    work: UnitOfWork, seats: Iterable[OrderSeat], why: Reason = Reason.REFUND
) -> None:
    """Take seats back: a subscription that was started for one ends now.

    What had given way to them goes on, where it can.
    """
    gone = list(seats)
    filled = [seat for seat in gone if seat.state == SeatState.FILLED]
    for seat in filled:
        subscriptions.reverse_for_order(work, seat.id)
    waited = {seat.user_id for seat in gone if seat.state == SeatState.SCHEDULED}
    for seat in gone:
        seat.reverse(work.now, why)
    for user_id in _waiting_no_more(work, waited):
        subscriptions.let_renew(work, user_id)
    for seat in filled:
        seat.remark(subscriptions.bring_back(work, seat.id))


def _waiting_no_more(work: UnitOfWork, user_ids: Collection[UUID | None]) -> list[UUID]:
    """For which of these users no seat of any order waits for an end any more."""
    if not user_ids:
        return []
    waiting = select(OrderSeat.user_id).where(
        OrderSeat.user_id.in_(user_ids), OrderSeat.state == SeatState.SCHEDULED
    )
    still = set(work.session.scalars(waiting))
    return sorted(one for one in user_ids if one is not None and one not in still)


def announce(
    work: UnitOfWork, order: ShopOrderRecord, seats: Sequence[OrderSeat]
) -> None:
    """Ask accounts for a user for each seat that is to be served."""
    order.version += 1
    work.announce(order_announcement(work, order, seats))


def order_announcement(
    work: UnitOfWork, order: ShopOrderRecord, seats: Sequence[OrderSeat]
) -> OrderAccepted:
    """An accepted order as others see it: every seat that is to be served."""
    customer_id = remembered_customer(work, order)
    return OrderAccepted(
        id=order.id,
        version=order.version,
        partner_id=order.partner_id,
        scope=order.scope,
        buyer=Buyer(**order.buyer),
        seats=[
            Seat(
                id=seat.id,
                name=seat.name,
                username=seat.username,
                user_id=seat.user_id,
                device_mac=seat.device_mac,
            )
            for seat in seats
            if seat.is_wanted
        ],
        customer_id=customer_id,
    )


def refunds_of(work: UnitOfWork, order: ShopOrderRecord) -> Sequence[OrderEffect]:
    """Every refund of an order, in the order they were heard of."""
    if order.is_unsaved:
        return []
    statement = select(OrderEffect).where(
        OrderEffect.shop_id == order.shop_id,
        OrderEffect.external_order_id == order.external_id,
        OrderEffect.effect == Effect.REFUND,
    )
    fresh = statement.order_by(OrderEffect.noted_at, OrderEffect.refund_id)
    return work.session.scalars(fresh).all()


def _sum(refunds: Iterable[OrderEffect], asset: str) -> Money:
    amounts = (refund.amount for refund in refunds if refund.asset == asset)
    return sum(amounts, Money.zero(asset))


def _apply(
    work: UnitOfWork,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    refunds: Iterable[OrderEffect],
) -> None:
    """Take back what each refund not yet applied pays for."""
    for refund in refunds:
        if refund.applied_at is None:
            taken = seats_paid_back(order, seats, refund)
            if taken is None:
                refund.problem = "refund_unclear"
                continue
            reverse(work, [seat for seat in seats if seat.id in taken])
            refund.apply(work.now)


def _review(
    work: UnitOfWork,
    shop: ShopConnection,
    order: ShopOrderRecord,
    parts: Sequence[ShopOrderRecord],
    seats: Sequence[OrderSeat],
) -> bool:
    """Accept every held line that nothing speaks against; whether there was any."""
    if _is_awaited(work, order, parts, seats):
        return False
    accepted = False
    silent = _buyers_problem(order)
    named = _named_users(work, order, seats) if silent else set[str]()
    open_seats = [seat for seat in seats if seat.is_held and not seat.is_removed]
    for line_id in sorted({seat.line_id for seat in open_seats}):
        line = [seat for seat in open_seats if seat.line_id == line_id]
        plan = catalog.find_plan_by_sku(work, shop.partner_id, line[0].sku)
        is_told = not silent or _name_of(line[0]) in named
        problem = problem_of(shop, order, seats, line, plan)
        problem = problem or ("" if is_told else silent)
        if order.is_accepted and problem not in NEEDED:
            problem = ""
        if _is_nothing(shop, line, problem):
            _close(work, line)
        else:
            accepted |= _judge(work, order, line, plan, problem)
    return accepted


def _is_awaited(
    work: UnitOfWork,
    order: ShopOrderRecord,
    parts: Sequence[ShopOrderRecord],
    seats: Sequence[OrderSeat],
) -> bool:
    """Whether an order is one vendor's part of another one that is not heard of yet.

    What that one has is served there. People may accept a part as it is, which the
    whole order then leaves alone.
    """
    if order.is_accepted or not order.shop_parent_id:
        served = [seat for part in parts for seat in seats_of(work, part)]
        taken = [seat for seat in served if seat.is_taken_up]
        _close(work, duplicates.served_elsewhere(seats, taken))
        return False
    whole = duplicates.whole_of(work, order)
    if whole is not None and whole.is_paid:
        _close(work, duplicates.served_elsewhere(seats, seats_of(work, whole)))
        return False
    for seat in seats:
        if seat.is_held:
            seat.put_on_hold("sub_order", work.now)
    return True


def _is_nothing(shop: ShopConnection, line: Sequence[OrderSeat], problem: str) -> bool:
    """Whether a line is of what the shop sells beside, and nobody wants to see."""
    is_strange = problem in ("unknown_sku", "no_sku")
    return is_strange and shop.ignores(line[0].sku or line[0].name)


def _close(work: UnitOfWork, line: Iterable[OrderSeat]) -> None:
    for seat in line:
        if seat.is_held:
            seat.close(work.now)


def _judge(
    work: UnitOfWork,
    order: ShopOrderRecord,
    line: Sequence[OrderSeat],
    plan: Plan | None,
    problem: str,
) -> bool:
    """Accept what is held of a line, or say what speaks against it; whether any was."""
    held = [seat for seat in line if seat.is_held]
    if plan is not None and not problem:
        problem = choose_users(work, order, line, plan)
    for seat in held:
        if plan is None or problem:
            seat.put_on_hold(problem, work.now)
        else:
            seat.accept(plan.id, work.now)
    return bool(held) and plan is not None and not problem


def _buyers_problem(order: ShopOrderRecord) -> str:
    """Why the buyer cannot be told credentials; empty where it can."""
    email = order.buyer.get("email", "")
    if find_mail_address(email):
        return ""
    return "bad_email" if email else "no_email"


def _named_users(
    work: UnitOfWork, order: ShopOrderRecord, seats: Iterable[OrderSeat]
) -> set[str]:
    """The users that an order names and that nobody need be told of.

    They are of one customer, the first one named: it is the order's.
    """
    names = dict.fromkeys(_name_of(seat) for seat in seats if seat.username)
    owners = people.customers_of(work, order.partner_id, names.keys())
    first = next((owners[name] for name in names if name in owners), None)
    return {name for name, owner in owners.items() if owner == first}


def _name_of(seat: OrderSeat) -> str:
    """How the user that a seat names is called; shops write it in capitals, too."""
    return seat.username.strip().lower()


def _exceptions(
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    refunds: Iterable[OrderEffect],
) -> list[str]:
    """What people must look at, each as `code: what it is about`."""
    told = order.problem.partition(":")[0] if order.is_unreadable else ""
    lines = dict.fromkeys(
        seat.exception
        for seat in seats
        if seat.needs_attention and not (seat.is_held and seat.problem == told)
    )
    unclear = [refund.exception for refund in refunds if refund.exception]
    removed = dict.fromkeys(
        f"line_removed: {seat.subject}"
        for seat in seats
        if seat.is_removed and seat.is_taken_up
    )
    gone = order.is_deleted_at_shop and any(seat.is_live for seat in seats)
    deleted = [f"deleted_at_shop: {order.number}"] if gone else []
    whole = _of_order(order, seats)
    return [*whole, *lines, *removed, *unclear, *deleted, *order.disputed]


def _of_order(order: ShopOrderRecord, seats: Sequence[OrderSeat]) -> list[str]:
    """What is wrong with an order as a whole."""
    if not order.is_paid:
        return []
    if order.is_unreadable and not PaymentStatus(order.standing).is_void:
        is_over = order.is_accepted and seats and not any(one.is_held for one in seats)
        return [] if is_over else [order.problem]
    if order.keeps_money and order.paid_minor:
        return [f"money_kept: {Money(order.paid_minor, order.currency)}"]
    return [] if seats else [f"no_lines: {order.number}"]
