"""The audit log, to be read by programs that keep it elsewhere."""

from gateway.api.endpoints import Endpoints
from gateway.audit import list_entries
from lineup.access import AccessRule
from lineup.context import EVERYBODY, Permission
from lineup.contracts.audit import AuditEntry, ListAuditEntries
from lineup.contracts.paging import Page

endpoints = Endpoints("audit", "Audit log.")


@endpoints.open(
    "GET /audit-log",
    ListAuditEntries,
    Page[AuditEntry],
    AccessRule(allowed=EVERYBODY, needs=Permission.AUDIT),
)
def list_audit_log(rpc_request: ListAuditEntries) -> Page[AuditEntry]:
    """List changes, newest first: who made each, of what, and from where.

    Each change has one entry, which cannot be edited or deleted. Where a service is
    unavailable there is no answer, so that no entry is missed.
    """
    return list_entries(rpc_request)
