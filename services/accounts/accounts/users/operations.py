"""What can be asked of users."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select

from accounts import values
from accounts.customers.finding import find_for_update
from accounts.customers.models import Customer
from accounts.dependencies import Dependencies
from accounts.search_text import search_words
from accounts.subscriptions.operations import refuse_while_running
from accounts.tree.models import Account
from accounts.tree.operations import (
    customer_in_scope,
    of_partner,
    public_urls,
    switched_off,
)
from accounts.users import credentials
from accounts.users.limits import refuse_one_more_user
from accounts.users.models import User
from accounts.users.service_times import refresh_customer
from lineup.contracts.accounts.refusals import UserNotFound
from lineup.contracts.accounts.tree import GONE, Status
from lineup.contracts.accounts.users import (
    CreateUser,
    GetUser,
    ListUsers,
    RenameUser,
    UserView,
)
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.validation import ValidationErrors
from lineup.verbs import handles

ORDERS = {
    "name": User.name,
    "username": User.username,
    "ends_at": User.ends_at,
}


@handles(CreateUser)
def create_user(
    work: UnitOfWork, request: CreateUser, *, dependencies: Dependencies
) -> UserView:
    """Add a user to a customer; its credentials and link are generated."""
    customer = customer_in_scope(work, request.customer_id)
    name = checked_name(request.name)
    user = add_user(work, dependencies, customer, name)
    return view_of(work, dependencies, user)


@handles(GetUser, row=User)
def get_user(
    work: UnitOfWork, request: GetUser, *, dependencies: Dependencies
) -> UserView:
    """One user in the actor's part of the tree."""
    user = user_in_scope(work, request.user_id)
    return view_of(work, dependencies, user)


@handles(ListUsers)
def list_users(
    work: UnitOfWork, request: ListUsers, *, dependencies: Dependencies
) -> Page[UserView]:
    """Users, newest first or in another order, narrowed by customer and a text."""
    statement = of_partner(_living(work), User, work.actor)
    if request.customer_id is not None:
        statement = statement.where(User.customer_id == request.customer_id)
    if request.username:
        statement = statement.where(User.username == request.username)
    for word in search_words(request.search):
        statement = statement.where(User.search.contains(word, autoescape=True))
    page = page_of(
        work.session, statement, User, request.paging, lambda user: user, ORDERS
    )
    partner_ids = {user.partner_id for user in page.items}
    urls = public_urls(work.session, partner_ids, dependencies.public_url)
    off = switched_off(work)
    items = [user.view(urls[user.partner_id], work.now, off) for user in page.items]
    return page.showing(items)


@handles(RenameUser, changes=GetUser)
def rename_user(
    work: UnitOfWork, request: RenameUser, *, dependencies: Dependencies
) -> UserView:
    """Give a user another name; two users may share one."""
    user = lock_user(work, request.user_id)
    if request.name is not UNSET:
        user.rename(checked_name(request.name))
    announce_users(work, dependencies, [user])
    refresh_customer(work, user.customer_id)
    return view_of(work, dependencies, user)


def delete_users(
    work: UnitOfWork, dependencies: Dependencies, users: Sequence[User]
) -> None:
    """Delete a customer's users, all of them or, while one is served, none."""
    refuse_while_running(work, [user.id for user in users])
    set_users_status(work, dependencies, users, Status.DELETED)


def set_users_status(
    work: UnitOfWork, dependencies: Dependencies, users: Sequence[User], status: Status
) -> None:
    """Let all of a customer's users be in use, refused, or deleted; announced."""
    fresh = lock_users(work, User.id.in_([user.id for user in users]))
    turning = [user for user in fresh if user.status not in {status, Status.DELETED}]
    for user in turning:
        user.set_status(status)
    announce_users(work, dependencies, turning)
    for customer_id in {user.customer_id for user in users}:
        refresh_customer(work, customer_id)


def add_user(
    work: UnitOfWork, dependencies: Dependencies, customer: Account, name: str
) -> User:
    """Make a user of a customer, whose row follows."""
    user = make_user(work, dependencies, customer, name)
    refresh_customer(work, customer.id)
    return user


