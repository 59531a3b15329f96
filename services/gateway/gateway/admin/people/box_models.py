"""Pages about models of boxes."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin import choices
from gateway.admin.partner_form import OfPartner
from gateway.panel.entries import entry
from gateway.panel.filters import TextFilter
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.accounts.boxes import (
    BoxModelView,
    CreateBoxModel,
    DeleteBoxModel,
    GetBoxModel,
    ListBoxModels,
    UpdateBoxModel,
)

pages = Blueprint("box_models_pages", __name__)

MODELS = of_partners(
    Table(
        "box-models",
        Column("name", "Name", order="name"),
        Column("maker", "Maker"),
        Column("box_count", "Boxes", is_numeric=True),
        Column("acts", ""),
        filters=(TextFilter("Name or maker"),),
    )
)


class BoxModelForm(LineupForm):
    """What boxes of a kind are called."""

    asks = CreateBoxModel
    name = entry("Name", "For example MAG 540.")
    maker = entry("Maker", "For example Infomir.")


class NewBoxModelForm(OfPartner, BoxModelForm):
    """A new model; the operator says whose it is."""


@pages.get("/box-models")
@page_for(PARTNERS_AND_SUPPORT)
def list_models() -> str:
    """Models by name, with how many boxes there are of each."""
    listing = choices.listing_by_partner(MODELS(), ListBoxModels)
    return render_template("admin/people/boxes/models.html", listing=listing)


@pages.route("/box-models/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateBoxModel)
def new_model() -> ResponseReturnValue:
    """Make a model."""
    form = NewBoxModelForm()
    return form_page(
        "admin/people/boxes/model_form.html",
        form,
        lambda: ask(form.to(CreateBoxModel)),
        lambda made: _back_to_list(f"{made.name} was created."),
        model=None,
    )


@pages.route("/box-models/<uuid:box_model_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateBoxModel)
def edit_model(box_model_id: UUID) -> ResponseReturnValue:
    """Call a model otherwise."""
    model = _model(box_model_id)
    form = BoxModelForm(obj=model)
    return form_page(
        "admin/people/boxes/model_form.html",
        form,
        lambda: ask(form.to(UpdateBoxModel, box_model_id=box_model_id)),
        lambda changed: _back_to_list(f"{changed.name} was saved."),
        model=model,
    )


@pages.route("/box-models/<uuid:box_model_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteBoxModel)
def delete_model(box_model_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a model that no box is of."""
    model = _model(box_model_id)
    return confirm_page(
        "admin/people/boxes/model_delete.html",
        DeleteBoxModel(box_model_id=box_model_id),
        url_for(".list_models"),
        f"{model.name} was deleted.",
        model=model,
    )


def _model(box_model_id: UUID) -> BoxModelView:
    return ask(GetBoxModel(box_model_id=box_model_id))


def _back_to_list(message: str) -> ResponseReturnValue:
    return go_to(url_for(".list_models"), message)
