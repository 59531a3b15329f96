"""What is asked of the audit log: one list, one entry, only of the actor's own part."""

from sqlalchemy import Select, select

from lineup.context import Actor, Role
from lineup.contracts.audit import (
    AuditEntry,
    AuditFilter,
    ChangeCount,
    FieldChange,
    GetAuditEntry,
    ListAuditEntries,
)
from lineup.contracts.paging import Page
from lineup.contracts.refusals import AuditEntryNotFound
from lineup.database.audit.models import AuditRow
from lineup.database.paging import page_of
from lineup.database.unit_of_work import UnitOfWork
from lineup.ids import first_id_at
from lineup.scope import ROOT, covers, in_scope
from lineup.verbs import handles


@handles(ListAuditEntries)
def list_audit_entries(work: UnitOfWork, request: ListAuditEntries) -> Page[AuditEntry]:
    """Changes in the actor's scope, newest first."""
    statement = _filtered(_visible(work.actor), request)
    return page_of(
        work.session,
        statement,
        AuditRow,
        request.paging,
        lambda row: _view(row, work.actor),
    )


@handles(GetAuditEntry)
def get_audit_entry(work: UnitOfWork, request: GetAuditEntry) -> AuditEntry:
    """One change in the actor's scope."""
    statement = _visible(work.actor).where(AuditRow.id == request.entry_id)
    row = work.session.scalar(statement)
    if row is None:
        raise AuditEntryNotFound
    return _view(row, work.actor)


def _visible(actor: Actor) -> "Select[AuditRow]":
    """Changes in the actor's scope; an index finds those of partners and of others."""
    statement = in_scope(select(AuditRow), AuditRow, actor)
    if ROOT in actor.scopes or actor.partner_id is None:
        return statement
    own = actor.account_id
    if own is not None and own != actor.partner_id:
        return statement.where(AuditRow.things.contains([own]))
    return statement.where(AuditRow.partner_id == actor.partner_id)


def _filtered(statement: "Select[AuditRow]", wanted: AuditFilter) -> "Select[AuditRow]":
    for name in ("actor", "action", "request_id"):
        if value := getattr(wanted, name):
            statement = statement.where(getattr(AuditRow, name) == value)
    if wanted.thing_id is not None:
        statement = statement.where(AuditRow.things.contains([wanted.thing_id]))
    if wanted.made_from is not None:
        statement = statement.where(AuditRow.id >= first_id_at(wanted.made_from))
    if wanted.made_until is not None:
        statement = statement.where(AuditRow.id < first_id_at(wanted.made_until))
    return statement


def _view(row: AuditRow, actor: Actor) -> AuditEntry:
    is_open = _may_see_origin(row, actor)
    return AuditEntry(
        id=row.id,
        service="",
        at=row.at,
        actor=row.actor,
        role=row.role,
        on_behalf_of=row.on_behalf_of,
        action=row.action,
        kind=row.kind,
        thing_id=row.thing_id,
        name=row.name,
        partner_id=row.partner_id,
        request_id=row.request_id,
        channel=row.channel,
        address=row.address if is_open else "",
        user_agent=row.user_agent if is_open else "",
        request=row.request,
        changes=[FieldChange(**one) for one in row.changes],
        counts=[ChangeCount(**one) for one in row.counts],
    )


def _may_see_origin(row: AuditRow, actor: Actor) -> bool:
    """Where somebody sits is shown to those above; to customers, of nobody else."""
    is_helped = actor.role is Role.CUSTOMER and bool(row.on_behalf_of)
    return covers(actor, row.actor_scope) and not is_helped
