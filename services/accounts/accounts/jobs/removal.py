"""Removing customers together with their seller: nothing paid goes back."""

from collections.abc import Sequence

from sqlalchemy import and_, delete, select

from accounts.boxes.assigning import return_boxes_of
from accounts.customers.models import Customer, Deletion, UserSummary
from accounts.dependencies import Dependencies
from accounts.devices.models import Device
from accounts.logins.operations import delete_logins
from accounts.tree.models import Account
from accounts.users.models import User
from accounts.users.operations import announce_users, lock_users
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork


def remove(
    work: UnitOfWork,
    dependencies: Dependencies,
    customers: Sequence[Customer],
    deletion: Deletion,
) -> int:
    """Delete customers with their logins and users, announced; how many users.

    Billing ends their subscriptions when it hears of it, and settles their balances as
    the deletion says.
    """
    ids = [customer.id for customer in customers]
    living = and_(User.customer_id.in_(ids), User.status != Status.DELETED)
    users = lock_users(work, living)
    for user in users:
        user.delete_without_refund()
    for customer in customers:
        customer.delete(deletion)
        customer.apply_user_summary(UserSummary())
    for place in work.session.scalars(select(Account).where(Account.id.in_(ids))):
        place.set_status(Status.DELETED)
    return_boxes_of(work, users)
    gone = [user.id for user in users]
    work.session.execute(delete(Device).where(Device.user_id.in_(gone)))
    delete_logins(work, ids)
    announce_users(work, dependencies, users)
    work.announce_all([customer.state() for customer in customers])
    return len(users)
