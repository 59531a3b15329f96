"""Whether the parts of the platform answer, as far as this page can tell."""

from dataclasses import dataclass

from gateway.admin.dashboard.queries import Results
from gateway.app_context import app_context

QUERY_OF_SERVICE = {
    "Accounts": "customers",
    "Billing": "subscriptions",
    "Playlists": "failing",
    "Notifications": "messages",
}
"""The query whose answer says that a service is there."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """One part of the platform."""

    name: str
    is_well: bool
    words: str


def health_of(results: Results) -> list[Health]:
    """Each service by its answer, then the broker between them."""
    services = [
        _health(
            name, "Operational", "Not responding", is_well=not results[query].is_away
        )
        for name, query in QUERY_OF_SERVICE.items()
    ]
    broker = _health(
        "Message broker",
        "Connected",
        "Not reachable",
        is_well=app_context().rpc.is_ready(),
    )
    return [*services, broker]


def _health(name: str, good: str, bad: str, *, is_well: bool) -> Health:
    return Health(name=name, is_well=is_well, words=good if is_well else bad)
