"""What can be asked of boxes in stock: taken in, corrected, handed over, found."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from sqlalchemy import Select, or_, select

from accounts.boxes.deliveries import DeliveredBox, read_delivery, refuse
from accounts.boxes.models import Box, BoxModel, entry
from accounts.boxes.views import view_of, views_of
from accounts.devices.operations import mac_in
from accounts.search_text import search_words
from accounts.tree.links import refuse_left
from accounts.tree.models import Account
from accounts.tree.operations import lock_account, named_account
from accounts.tree.rights import SELLING_KINDS
from accounts.unique_violations import refused_as
from lineup.contracts.accounts.boxes import (
    BoxEvent,
    BoxState,
    BoxView,
    CreateBox,
    DeleteBox,
    GetBox,
    HandOverBoxes,
    ImportBoxes,
    ImportedBoxes,
    ListBoxes,
    UpdateBox,
)
from lineup.contracts.accounts.refusals import BoxModelNotFound, BoxNotFound
from lineup.contracts.changes import UNSET, either
from lineup.contracts.paging import Page
from lineup.database import (
    UnitOfWork,
    find_in_scope,
    keep_in_scope,
    lock_in_scope,
    page_of,
)
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.scope import in_scope
from lineup.verbs import Done, handles

UNIQUE = ("uq_boxes_serial", "uq_boxes_mac")
ORDERS = {"serial": Box.serial_key}


@handles(CreateBox)
def create_box(work: UnitOfWork, request: CreateBox) -> BoxView:
    """Take a box into the partner's stock."""
    model = keep_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
    box = _new(work, model, request.serial, request.mac)
    with refused_as(*UNIQUE):
        _add(work, [box])
    return view_of(work, box)


@handles(ImportBoxes)
def import_boxes(work: UnitOfWork, request: ImportBoxes) -> ImportedBoxes:
    """Take a delivery into the partner's stock; Invalid names every line at fault."""
    model = keep_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
    delivered = read_delivery(request.csv)
    refuse(_known(work, model, delivered))
    with refused_as(*UNIQUE):
        _add(work, [_new(work, model, one.serial, one.mac) for one in delivered])
    return ImportedBoxes(boxes=len(delivered))


@handles(UpdateBox, changes=GetBox)
def update_box(work: UnitOfWork, request: UpdateBox) -> BoxView:
    """Correct what a box is; BoxAssigned while a user has it as a device."""
    box = lock_box(work, request.box_id)
    box.refuse_if_assigned()
    if request.box_model_id is not UNSET:
        model = keep_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
        if model.partner_id != box.partner_id:
            raise BoxModelNotFound
        box.box_model_id = model.id
    with refused_as(*UNIQUE):
        box.call(either(request.serial, box.serial), either(request.mac, box.mac))
        work.session.flush()
    return view_of(work, box)


@handles(DeleteBox, changes=GetBox)
def delete_box(work: UnitOfWork, request: DeleteBox) -> Done:
    """Forget a box and its history; BoxAssigned while a user has it."""
    box = lock_box(work, request.box_id)
    box.refuse_if_assigned()
    work.session.delete(box)
    return Done()


@handles(HandOverBoxes)
def hand_over_boxes(work: UnitOfWork, request: HandOverBoxes) -> ImportedBoxes:
    """Put boxes into a seller's stock, or the partner's; Invalid names which cannot.

    LinkEnded for a reseller that has left its partner.
    """
    account = named_account(work, request.account_id, "account_id")
    if account.kind not in SELLING_KINDS:
        raise Invalid(fields={"account_id": ["Choose a seller or the partner."]})
    lock_account(work, account)
    refuse_left(work, account)
    boxes = _named_boxes(work, account, request.serials)
    for box in boxes:
        if box.account_id != account.id:
            box.account_id, box.scope = account.id, account.scope
            _note(work, box, BoxEvent.HANDED_OVER, account_id=account.id)
    return ImportedBoxes(boxes=len(boxes))


@handles(GetBox, row=Box)
def get_box(work: UnitOfWork, request: GetBox) -> BoxView:
    """One box in the actor's part of the tree."""
    return view_of(work, find_box(work, request.box_id))


