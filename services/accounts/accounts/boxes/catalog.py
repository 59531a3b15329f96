"""What can be asked of models of boxes."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from accounts.boxes.models import Box, BoxModel
from accounts.tree.operations import named_partner
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
from lineup.contracts.changes import either
from lineup.contracts.paging import Page
from lineup.database import (
    UnitOfWork,
    counts_by,
    find_in_scope,
    lock_in_scope,
    page_of,
)
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.verbs import Done, handles

NAME_INDEX = "uq_box_models_name"
ORDERS = {"": BoxModel.name_key, "name": BoxModel.name_key}


@handles(CreateBoxModel)
def create_box_model(work: UnitOfWork, request: CreateBoxModel) -> BoxModelView:
    """Make a model of a partner, which has none of its name and maker yet."""
    partner = named_partner(work, request.partner_id)
    model = BoxModel(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        created_at=work.now,
    )
    model.call(request.name, request.maker)
    with refused_as(NAME_INDEX):
        work.session.add(model)
        work.session.flush()
    return _view(work, model)


@handles(UpdateBoxModel, changes=GetBoxModel)
def update_box_model(work: UnitOfWork, request: UpdateBoxModel) -> BoxModelView:
    """Call a model otherwise."""
    model = find_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
    name, maker = either(request.name, model.name), either(request.maker, model.maker)
    with refused_as(NAME_INDEX):
        model.call(name, maker)
        work.session.flush()
    return _view(work, model)


@handles(DeleteBoxModel, changes=GetBoxModel)
def delete_box_model(work: UnitOfWork, request: DeleteBoxModel) -> Done:
    """Remove a model; BoxModelUsed while there are boxes of it."""
    model = lock_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
    if counts_by(work, Box.box_model_id, [model.id]):
        raise BoxModelUsed
    work.session.delete(model)
    return Done()


@handles(GetBoxModel, row=BoxModel)
def get_box_model(work: UnitOfWork, request: GetBoxModel) -> BoxModelView:
    """One model."""
    model = find_in_scope(work, BoxModel, request.box_model_id, BoxModelNotFound)
    return _view(work, model)


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


def _visible(work: UnitOfWork) -> Select[BoxModel]:
    return in_scope(select(BoxModel), BoxModel, work.actor)


def _view(work: UnitOfWork, model: BoxModel) -> BoxModelView:
    return _views(work, [model])[0]


def _views(work: UnitOfWork, models: Sequence[BoxModel]) -> list[BoxModelView]:
    counts = counts_by(work, Box.box_model_id, [model.id for model in models])
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
