"""Who has a box: assigned to a user and taken back, with the device that it is.

Whatever locks all locks the customer, then the user, then the box.
"""

from collections.abc import Collection

from sqlalchemy import select

from accounts.boxes.models import Box, BoxHistory, BoxModel, entry
from accounts.boxes.stock import find_box, lock_box
from accounts.boxes.views import events_of, view_of
from accounts.customers.finding import find_for_update
from accounts.devices.operations import forget_device, register_device
from accounts.users.models import User
from accounts.users.operations import lock_user, lock_users
from lineup.contracts.accounts.boxes import (
    AssignBox,
    BoxEvent,
    BoxEventView,
    BoxView,
    ListBoxEvents,
    ReturnBox,
    SetBoxState,
)
from lineup.contracts.accounts.refusals import BoxNotAssigned, BoxOfAnother
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.impersonation import signature
from lineup.scope import in_scope
from lineup.verbs import handles


@handles(AssignBox)
def assign_box(work: UnitOfWork, request: AssignBox) -> BoxView:
    """Let a user have a box, which becomes its device.

    BoxOfAnother where it is in the stock of a seller that the user does not belong to;
    mac_taken where its MAC is somebody else's device.
    """
    find_box(work, request.box_id)
    user = lock_user(work, request.user_id)
    box = lock_box(work, request.box_id)
    if not user.scope.startswith(box.scope):
        raise BoxOfAnother
    box.assign(user.customer_id, user.id, work.now)
    model = work.session.get_one(BoxModel, box.box_model_id)
    register_device(work, user, model=model.title, mac=box.mac)
    _note(work, box, BoxEvent.ASSIGNED, user)
    return view_of(work, box)


@handles(ReturnBox)
def return_box(work: UnitOfWork, request: ReturnBox) -> BoxView:
    """Take a box back; its user's device is forgotten, and its MAC is free."""
    found = find_box(work, request.box_id)
    if found.customer_id is None:
        raise BoxNotAssigned
    find_for_update(work, found.customer_id)
    [user] = lock_users(work, User.id == found.user_id)
    box = lock_box(work, request.box_id)
    if box.user_id != user.id:
        raise BoxNotAssigned
    box.take_back(is_faulty=request.is_faulty)
    forget_device(work, user, box.mac)
    event = BoxEvent.FAULTY if request.is_faulty else BoxEvent.RETURNED
    _note(work, box, event, user, request.note)
    return view_of(work, box)


@handles(SetBoxState)
def set_box_state(work: UnitOfWork, request: SetBoxState) -> BoxView:
    """Say that a box is faulty, or good to be assigned."""
    box = lock_box(work, request.box_id)
    box.check(is_faulty=request.is_faulty)
    event = BoxEvent.FAULTY if request.is_faulty else BoxEvent.IN_STOCK
    _note(work, box, event)
    return view_of(work, box)


@handles(ListBoxEvents)
def list_box_events(work: UnitOfWork, request: ListBoxEvents) -> Page[BoxEventView]:
    """What happened to a box while the actor saw it, newest first."""
    box = find_box(work, request.box_id)
    happened = select(BoxHistory).where(BoxHistory.box_id == box.id)
    statement = in_scope(happened, BoxHistory, work.actor)
    page = page_of(work.session, statement, BoxHistory, request.paging, lambda row: row)
    return page.showing(events_of(work, page.items))


def return_boxes_of(work: UnitOfWork, users: Collection[User]) -> None:
    """Users are deleted, who are locked: what they had comes back."""
    by_id = {user.id: user for user in users}
    theirs = select(Box).where(Box.user_id.in_(by_id)).order_by(Box.id)
    for box in work.session.scalars(theirs.with_for_update()):
        user = by_id[box.user_id] if box.user_id else None
        box.take_back()
        _note(work, box, BoxEvent.RETURNED, user, "The user was deleted.")


def _note(
    work: UnitOfWork,
    box: Box,
    event: BoxEvent,
    user: User | None = None,
    note: str = "",
) -> None:
    work.session.add(
        entry(
            box,
            event,
            signature(work.actor),
            work.now,
            customer_id=user.customer_id if user else None,
            user_id=user.id if user else None,
            note=note,
        )
    )
