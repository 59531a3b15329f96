"""A shop order's buyer becomes a customer, each seat a user."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from accounts import values
from accounts.customers.finding import find_by_email
from accounts.customers.models import Customer
from accounts.customers.person import person_of, shortened
from accounts.dependencies import Dependencies
from accounts.devices.operations import find_user_by_mac, note_mac
from accounts.membership.enrolment import (
    Application,
    Issue,
    enrol,
    generated_login,
    issue_credentials,
)
from accounts.tree.models import Account
from accounts.tree.operations import account_at, is_below_switched_off
from accounts.users.limits import refuse_one_more_user
from accounts.users.models import User
from accounts.users.operations import (
    find_by_seats,
    find_in_partner,
    find_of_partner,
    make_user,
    set_users_status,
)
from accounts.users.service_times import follow_first_users, refresh_customer
from lineup.access import PackageLimit
from lineup.contracts.accounts.orders import FilledSeat, SeatsFilled, UnfilledSeat
from lineup.contracts.accounts.refusals import AccountNotFound, LimitReached
from lineup.contracts.accounts.tree import GONE, Status
from lineup.contracts.billing.orders import OrderAccepted, Seat, UsersHeldBack
from lineup.database import UnitOfWork
from lineup.scope import above


class NotServed(Exception):  # noqa: N818 - reads as a sentence
    """A seat gets no user by itself; `problem` is a code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass
class Fulfilment:
    """One order being filled: whose it is, and what was made for it."""

    order: OrderAccepted
    parent: Account
    known: Mapping[UUID, User]
    """Who was made for its seats before."""
    buyer: Customer | None = None
    """Whose the seats are that name nobody; found or made for the first of them."""
    password: str | None = None
    """The login's password, of a customer that this order made."""
    filled: list[FilledSeat] = field(default_factory=list)
    unfilled: list[UnfilledSeat] = field(default_factory=list)
    made: list[User] = field(default_factory=list)
    served: Customer | None = None
    """Whose the last user is that was known; kept, to be asked for once."""
    off: dict[str, bool] = field(default_factory=dict)
    """Whether who lies right below a path is switched off by a seller above."""


def fill_seats(
    work: UnitOfWork, order: OrderAccepted, *, dependencies: Dependencies
) -> None:
    """Find or make a user for each seat; announce who got which, and who got none.

    A seat that was filled before keeps its user; one that names a user renews it,
    whoever pays. Only users made now are told of, in one message.
    """
    parent = account_at(work, order.scope)
    if parent.partner_id != order.partner_id:
        raise AccountNotFound
    silent = [seat.id for seat in order.seats if seat.user_id is None]
    known = find_by_seats(work, silent) if silent else {}
    fulfilment = Fulfilment(order, parent, known)
    with work.announcing_together():
        for seat in order.seats:
            _fill(work, dependencies, fulfilment, seat)
        if fulfilment.buyer is not None and fulfilment.made:
            _follow_users(work, fulfilment.buyer, fulfilment)
        _tell_billing(work, fulfilment)
        _issue_credentials(work, dependencies, fulfilment)


def _follow_users(work: UnitOfWork, buyer: Customer, fulfilment: Fulfilment) -> None:
    """Let the buyer's row follow the users that were made; a new one has no others."""
    if fulfilment.password is None:
        refresh_customer(work, buyer.id)
    else:
        follow_first_users(buyer, fulfilment.made)


def _tell_billing(work: UnitOfWork, fulfilment: Fulfilment) -> None:
    order, customer = (
        fulfilment.order,
        fulfilment.buyer or _first_served(work, fulfilment),
    )
    work.announce(
        SeatsFilled(
            id=order.id,
            version=order.version,
            partner_id=order.partner_id,
            scope=customer.scope if customer else "",
            customer_id=customer.id if customer else None,
            seats=fulfilment.filled,
            unfilled=fulfilment.unfilled,
        )
    )


def hold_back(
    work: UnitOfWork, held_back: UsersHeldBack, *, dependencies: Dependencies
) -> None:
    """Let the users of a disputed order be off, or on again where their customer is."""
    found = (
        find_of_partner(work, held_back.partner_id, user_id)
        for user_id in held_back.user_ids
    )
    for user in filter(None, found):
        customer = work.session.get_one(Customer, user.customer_id)
        is_off = held_back.are_held_back or customer.status is not Status.ACTIVE
        status = Status.INACTIVE if is_off else Status.ACTIVE
        set_users_status(work, dependencies, [user], status)


def _fill(
    work: UnitOfWork, dependencies: Dependencies, fulfilment: Fulfilment, seat: Seat
) -> None:
    try:
        user = _user_for(work, dependencies, fulfilment, seat)
    except (NotServed, PackageLimit, LimitReached) as reason:
        problem = reason.problem if isinstance(reason, NotServed) else reason.code
        fulfilment.unfilled.append(UnfilledSeat(seat_id=seat.id, problem=problem))
        return
    fulfilment.filled.append(
        FilledSeat(
            seat_id=seat.id,
            user_id=user.id,
            customer_id=user.customer_id,
            scope=user.scope,
            device_problem=note_mac(work, user, seat.device_mac),
        )
    )


