"""A shop order's buyer becomes a customer, each seat a user (WS-08, WS-09)."""

from dataclasses import dataclass, field

from accounts import values
from accounts.customers.finding import find_by_email
from accounts.customers.models import Customer
from accounts.customers.person import person_of, shortened
from accounts.means import Means
from accounts.membership.enrolment import (
    Application,
    Issue,
    enrol,
    generated_login,
    issue_credentials,
)
from accounts.tree.models import Account
from accounts.tree.operations import account_at, customer_in_scope
from accounts.users.models import User
from accounts.users.operations import add_user, find_by_seat, find_by_username
from lineup.contracts.accounts import FilledSeat, SeatsFilled
from lineup.contracts.billing import OrderAccepted, Seat
from lineup.database import Work
from lineup.errors import NotFound


@dataclass
class Filling:
    """One order being filled: whose it is, and what was made for it."""

    customer: Customer
    account: Account
    password: str | None
    """The login's password, of a customer that this order made."""
    filled: list[FilledSeat] = field(default_factory=list)
    made: list[User] = field(default_factory=list)


def fill_seats(work: Work, order: OrderAccepted, *, means: Means) -> None:
    """Find or make the customer, and a user for each seat; announce who got which.

    A seat that was filled before keeps its user; one that names a user of this
    customer renews it. Only users made now are told of, in one message.
    """
    filling = _begun(work, means, order)
    for seat in order.seats:
        _fill(work, means, filling, seat)
    work.announce(
        SeatsFilled(
            id=order.id,
            version=order.version,
            partner_id=filling.customer.partner_id,
            scope=filling.customer.scope,
            customer_id=filling.customer.id,
            seats=filling.filled,
        )
    )
    _tell(work, means, order, filling)


def _begun(work: Work, means: Means, order: OrderAccepted) -> Filling:
    parent = account_at(work, order.scope)
    if parent.partner_id != order.partner_id:
        raise NotFound
    person = person_of(order.buyer)
    known = find_by_email(work, order.partner_id, person.email)
    if known is not None:
        return Filling(known, customer_in_scope(work, known.id), None)
    login = generated_login(work, person)
    new = enrol(work, means, parent, Application(person=person, login=login))
    return Filling(new.customer, new.account, login.password)


def _fill(work: Work, means: Means, filling: Filling, seat: Seat) -> None:
    user = find_by_seat(work, seat.id)
    if user is None and seat.username:
        username = seat.username.strip().lower()
        user = find_by_username(work, filling.account, username)
    if user is None:
        name = _name_of(seat, filling.customer)
        user = add_user(work, means, filling.account, name, seat_id=seat.id)
        filling.made.append(user)
    filling.filled.append(FilledSeat(seat_id=seat.id, user_id=user.id))


def _name_of(seat: Seat, customer: Customer) -> str:
    return shortened(seat.name, values.NAME_CHARACTERS) or customer.username


def _tell(work: Work, means: Means, order: OrderAccepted, filling: Filling) -> None:
    if not filling.customer.email or not (filling.made or filling.password):
        return
    issue = Issue(
        id=order.id,
        version=order.version,
        customer=filling.customer,
        users=filling.made,
        password=filling.password,
    )
    issue_credentials(work, means, issue)