@handles(ListBoxes)
def list_boxes(work: UnitOfWork, request: ListBoxes) -> Page[BoxView]:
    """Boxes, newest first, narrowed by what they are and who has them."""
    statement = _visible(work)
    for name in ("state", "box_model_id", "account_id", "customer_id", "user_id"):
        wanted = getattr(request, name)
        if wanted is not None:
            statement = statement.where(getattr(Box, name) == wanted)
    if request.mac:
        statement = statement.where(Box.mac == request.mac)
    for word in search_words(request.search):
        statement = statement.where(Box.search.contains(word, autoescape=True))
    page = page_of(
        work.session, statement, Box, request.paging, lambda row: row, ORDERS
    )
    return page.showing(views_of(work, page.items))


def find_box(work: UnitOfWork, box_id: UUID) -> Box:
    """A box in the actor's part of the tree; BoxNotFound otherwise."""
    return find_in_scope(work, Box, box_id, BoxNotFound)


def lock_box(work: UnitOfWork, box_id: UUID) -> Box:
    """The same for this transaction alone, as it is now."""
    return lock_in_scope(work, Box, box_id, BoxNotFound)


def take_back_stock(work: UnitOfWork, account: Account) -> None:
    """A seller is deleted: what it and those below it had in stock is the partner's."""
    theirs = select(Box).where(Box.scope.startswith(account.scope, autoescape=True))
    partner = work.session.get_one(Account, account.partner_id)
    for box in work.session.scalars(theirs.order_by(Box.id).with_for_update()):
        box.account_id, box.scope = partner.id, partner.scope
        _note(work, box, BoxEvent.HANDED_OVER, account_id=partner.id)


def _visible(work: UnitOfWork) -> Select[Box]:
    return in_scope(select(Box), Box, work.actor)


def _new(work: UnitOfWork, model: BoxModel, serial: str, mac: str) -> Box:
    box = Box(
        id=new_id(),
        partner_id=model.partner_id,
        scope=model.scope,
        account_id=model.partner_id,
        box_model_id=model.id,
        state=BoxState.IN_STOCK,
        created_at=work.now,
    )
    box.call(serial, mac)
    return box


def _add(work: UnitOfWork, boxes: Sequence[Box]) -> None:
    work.session.add_all(boxes)
    work.session.flush()
    for box in boxes:
        _note(work, box, BoxEvent.RECEIVED)
    work.session.flush()


def _note(
    work: UnitOfWork, box: Box, event: BoxEvent, account_id: UUID | None = None
) -> None:
    by = signature(work.actor)
    work.session.add(entry(box, event, by, work.now, account_id=account_id))


def _known(
    work: UnitOfWork, model: BoxModel, delivered: Sequence[DeliveredBox]
) -> list[tuple[int, str]]:
    """Lines whose serial number or MAC address is another box's."""
    of_partner = Box.partner_id == model.partner_id
    serials = Box.serial_key.in_([one.serial.lower() for one in delivered])
    macs = Box.mac.in_([one.mac for one in delivered])
    rows = work.session.execute(
        select(Box.serial_key, Box.mac).where(of_partner, or_(serials, macs))
    ).all()
    known = {value for row in rows for value in row}
    return [
        (one.line, f"Another box has this {words}.")
        for one in delivered
        for value, words in (
            (one.serial.lower(), "serial number"),
            (one.mac, "MAC address"),
        )
        if value in known
    ]


def _named_boxes(
    work: UnitOfWork, account: Account, serials: Sequence[str]
) -> list[Box]:
    """The boxes of these serial numbers or MACs, locked; Invalid names the others."""
    keys = {name: (name.lower(), mac_in(name)) for name in serials}
    wanted = set(chain.from_iterable(keys.values()))
    named = or_(Box.serial_key.in_(wanted), Box.mac.in_(wanted))
    statement = _visible(work).where(named, Box.partner_id == account.partner_id)
    rows = work.session.scalars(statement.order_by(Box.id).with_for_update()).all()
    known = {box.mac: box for box in rows} | {box.serial_key: box for box in rows}
    found = {
        name: next(filter(None, map(known.get, theirs)), None)
        for name, theirs in keys.items()
    }
    boxes = {box.id: box for box in found.values() if box is not None}
    faults = [f"{name}: no such box." for name, box in found.items() if box is None]
    faults += [
        f"{box.serial}: assigned to a user."
        for box in boxes.values()
        if box.state == BoxState.ASSIGNED
    ]
    if faults:
        raise Invalid(fields={"serials": faults})
    return list(boxes.values())