def _user_for(
    work: UnitOfWork, dependencies: Dependencies, fulfilment: Fulfilment, seat: Seat
) -> User:
    """The user of a seat, known or made now; NotServed where people must decide."""
    user = _known_user(work, fulfilment, seat)
    if user is not None:
        fulfilment.served = work.session.get_one(Customer, user.customer_id)
        _check_in_use(work, fulfilment, fulfilment.served)
        return user
    buyer = _buyer(work, dependencies, fulfilment)
    _check_in_use(work, fulfilment, buyer)
    name = shortened(seat.name, values.NAME_CHARACTERS) or buyer.username
    made = make_user(work, dependencies, buyer, name, seat_id=seat.id)
    fulfilment.made.append(made)
    return made


def _known_user(work: UnitOfWork, fulfilment: Fulfilment, seat: Seat) -> User | None:
    """The user that was chosen, made before, or is named; None where nobody is."""
    order = fulfilment.order
    if seat.user_id is not None:
        chosen = find_of_partner(work, order.partner_id, seat.user_id)
        if chosen is None:
            raise NotServed("user_not_found")
        return chosen
    if seat.id in fulfilment.known:
        return fulfilment.known[seat.id]
    if not seat.username:
        return find_user_by_mac(work, order.partner_id, seat.device_mac)
    named = find_in_partner(work, order.partner_id, [_username(seat)])
    if named is None:
        raise NotServed("unknown_user")
    return named


def _buyer(
    work: UnitOfWork, dependencies: Dependencies, fulfilment: Fulfilment
) -> Customer:
    """The customer for whom users are made: known, or enrolled now."""
    if fulfilment.buyer is None:
        fulfilment.buyer = _found_buyer(work, fulfilment.order)
    if fulfilment.buyer is None:
        if _is_off_below(work, fulfilment, fulfilment.order.scope):
            raise NotServed("seller_off")
        parent = fulfilment.parent
        refuse_one_more_user(work, parent.partner_id, parent.id)
        person = person_of(fulfilment.order.buyer)
        login = generated_login(work, person, parent)
        application = Application(person=person, login=login)
        fulfilment.buyer = enrol(
            work, dependencies, fulfilment.parent, application
        ).customer
        fulfilment.password = login.password
    return fulfilment.buyer


def _found_buyer(work: UnitOfWork, order: OrderAccepted) -> Customer | None:
    """Whom the shop's customer was before, or by mail, or by the users it names."""
    if order.customer_id is not None:
        known = work.session.get(Customer, order.customer_id)
        if known is not None and _is_living(known, order):
            return known
    email = person_of(order.buyer).email
    if email:
        return find_by_email(work, order.partner_id, email)
    names = [_username(seat) for seat in order.seats if seat.username]
    user = find_in_partner(work, order.partner_id, names)
    return None if user is None else work.session.get(Customer, user.customer_id)


def _is_living(customer: Customer, order: OrderAccepted) -> bool:
    is_here = customer.partner_id == order.partner_id
    return is_here and customer.status not in GONE


def _is_off_below(work: UnitOfWork, fulfilment: Fulfilment, path: str) -> bool:
    """Whether who lies right below a path is switched off; asked once for each path."""
    if path not in fulfilment.off:
        fulfilment.off[path] = is_below_switched_off(work, path)
    return fulfilment.off[path]


def _check_in_use(work: UnitOfWork, fulfilment: Fulfilment, customer: Customer) -> None:
    """NotServed for who is switched off: time that is paid for would run down."""
    if customer.status is not Status.ACTIVE:
        raise NotServed("customer_off")
    if _is_off_below(work, fulfilment, above(customer.scope)):
        raise NotServed("seller_off")


def _first_served(work: UnitOfWork, fulfilment: Fulfilment) -> Customer | None:
    """Whose the first user is that an order serves, where the buyer got none."""
    if not fulfilment.filled:
        return None
    return work.session.get(Customer, fulfilment.filled[0].customer_id)


def _username(seat: Seat) -> str:
    return seat.username.strip().lower()


def _issue_credentials(
    work: UnitOfWork, dependencies: Dependencies, fulfilment: Fulfilment
) -> None:
    customer = fulfilment.buyer
    if customer is None or not customer.email:
        return
    if not (fulfilment.made or fulfilment.password):
        return
    issue = Issue(
        id=fulfilment.order.id,
        version=fulfilment.order.version,
        customer=customer,
        users=fulfilment.made,
        password=fulfilment.password,
    )
    issue_credentials(work, dependencies, issue)
