"""Whether the parts of the platform answer, as far as this page can tell."""

from dataclasses import dataclass

from gateway.admin.dashboard.questions import Parts
from gateway.app_context import app_context

ASKED_OF = {
    "Accounts": "customers",
    "Billing": "subscriptions",
    "Playlists": "failing",
    "Notifications": "messages",
}
"""The question whose answer says that a service is there."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """One part of the platform."""

    name: str
    is_well: bool
    words: str


def health_of(parts: Parts) -> list[Health]:
    """Each service by its answer, then the broker between them."""
    services = [
        _health(name, "Operational", "Not responding", is_well=not parts[asked].is_away)
        for name, asked in ASKED_OF.items()
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
