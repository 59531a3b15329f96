"""Pages about boxes: a partner's stock, a delivery, and who has which."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as Answer
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.panel.entries import LinesField, entry
from gateway.panel.filters import Choice, HiddenFilter, Id, TextFilter
from gateway.panel.forms import (
    LineupForm,
    act_and_tell,
    confirm_page,
    form_page,
    go_to,
)
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import actor, ask, ask_later
from lineup.context import PARTNERS, SELLERS, SELLERS_ALONE, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.boxes import (
    AssignBox,
    BoxState,
    BoxView,
    CreateBox,
    DeleteBox,
    GetBox,
    HandOverBoxes,
    ImportBoxes,
    ListBoxes,
    ListBoxEvents,
    ReturnBox,
    SetBoxState,
    UpdateBox,
)
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.paging import Paging
from lineup.errors import Invalid

pages = Blueprint("boxes_pages", __name__)

COLUMNS = (
    Column("serial", "Serial number", order="serial"),
    Column("mac", "MAC address"),
    Column("model", "Model"),
    Column("state", "Status"),
    Column("user_name", "User"),
    Column("account_name", "Stock"),
)
FILTERS = (
    TextFilter("Serial number or MAC"),
    Choice("state", "Status", BoxState),
    HiddenFilter(Id("customer_id", "Customer")),
)
OWN_BOXES = Table("boxes", *COLUMNS, filters=FILTERS)
BOXES = Table(
    "boxes",
    *COLUMNS,
    filters=(
        *FILTERS,
        Choice("box_model_id", "Model", convert=UUID),
        Choice("account_id", "Stock", convert=UUID),
    ),
)
HISTORY = Table(
    "history",
    Column("at", "Time"),
    Column("event", "What"),
    Column("by", "Who"),
    Column("user_name", "User"),
    Column("note", "Note"),
)


class OfModel(LineupForm):
    """A form that says of which of a partner's models a box is."""

    box_model_id = entry("Model")

    def __init__(self, box: BoxView | None = None) -> None:
        models = choices.box_models(box.partner_id if box else None)
        super().__init__(obj=box)
        self.box_model_id.choices = [SelectChoice(*one) for one in models()]


class BoxForm(OfModel):
    """What a box is."""

    asks = CreateBox
    serial = entry("Serial number")
    mac = entry("MAC address", "In any common notation, such as 00:1A:79:12:34:56.")


class DeliveryForm(OfModel):
    """The boxes of a delivery: a file, or its lines."""

    asks = ImportBoxes
    box_model_id = entry("Model", "All boxes of the delivery are of this model.")
    file = FileField("CSV file")
    csv = TextAreaField(
        "Or its lines",
        description="One box per line: serial number, MAC address.",
        render_kw={"rows": 6},
    )

    def to_request(self) -> ImportBoxes:
        """What is sent: the file where there is one, else the lines."""
        text = self.csv.data or ""
        if self.file.data:
            text = self.file.data.read().decode("utf-8-sig", "replace")
        if not text.strip():
            raise Invalid(fields={"csv": ["Choose a file or enter lines."]})
        return self.to(ImportBoxes, csv=text)


class HandOverForm(LineupForm):
    """Whose stock boxes go to."""

    asks = HandOverBoxes
    account_id = entry("Stock of")
    serials = entry(
        "Boxes", "Serial numbers or MAC addresses, one per line.", kind=LinesField
    )

    def __init__(self) -> None:
        accounts = choices.accounts()
        super().__init__()
        self.account_id.choices = [SelectChoice(*one) for one in accounts()]
        if request.method == "GET":
            self.serials.data = request.args.getlist("serial")


class AssignForm(LineupForm):
    """Who gets a box."""

    asks = AssignBox
    username = entry(
        "Xtream username", "Of the user that gets the box.", is_required=True
    )


class ReturnForm(LineupForm):
    """How a box comes back."""

    asks = ReturnBox
    is_faulty = entry("The box is faulty")
    note = entry("Note")


@pages.get("/boxes")
@page_for(SELLERS_AND_SUPPORT)
def list_boxes() -> str:
    """Boxes, filtered and sorted as the address says."""
    if actor().role in SELLERS_ALONE:
        listing = OWN_BOXES.listing_of(ListBoxes)
    else:
        models, accounts = choices.box_models(), choices.accounts()
        pending = BOXES.listing().later(ListBoxes)
        listing = pending.with_options(box_model_id=models(), account_id=accounts())
    return render_template("admin/people/boxes/list.html", listing=listing)


