"""Refusals of several services, each with its code."""

from lineup.errors import Conflict, NotFound


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    code = "delivery_not_found"


class AuditEntryNotFound(NotFound):
    """There is no such audit log entry."""

    code = "audit_entry_not_found"


class TrialUsed(Conflict):
    """The free trial was already used."""

    code = "trial_used"
