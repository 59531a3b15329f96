"""Permission sets, and which of them and of their logins somebody may hand out."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from accounts.logins.models import Login, PermissionSet
from accounts.tree.rights import GRANTS
from lineup.access import require
from lineup.context import Actor, Permission, Role
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork, counts_by
from lineup.scope import within
from lineup.validation import FieldCode, ValidationErrors


def within_own(actor: Actor) -> ColumnElement[bool]:
    """The condition that a staff login may do no more than the actor itself.

    Who has all permissions hands out any; others have none to give to who has all.
    """
    if actor.permissions is None:
        return true()
    own = [one.value for one in actor.permissions]
    sets = select(PermissionSet.id).where(PermissionSet.permissions.contained_by(own))
    return or_(Login.role != Role.STAFF, Login.permission_set_id.in_(sets))


def check_set(
    work: UnitOfWork,
    errors: ValidationErrors,
    set_id: UUID | None,
    role: Role,
    scope: str,
) -> None:
    """Note a set that is not there, or not for logins of a role at a scope.

    PermissionMissing where it allows what the actor itself may not.
    """
    actor, field = work.actor, "permission_set_id"
    if set_id is None:
        if actor.permissions is not None and role is Role.STAFF:
            errors.add(field, FieldCode.REQUIRED, "Choose permissions that you have.")
        return
    if role is not Role.STAFF:
        errors.add(field, FieldCode.ROLE_UNFIT, "Only staff have permission sets.")
        return
    found = work.session.scalar(
        select(PermissionSet).where(
            PermissionSet.id == set_id,
            PermissionSet.scope == scope,
            within(PermissionSet.scope, actor),
        )
    )
    if found is None:
        errors.add(
            field, FieldCode.PERMISSION_SET_UNKNOWN, "There is no such permission set."
        )
        return
    for permission in found.allowed():
        require(actor, permission)


def hands_out(actor: Actor) -> frozenset[Role]:
    """The roles of logins that an actor may make and manage."""
    if not actor.may(Permission.LOGINS):
        return frozenset()
    return GRANTS.get(actor.role, frozenset())


def login_counts(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, int]:
    """How many logins in use have each of some sets."""
    return counts_by(work, Login.permission_set_id, ids, Login.status != Status.DELETED)
