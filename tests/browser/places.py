"""Every page there is, and something to show on each that is about one thing."""

from dataclasses import dataclass

from gateway.panel.guard import PAGES
from gateway.start import pages
from lineup.context import Role
from lineup.secrets import make_key

BEFORE_SIGN_IN = "signing.sign_in"
LEADS_ELSEWHERE = {"signing.home"}
VIEWERS = (Role.PARTNER, Role.OPERATOR, Role.DEALER, Role.CUSTOMER)
"""Whose eyes a page is looked at with: the first of them it is open to."""


@dataclass(frozen=True)
class Place:
    """One page that can be looked at."""

    endpoint: str
    rule: str
    arguments: frozenset[str]
    roles: frozenset[Role]

    @property
    def viewer(self) -> Role | None:
        """As whom it is looked at; None: before sign-in."""
        if not self.roles:
            return None
        return next(role for role in VIEWERS if role in self.roles)

    def path(self, things: dict[str, str]) -> str:
        """Its address with something to show; KeyError when there is nothing."""
        path = self.rule
        for name in self.arguments:
            for converter in ("uuid:", ""):
                path = path.replace(f"<{converter}{name}>", things[name])
        return path


def places() -> list[Place]:
    """All pages that answer GET, of the very app that serves them."""
    settings = {
        "AMQP_URI": "amqp://nobody",
        "LINEUP_SECRET_KEYS": make_key(),
        "BLOB_URL": "memory://",
    }
    app = pages(settings)
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        name = f"{view.__module__}.{view.__name__}"
        if name in PAGES and "GET" in (rule.methods or ()):
            found.append(
                Place(rule.endpoint, rule.rule, frozenset(rule.arguments), PAGES[name])
            )
    return [place for place in found if place.endpoint not in LEADS_ELSEWHERE]
