"""Permission sets: made, named, changed, deleted."""

from collections.abc import Sequence

from sqlalchemy import select, update

from accounts.logins.models import Login, PermissionSet
from accounts.logins.permission_sets import login_counts
from accounts.tree.operations import named_partner
from accounts.unique_violations import refused_as
from lineup.access import require
from lineup.context import Actor, Permission
from lineup.contracts.accounts.permissions import (
    CreatePermissionSet,
    DeletePermissionSet,
    GetPermissionSet,
    ListPermissionSets,
    PermissionSetView,
    UpdatePermissionSet,
)
from lineup.contracts.accounts.refusals import PermissionSetNotFound, PermissionSetUsed
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, find_in_scope, lock_in_scope, page_of
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.verbs import Done, handles

NAME_INDEX = "uq_permission_sets_name"


@handles(CreatePermissionSet)
def create_set(work: UnitOfWork, request: CreatePermissionSet) -> PermissionSetView:
    """Make a set of a partner, whose name it has not used yet."""
    _require_own(work.actor, request.permissions)
    partner = named_partner(work, request.partner_id)
    made = PermissionSet(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        permissions=[one.value for one in request.permissions],
        created_at=work.now,
    )
    made.set_name(request.name)
    with refused_as(NAME_INDEX):
        work.session.add(made)
        work.session.flush()
    return made.view(0)


@handles(UpdatePermissionSet, changes=GetPermissionSet)
def update_set(work: UnitOfWork, request: UpdatePermissionSet) -> PermissionSetView:
    """Change a set; whoever has it follows as soon as it is identified anew."""
    changed = lock_in_scope(work, PermissionSet, request.set_id, PermissionSetNotFound)
    if request.permissions is not UNSET:
        _require_own(work.actor, request.permissions)
        changed.permissions = [one.value for one in request.permissions]
    with refused_as(NAME_INDEX):
        if request.name is not UNSET:
            changed.set_name(request.name)
        work.session.flush()
    return _shown(work, changed)


@handles(DeletePermissionSet, changes=GetPermissionSet)
def delete_set(work: UnitOfWork, request: DeletePermissionSet) -> Done:
    """Remove a set; PermissionSetUsed while a login has it, who would then have all."""
    removed = lock_in_scope(work, PermissionSet, request.set_id, PermissionSetNotFound)
    if login_counts(work, [removed.id]):
        raise PermissionSetUsed
    deleted = update(Login).where(Login.permission_set_id == removed.id)
    work.session.execute(deleted.values(permission_set_id=None))
    work.session.delete(removed)
    return Done()


@handles(GetPermissionSet, row=PermissionSet)
def get_set(work: UnitOfWork, request: GetPermissionSet) -> PermissionSetView:
    """One set in the actor's part of the tree."""
    found = find_in_scope(work, PermissionSet, request.set_id, PermissionSetNotFound)
    return _shown(work, found)


@handles(ListPermissionSets)
def list_sets(work: UnitOfWork, request: ListPermissionSets) -> Page[PermissionSetView]:
    """Sets in the actor's part of the tree, newest first."""
    statement = in_scope(select(PermissionSet), PermissionSet, work.actor)
    page = page_of(
        work.session, statement, PermissionSet, request.paging, lambda row: row
    )
    counts = login_counts(work, [one.id for one in page.items])
    return page.showing([one.view(counts.get(one.id, 0)) for one in page.items])


def _require_own(actor: Actor, permissions: Sequence[Permission]) -> None:
    """PermissionMissing for what the actor may not: an API key may have limits."""
    for permission in permissions:
        require(actor, permission)


def _shown(work: UnitOfWork, one: PermissionSet) -> PermissionSetView:
    return one.view(login_counts(work, [one.id]).get(one.id, 0))
