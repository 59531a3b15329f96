"""What staff does with a subscription beside selling it."""

from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, Permission
from lineup.contracts.billing.subscriptions import SubscriptionView, SuspensionCause
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


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/suspend", status=200),
)
class SuspendSubscription(Request[SubscriptionView]):
    """Suspend an active subscription: its user sees demo channels, its time runs on.

    Nothing is sold or renewed meanwhile. It is lifted by hand; one for non-payment by
    the customer's next top-up, too, if that leaves no debt.
    """

    subscription_id: UUID
    reason: Reason
    """Shown to the customer."""
    cause: SuspensionCause = SuspensionCause.OTHER


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/lift", status=200),
)
class LiftSuspension(Request[SubscriptionView]):
    """Lift a suspension; what was due to renew meanwhile is tried again."""

    subscription_id: UUID
