"""Moving customers: their place in the tree changes, and nothing else."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, update

from accounts.customers.models import Customer, Group
from accounts.dependencies import Dependencies
from accounts.devices.models import Device
from accounts.tree.models import Account
from accounts.users.models import User
from accounts.users.operations import announce_users, lock_users
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork


def move(
    work: UnitOfWork,
    dependencies: Dependencies,
    customers: Sequence[Customer],
    target: Account,
) -> int:
    """Put customers below an account, announced with their users; how many users."""
    moving = {customer.id: customer for customer in customers}
    for place in _locked_places(work, moving):
        place.move(target)
        moving[place.id].move(place)
    _leave_foreign_groups(work, customers)
    work.session.flush()
    _move_devices(work, moving)
    users = lock_users(work, User.customer_id.in_(moving))
    for user in users:
        user.move(moving[user.customer_id].scope)
    work.announce_all([customer.state() for customer in customers])
    announce_users(work, dependencies, users)
    return sum(user.status is not Status.DELETED for user in users)


def _leave_foreign_groups(work: UnitOfWork, customers: Sequence[Customer]) -> None:
    """A group is a company's own: below another one a customer is in none."""
    wanted = {customer.group_id for customer in customers} - {None}
    statement = select(Group.id, Group.scope).where(Group.id.in_(wanted))
    scopes = {row[0]: row[1] for row in work.session.execute(statement)}
    for customer in customers:
        if customer.group_id and not customer.scope.startswith(
            scopes[customer.group_id]
        ):
            customer.leave_group()


def _move_devices(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """Devices lie where their customers lie."""
    work.session.execute(
        update(Device)
        .where(Device.customer_id.in_(customer_ids), Device.customer_id == Account.id)
        .values(scope=Account.scope)
        .execution_options(synchronize_session=False)
    )


def _locked_places(work: UnitOfWork, ids: Collection[UUID]) -> Sequence[Account]:
    """Places as they now are, kept from others until the transaction ends."""
    statement = select(Account).where(Account.id.in_(ids)).order_by(Account.id)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(locked).all()