@pages.route("/boxes/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateBox)
def new_box() -> ResponseReturnValue:
    """Take a box into stock."""
    form = BoxForm()
    return form_page(
        "admin/people/boxes/form.html",
        form,
        lambda: ask(form.to(CreateBox)),
        lambda made: go_to(_address_of(made.id), f"Box {made.serial} is in stock."),
        box=None,
    )


@pages.route("/boxes/import", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ImportBoxes)
def import_boxes() -> ResponseReturnValue:
    """Take a delivery into stock; every line at fault is told."""
    form = DeliveryForm()
    return form_page(
        "admin/people/boxes/import.html",
        form,
        lambda: ask(form.to_request()),
        lambda done: go_to(
            url_for(".list_boxes"),
            f"Boxes imported: {done.boxes:,}.",
        ),
    )


@pages.route("/boxes/hand-over", methods=["GET", "POST"])
@page_for(PARTNERS, asks=HandOverBoxes)
def hand_over() -> ResponseReturnValue:
    """Put boxes into the stock of a seller, or back into the partner's."""
    form = HandOverForm()
    return form_page(
        "admin/people/boxes/hand_over.html",
        form,
        lambda: ask(form.to(HandOverBoxes)),
        lambda done: go_to(
            url_for(".list_boxes"), f"Boxes handed over: {done.boxes:,}."
        ),
    )


@pages.get("/boxes/<uuid:box_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_box(box_id: UUID) -> str:
    """A box, who has it, and what happened to it."""
    box = ask_later(GetBox(box_id=box_id))
    listing = HISTORY.listing_of(ListBoxEvents, box_id=box_id)
    return render_template(
        "admin/people/boxes/box.html", box=box.reply(), listing=listing
    )


@pages.route("/boxes/<uuid:box_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateBox)
def edit_box(box_id: UUID) -> ResponseReturnValue:
    """Correct what a box is."""
    box = _box(box_id)
    form = BoxForm(box)
    return form_page(
        "admin/people/boxes/form.html",
        form,
        lambda: ask(form.to(UpdateBox, box_id=box_id)),
        lambda _: go_to(_address_of(box_id), "Changes saved."),
        box=box,
    )


@pages.route("/boxes/<uuid:box_id>/assign", methods=["GET", "POST"])
@page_for(SELLERS, asks=AssignBox)
def assign_box(box_id: UUID) -> ResponseReturnValue:
    """Say who gets a box."""
    form = AssignForm()
    return form_page(
        "admin/people/boxes/assign.html",
        form,
        lambda: ask(AssignBox(box_id=box_id, user_id=_user_of(form))),
        lambda box: go_to(_address_of(box_id), f"{box.user_name} has this box now."),
        box=_box(box_id),
    )


@pages.route("/boxes/<uuid:box_id>/return", methods=["GET", "POST"])
@page_for(SELLERS, asks=ReturnBox)
def return_box(box_id: UUID) -> ResponseReturnValue:
    """Take a box back."""
    form = ReturnForm()
    return form_page(
        "admin/people/boxes/return.html",
        form,
        lambda: ask(form.to(ReturnBox, box_id=box_id)),
        lambda _: go_to(_address_of(box_id), "The box is back."),
        box=_box(box_id),
    )


@pages.post("/boxes/<uuid:box_id>/state")
@page_for(SELLERS, asks=SetBoxState)
def set_state(box_id: UUID) -> Answer:
    """Mark a box as faulty, or as in stock again."""
    is_faulty = request.form.get("is_faulty") == "on"
    words = "faulty" if is_faulty else "in stock"

    def act() -> str:
        ask(SetBoxState(box_id=box_id, is_faulty=is_faulty))
        return f"The box is {words}."

    return act_and_tell(act, _address_of(box_id))


@pages.route("/boxes/<uuid:box_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteBox)
def delete_box(box_id: UUID) -> ResponseReturnValue:
    """Ask, and forget a box with its history."""
    box = _box(box_id)
    return confirm_page(
        "admin/people/boxes/delete.html",
        DeleteBox(box_id=box_id),
        url_for(".list_boxes"),
        f"Box {box.serial} was deleted.",
        box=box,
    )


def _box(box_id: UUID) -> BoxView:
    return ask(GetBox(box_id=box_id))


def _address_of(box_id: UUID) -> str:
    return url_for("boxes_pages.show_box", box_id=box_id)


def _user_of(form: Any) -> UUID:
    """The user of the name that was entered; Invalid, at its field, for none."""
    name = form.username.data.strip().lower()
    found = ask(ListUsers(username=name, paging=Paging(limit=1))).items
    if not found:
        raise Invalid(fields={"username": ["There is no user with this username."]})
    return found[0].id
