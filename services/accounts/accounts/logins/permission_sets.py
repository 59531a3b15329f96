"""Permission sets, and which of them and of their logins somebody may hand out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from accounts.logins.models import Login
from accounts.records import Record
from accounts.tree.models import PATH
from accounts.tree.rights import GRANTS
from lineup.access import require
from lineup.context import Actor, Permission, Role
from lineup.contracts.accounts.permissions import PermissionSetView
from lineup.contracts.accounts.tree import Status
from lineup.database import Timestamped, UnitOfWork
from lineup.scope import within
from lineup.validation import FieldCode, ValidationErrors


class PermissionSet(Timestamped, Record):
    """What staff of a partner may do, under a name."""

    __tablename__ = "permission_sets"
    __table_args__ = (
        Index("uq_permission_sets_name", "partner_id", "name_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    created_at: Mapped[datetime]

    def set_name(self, name: str) -> None:
        """Have a name, which differs from others of the partner not only by case."""
        self.name, self.name_key = name, name.casefold()

    def allowed(self) -> tuple[Permission, ...]:
        """Its permissions; one that this version does not know is none."""
        return tuple(one for one in Permission if one.value in self.permissions)

    def view(self, login_count: int) -> PermissionSetView:
        """The set as its seers see it."""
        return PermissionSetView(
            id=self.id,
            partner_id=self.partner_id,
            name=self.name,
            permissions=list(self.allowed()),
            login_count=login_count,
            created_at=self.created_at,
            updated_at=self.last_change,
        )


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
    rows = work.session.execute(
        select(Login.permission_set_id, func.count())
        .where(Login.permission_set_id.in_(ids), Login.status != Status.DELETED)
        .group_by(Login.permission_set_id)
    )
    return {set_id: count for set_id, count in rows if set_id is not None}
