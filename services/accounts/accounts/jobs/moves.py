"""Moving customers: their place in the tree changes, and nothing else (AH-23)."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from accounts.customers.models import Customer, Group
from accounts.devices.models import Device
from accounts.means import Means
from accounts.tree.models import Account
from accounts.tree.operations import public_urls
from accounts.users.models import User
from lineup.contracts.accounts import Status
from lineup.database import Work


def move(
    work: Work, means: Means, customers: Sequence[Customer], target: Account
) -> int:
    """Put customers below an account, announced with their users; how many users."""
    moving = {customer.id: customer for customer in customers}
    places = _locked(work, Account, Account.id.in_(moving))
    for place in places:
        place.move(target)
        moving[place.id].move(place)
    _leave_foreign_groups(work, customers)
    work.session.flush()
    _take_devices(work, moving)
    users = _locked(work, User, User.customer_id.in_(moving))
    for user in users:
        user.move(moving[user.customer_id].scope)
    urls = public_urls(work.session, {u.partner_id for u in users}, means.public_url)
    work.announce_all([customer.state() for customer in customers])
    work.announce_all([user.state(urls[user.partner_id]) for user in users])
    return sum(user.status is not Status.DELETED for user in users)


def _leave_foreign_groups(work: Work, customers: Sequence[Customer]) -> None:
    """A group is a company's own: below another one a customer is in none."""
    wanted = {customer.group_id for customer in customers} - {None}
    statement = select(Group.id, Group.scope).where(Group.id.in_(wanted))
    scopes = {row[0]: row[1] for row in work.session.execute(statement)}
    for customer in customers:
        if customer.group_id and not customer.scope.startswith(
            scopes[customer.group_id]
        ):
            customer.leave_group()


def _take_devices(work: Work, customer_ids: Collection[UUID]) -> None:
    """Devices lie where their customers lie."""
    work.session.execute(
        update(Device)
        .where(Device.customer_id.in_(customer_ids), Device.customer_id == Account.id)
        .values(scope=Account.scope)
        .execution_options(synchronize_session=False)
    )


def _locked(work: Work, model: Any, condition: ColumnElement[bool]) -> list[Any]:
    """Rows as they now are, kept from others until the transaction ends."""
    statement = select(model).where(condition).order_by(model.id).with_for_update()
    fresh = statement.execution_options(populate_existing=True)
    return list(work.session.scalars(fresh))
