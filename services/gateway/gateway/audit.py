"""The audit log of all services as one list: each keeps that of its own things.

Ids rise with time in every service alike, so one id says where a page starts in all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from gateway.app_context import app_context
from gateway.panel.optional_results import OptionalResult, optional, wait_for
from gateway.request_context import context
from lineup.contracts.audit import AuditEntry, GetAuditEntry, ListAuditEntries
from lineup.contracts.paging import Page, Paging
from lineup.contracts.refusals import AuditEntryNotFound
from lineup.errors import NotFound, ServiceUnavailable
from lineup.rpc import Answer
from lineup.verbs import Request

R = TypeVar("R")

SERVICES = ("accounts", "billing", "playlists", "notifications")


@dataclass(frozen=True, kw_only=True)
class FoundEntries:
    """One page of the changes in all services, without those that are away."""

    page: OptionalResult[Page[AuditEntry]]
    away: Sequence[str] = ()


def find_entries(request: ListAuditEntries) -> FoundEntries:
    """A page of the changes in all services, newest first."""
    found = {one: optional(answer).value for one, answer in _ask_all(request).items()}
    pages = {one: page for one, page in found.items() if page is not None}
    merged = _merged(pages, request.paging) if pages else None
    away = [one for one in SERVICES if one not in pages]
    return FoundEntries(page=OptionalResult(merged), away=away)


def list_entries(request: ListAuditEntries) -> Page[AuditEntry]:
    """The same for who must miss none; ServiceUnavailable where a service is away."""
    found = find_entries(request)
    if found.away or found.page.value is None:
        raise ServiceUnavailable
    return found.page.value


def get_entry(entry_id: UUID) -> AuditEntry:
    """One change, whoever keeps it; AuditEntryNotFound where nobody does,
    ServiceUnavailable where that cannot be said.
    """
    is_known = True
    for service, answer in _ask_all(GetAuditEntry(entry_id=entry_id)).items():
        try:
            found = optional(answer)
        except NotFound:
            continue
        if found.value is not None:
            return replace(found.value, service=service)
        is_known = False
    raise AuditEntryNotFound if is_known else ServiceUnavailable


def _ask_all(request: Request[R]) -> dict[str, Answer[R]]:
    rpc, who = app_context().rpc, context()
    answers = {one: rpc.ask_later(who, request, service=one) for one in SERVICES}
    wait_for(*answers.values())
    return answers


def _merged(pages: Mapping[str, Page[AuditEntry]], paging: Paging) -> Page[AuditEntry]:
    """The first of all rows, on the way that leads away from where the page starts."""
    rows = [
        replace(row, service=service)
        for service, page in pages.items()
        for row in page.items
    ]
    rows.sort(key=lambda row: row.id, reverse=True)
    goes_back, limit = paging.before is not None, paging.limit
    shown = rows[-limit:] if goes_back else rows[:limit]
    is_cut = len(rows) > limit
    is_more = is_cut or any(page.next_after for page in pages.values())
    was_more = is_cut or any(page.previous_before for page in pages.values())
    has_next = goes_back or is_more
    has_previous = was_more if goes_back else paging.after is not None
    totals = [page.total for page in pages.values() if page.total is not None]
    return Page(
        items=shown,
        next_after=shown[-1].id if shown and has_next else None,
        previous_before=shown[0].id if shown and has_previous else None,
        total=sum(totals) if totals else None,
    )
