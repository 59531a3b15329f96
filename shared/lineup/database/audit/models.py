"""The table of the audit log, which the database lets nobody edit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Uuid, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lineup.database.audit.protection import protect
from lineup.database.records import BASE_TABLES, COLUMN_TYPES


class BaseRecord(DeclarativeBase):
    """A row of a table that every service has."""

    metadata = BASE_TABLES
    type_annotation_map = COLUMN_TYPES


class AuditRow(BaseRecord):
    """One change.

    Its id rises with `at`, so that the order of ids is that of time and ranges of time
    are ranges of ids, in every service's table alike.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_partner_id_id", "partner_id", "id"),
        Index("ix_audit_log_partner_id_action_id", "partner_id", "action", "id"),
        Index("ix_audit_log_actor_id", "actor", "id"),
        Index("ix_audit_log_action_id", "action", "id"),
        Index("ix_audit_log_request_id", "request_id"),
        Index("ix_audit_log_things", "things", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """Who really acts."""
    role: Mapped[str]
    on_behalf_of: Mapped[str]
    """The account that was entered for it; empty: none."""
    actor_scope: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str]
    thing_id: Mapped[UUID | None]
    name: Mapped[str]
    scope: Mapped[str]
    partner_id: Mapped[UUID | None]
    things: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """All that it is about or names, and the accounts above, below the partner."""
    request_id: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    user_agent: Mapped[str]
    request: Mapped[dict[str, Any]]
    changes: Mapped[list[Any]]
    counts: Mapped[list[Any]]


AUDIT_LOG: Any = AuditRow.__table__
event.listen(AUDIT_LOG, "after_create", protect)
