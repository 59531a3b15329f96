"""Every page there is, and something to show on each that is about one thing."""

import re
from dataclasses import dataclass

from gateway.panel.guard import PAGES
from gateway.start import pages
from lineup.context import Role
from lineup.secrets import make_key

ARGUMENT = re.compile(r"([^/]+)/<(?:\w+:)?(\w+)>")
LEADS_ELSEWHERE = {
    "signing.home",
    "package_pages.export_by_link",
    "personal_data.by_link",
}
"""A page that only leads on, and files that only a link leads to."""
VIEWERS = (
    Role.PARTNER,
    Role.OPERATOR,
    Role.RESELLER_COMPANY,
    Role.DEALER,
    Role.CUSTOMER,
)
"""Whose eyes a page is looked at with: the first of them it is open to."""


@dataclass(frozen=True)
class PageRoute:
    """One page that can be looked at."""

    endpoint: str
    rule: str
    roles: frozenset[Role]

    @property
    def viewer(self) -> Role | None:
        """As whom it is looked at; None: before sign-in."""
        if not self.roles:
            return None
        return next(role for role in VIEWERS if role in self.roles)

    @property
    def is_file(self) -> bool:
        """Whether it is taken home rather than looked at."""
        return self.rule.endswith((".csv", "/body", ".zip", ".pdf", ".json"))

    def path(self, things: dict[str, str]) -> str:
        """Its address with something to show; KeyError when there is nothing.

        `shop-deliveries/delivery_id` comes before `delivery_id`.
        """

        def thing(found: re.Match[str]) -> str:
            folder, name = found.groups()
            return f"{folder}/{things.get(f'{folder}/{name}') or things[name]}"

        return ARGUMENT.sub(thing, self.rule)


def page_routes() -> list[PageRoute]:
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
            found.append(PageRoute(rule.endpoint, rule.rule, PAGES[name].allowed))
    return [
        page_route for page_route in found if page_route.endpoint not in LEADS_ELSEWHERE
    ]
