"""Boxes and their history as those see them who may: names of others are left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from accounts.boxes.models import Box, BoxHistory, BoxModel
from accounts.customers.models import Customer
from accounts.tree.operations import account_names
from accounts.users.models import User
from lineup.contracts.accounts.boxes import (
    BoxEvent,
    BoxEventView,
    BoxState,
    BoxView,
)
from lineup.database import UnitOfWork
from lineup.scope import within


@dataclass(frozen=True)
class Holder:
    """A user who has or had a box, and its customer."""

    user_id: UUID | None = None
    user_name: str = ""
    customer_id: UUID | None = None
    customer_name: str = ""


NOBODY = Holder()


def view_of(work: UnitOfWork, box: Box) -> BoxView:
    """One box."""
    work.session.flush()
    return views_of(work, [box])[0]


def views_of(work: UnitOfWork, boxes: Sequence[Box]) -> list[BoxView]:
    """Boxes with the names of what they are and who has them."""
    holders = _holders(work, {box.user_id for box in boxes})
    accounts = account_names(work, (box.account_id for box in boxes))
    wanted = BoxModel.id.in_({box.box_model_id for box in boxes})
    models = {
        model.id: model.title
        for model in work.session.scalars(select(BoxModel).where(wanted))
    }
    return [
        BoxView(
            id=box.id,
            partner_id=box.partner_id,
            box_model_id=box.box_model_id,
            model=models[box.box_model_id],
            serial=box.serial,
            mac=box.mac,
            state=BoxState(box.state),
            account_id=box.account_id,
            account_name=accounts.get(box.account_id, ""),
            **vars(holders.get(box.user_id, NOBODY)),
            assigned_at=box.assigned_at,
            created_at=box.created_at,
            updated_at=box.last_change,
        )
        for box in boxes
    ]


def events_of(work: UnitOfWork, rows: Sequence[BoxHistory]) -> list[BoxEventView]:
    """Entries of a history with the names of who was concerned."""
    holders = _holders(work, {row.user_id for row in rows})
    accounts = account_names(work, (row.account_id for row in rows))
    return [
        BoxEventView(
            id=row.id,
            at=row.at,
            event=BoxEvent(row.event),
            by=row.by,
            **vars(holders.get(row.user_id, NOBODY)),
            account_name=accounts.get(row.account_id, ""),
            note=row.note,
        )
        for row in rows
    ]


def _holders(
    work: UnitOfWork, user_ids: Collection[UUID | None]
) -> dict[UUID | None, Holder]:
    """Users that the actor may see, deleted ones by what is left of their names."""
    statement = (
        select(User, Customer)
        .join(Customer, Customer.id == User.customer_id)
        .where(User.id.in_([one for one in user_ids if one]))
        .where(within(User.scope, work.actor))
    )
    return {
        user.id: Holder(user.id, user.name, customer.id, _name_of(customer))
        for user, customer in work.session.execute(statement)
    }


def _name_of(customer: Customer) -> str:
    return f"{customer.first_name} {customer.last_name}".strip()
