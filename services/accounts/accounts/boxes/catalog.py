"""What can be asked of models of boxes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from accounts.boxes.models import Box, BoxModel
from accounts.tree.operations import named_account
from accounts.unique_violations import refused_as
from lineup.contracts.accounts.boxes import (
    BoxModelView,
    CreateBoxModel,
    DeleteBoxModel,
    GetBoxModel,
    ListBoxModels,
    UpdateBoxModel,
)
from lineup.contracts.accounts.refusals import BoxModelNotFound, BoxModelUsed
from lineup.contracts.accounts.tree import AccountKind
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.scope import acting_partner, in_scope
from lineup.verbs import Done, handles

NAME_INDEX = "uq_box_models_name"
ORDERS = {"": BoxModel.name_key, "name": BoxModel.name_key}


@handles(CreateBoxModel)
def create_box_model(work: UnitOfWork, request: CreateBoxModel) -> BoxModelView:
    """Make a model of a partner, which has none of its name and maker yet."""
    partner_id = acting_partner(work.actor, request.partner_id)
    partner = named_account(work, partner_id, "partner_id")
    if partner.kind is not AccountKind.PARTNER:
        raise Invalid(fields={"partner_id": ["Boxes must belong to a partner."]})
    model = BoxModel(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        created_at=work.now,
    )
    model.call(request.name.strip(), request.maker.strip())
    with refused_as(NAME_INDEX):
        work.session.add(model)
        work.session.flush()
    return _view(work, model)


@handles(UpdateBoxModel, changes=GetBoxModel)
def update_box_model(work: UnitOfWork, request: UpdateBoxModel) -> BoxModelView:
    """Call a model otherwise."""
    model = find_model(work, request.box_model_id)
    name = model.name if request.name is UNSET else request.name.strip()
    maker = model.maker if request.maker is UNSET else request.maker.strip()
    with refused_as(NAME_INDEX):
        model.call(name, maker)
        work.session.flush()
    return _view(work, model)


@handles(DeleteBoxModel, changes=GetBoxModel)
def delete_box_model(work: UnitOfWork, request: DeleteBoxModel) -> Done:
    """Remove a model; BoxModelUsed while there are boxes of it."""
    model = find_model(work, request.box_model_id)
    work.session.refresh(model, with_for_update=True)
    if _box_counts(work, [model.id]):
        raise BoxModelUsed
    work.session.delete(model)
    return Done()


@handles(GetBoxModel, row=BoxModel)
def get_box_model(work: UnitOfWork, request: GetBoxModel) -> BoxModelView:
    """One model."""
    return _view(work, find_model(work, request.box_model_id))


@handles(ListBoxModels)
def list_box_models(work: UnitOfWork, request: ListBoxModels) -> Page[BoxModelView]:
    """Models by name."""
    statement = _visible(work)
    for word in request.search.lower().split():
        statement = statement.where(BoxModel.name_key.contains(word, autoescape=True))
    if request.partner_id is not None:
        statement = statement.where(BoxModel.partner_id == request.partner_id)
    page = page_of(
        work.session, statement, BoxModel, request.paging, lambda row: row, ORDERS
    )
    return page.showing(_views(work, page.items))


def find_model(work: UnitOfWork, box_model_id: UUID) -> BoxModel:
    """A model in the actor's part of the tree; BoxModelNotFound otherwise."""
    model = work.session.scalar(_visible(work).where(BoxModel.id == box_model_id))
    if model is None:
        raise BoxModelNotFound
    return model


def _visible(work: UnitOfWork) -> Select[BoxModel]:
    return in_scope(select(BoxModel), BoxModel, work.actor)


def _box_counts(work: UnitOfWork, model_ids: Sequence[UUID]) -> dict[UUID, int]:
    counted = select(Box.box_model_id, func.count()).group_by(Box.box_model_id)
    rows = work.session.execute(counted.where(Box.box_model_id.in_(model_ids)))
    return {row[0]: row[1] for row in rows}


def _view(work: UnitOfWork, model: BoxModel) -> BoxModelView:
    return _views(work, [model])[0]


def _views(work: UnitOfWork, models: Sequence[BoxModel]) -> list[BoxModelView]:
    counts = _box_counts(work, [model.id for model in models])
    return [
        BoxModelView(
            id=model.id,
            partner_id=model.partner_id,
            name=model.name,
            maker=model.maker,
            box_count=counts.get(model.id, 0),
            created_at=model.created_at,
            updated_at=model.last_change,
        )
        for model in models
    ]
