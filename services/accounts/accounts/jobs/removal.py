"""Removing customers together with their seller: nothing paid goes back (AH-19)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from accounts.customers.models import Customer
from accounts.devices.models import Device
from accounts.logins.models import Login
from accounts.logins.operations import end_sessions
from accounts.means import Means
from accounts.tree.models import Account
from accounts.tree.operations import public_urls
from accounts.users.models import User
from lineup.contracts.accounts import Status
from lineup.database import Work


def remove(work: Work, means: Means, customers: Sequence[Customer]) -> int:
    """Delete customers with their logins and users, announced; how many users.

    Whoever sold them ends their subscriptions when it hears of it; what is left on
    their balances stays there, to be paid out.
    """
    ids = [customer.id for customer in customers]
    users = _users_of(work, ids)
    for user in users:
        user.forfeit()
    for customer in customers:
        customer.turn(Status.DELETED)
    for place in work.session.scalars(select(Account).where(Account.id.in_(ids))):
        place.turn(Status.DELETED)
    gone = [user.id for user in users]
    work.session.execute(delete(Device).where(Device.user_id.in_(gone)))
    end_sessions(work, Login.account_id.in_(ids))
    work.session.execute(
        update(Login).where(Login.account_id.in_(ids)).values(status=Status.DELETED)
    )
    urls = public_urls(work.session, {u.partner_id for u in users}, means.public_url)
    work.announce_all([user.state(urls[user.partner_id]) for user in users])
    work.announce_all([customer.state() for customer in customers])
    return len(users)


def _users_of(work: Work, customer_ids: list[UUID]) -> Sequence[User]:
    statement = select(User).where(
        User.customer_id.in_(customer_ids), User.status != Status.DELETED
    )
    locked = statement.order_by(User.id).with_for_update()
    fresh = locked.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()