def make_user(
    work: UnitOfWork,
    dependencies: Dependencies,
    customer: Account | Customer,
    name: str,
    *,
    seat_id: UUID | None = None,
) -> User:
    """Make a user of a customer, announced, with new credentials.

    The caller lets the customer's row follow, once for all the users that it makes.
    PackageLimit where its partner, LimitReached where its seller has as many as it may.
    """
    refuse_one_more_user(work, customer.partner_id, _seller_of(customer))
    user = User(
        id=new_id(),
        customer_id=customer.id,
        partner_id=customer.partner_id,
        scope=customer.scope,
        name="",
        username=credentials.generate_username(lambda name: _is_taken(work, name)),
        password=dependencies.keyring.seal(credentials.generate_password()),
        token=credentials.generate_token(),
        seat_id=seat_id,
        status=customer.status,
        version=0,
        created_at=work.now,
    )
    user.rename(name)
    user.apply_subscriptions([])
    work.session.add(user)
    work.session.flush()
    announce_users(work, dependencies, [user])
    return user


def _seller_of(customer: Account | Customer) -> UUID | None:
    if isinstance(customer, Customer):
        return customer.seller_id
    return customer.parent_id


def lock_user(work: UnitOfWork, user_id: UUID) -> User:
    """A user the actor may see, for this transaction alone, with its customer."""
    user = user_in_scope(work, user_id)
    find_for_update(work, user.customer_id)
    work.session.refresh(user, with_for_update=True)
    if user.status in GONE:
        raise UserNotFound
    return user


def user_in_scope(work: UnitOfWork, user_id: UUID) -> User:
    """A user the actor may see; NotFound otherwise."""
    user = work.session.scalar(_living(work).where(User.id == user_id))
    if user is None:
        raise UserNotFound
    return user


def find_in_partner(
    work: UnitOfWork, partner_id: UUID, usernames: Sequence[str]
) -> User | None:
    """The first user of a partner that one of these Xtream user names calls."""
    found = {
        user.username: user
        for user in work.session.scalars(
            _living(work).where(
                User.username.in_(usernames), User.partner_id == partner_id
            )
        )
    }
    return next((found[name] for name in usernames if name in found), None)


def find_of_partner(work: UnitOfWork, partner_id: UUID, user_id: UUID) -> User | None:
    """A partner's living user by id."""
    return work.session.scalar(
        _living(work).where(User.id == user_id, User.partner_id == partner_id)
    )


def find_by_seats(work: UnitOfWork, seat_ids: Collection[UUID]) -> dict[UUID, User]:
    """The users that were made for shop orders' seats, deleted or not, by seat."""
    made = work.session.scalars(select(User).where(User.seat_id.in_(seat_ids)))
    return {user.seat_id: user for user in made if user.seat_id is not None}


def users_of(work: UnitOfWork, customer_id: UUID) -> Sequence[User]:
    """All living users of a customer, oldest first."""
    statement = _living(work).where(User.customer_id == customer_id)
    return work.session.scalars(statement.order_by(User.id)).all()


def checked_name(name: str) -> str:
    """A user's name as it is kept; Invalid when it is empty, long or unprintable."""
    errors = ValidationErrors()
    kept = values.name(errors, "name", name)
    errors.refuse()
    return kept


def lock_users(work: UnitOfWork, condition: ColumnElement[bool]) -> Sequence[User]:
    """Users as they now are, deleted or not, for this transaction alone."""
    statement = select(User).where(condition).order_by(User.id).with_for_update()
    fresh = statement.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


def announce_users(
    work: UnitOfWork, dependencies: Dependencies, users: Sequence[User]
) -> None:
    """Announce users as they now are."""
    urls = public_urls(
        work.session, {u.partner_id for u in users}, dependencies.public_url
    )
    work.announce_all([user.state(urls[user.partner_id]) for user in users])


def view_of(work: UnitOfWork, dependencies: Dependencies, user: User) -> UserView:
    """A user at this instant, with where its playlist is reached."""
    url = public_url_of(work, dependencies, user.partner_id)
    return user.view(url, work.now, switched_off(work))


def public_url_of(
    work: UnitOfWork, dependencies: Dependencies, partner_id: UUID
) -> str:
    """Where a partner's users reach their playlists."""
    return public_urls(work.session, [partner_id], dependencies.public_url)[partner_id]


def _is_taken(work: UnitOfWork, username: str) -> bool:
    return bool(work.session.scalar(select(exists().where(User.username == username))))


def _living(work: UnitOfWork) -> Select[User]:
    statement = select(User).where(User.status.not_in(GONE))
    return in_scope(statement, User, work.actor)
