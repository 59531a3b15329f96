"""What staff does with a subscription beside selling it."""

from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, Permission
from lineup.contracts.billing.subscriptions import SubscriptionView
from lineup.values.types import Reason
from lineup.verbs import Kind, Request, Route, verb


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.END_DATES,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/end-date", status=200),
)
class SetEndDate(Request[SubscriptionView]):
    """Set the end date of an active or expired subscription; no money moves.

    An earlier date takes paid time and needs the permission `shorten`, too.
    """

    subscription_id: UUID
    ends_at: datetime
    """In the future."""
    reason: Reason
