"""Whether a subscription runs: one rule for whoever keeps a copy of it."""

from datetime import datetime
from typing import Any, Protocol, overload

from lineup.contracts.billing.subscriptions import SubscriptionState


class StoredSubscription(Protocol):
    """A subscription as anybody keeps it: its marked state, and its end."""

    @property
    def state(self) -> str:
        """As it was last marked; `running` ends by itself."""

    @property
    def ends_at(self) -> datetime:
        """When it ends, exclusive."""


@overload
def is_running(subscription: type[Any], now: datetime) -> Any: ...
@overload
def is_running(subscription: StoredSubscription, now: datetime) -> bool: ...
def is_running(subscription: Any, now: datetime) -> Any:
    """Whether a subscription entitles at an instant, whether or not it is marked yet.

    Of a table it is the condition that rows do.
    """
    is_marked = subscription.state == SubscriptionState.RUNNING
    return is_marked & (subscription.ends_at > now)


@overload
def has_lapsed(subscription: type[Any], now: datetime) -> Any: ...
@overload
def has_lapsed(subscription: StoredSubscription, now: datetime) -> bool: ...
def has_lapsed(subscription: Any, now: datetime) -> Any:
    """Whether it is past its end and not marked yet; of a table, the condition."""
    is_marked = subscription.state == SubscriptionState.RUNNING
    return is_marked & (subscription.ends_at <= now)
