"""What every template can say: who is signed in, its pages, what is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from gateway.panel.guard import may_open, may_send
from gateway.request_context import request_id
from lineup.context import SELLERS_ALONE, Actor, Role
from lineup.ids import new_id

OUR_NAME = "Lineup"

ROLES = {
    Role.OPERATOR: "Operator",
    Role.SUPPORT: "Support",
    Role.PARTNER: "Partner",
    Role.STAFF: "Staff",
    Role.RESELLER_COMPANY: "Reseller company",
    Role.RESELLER: "Reseller",
    Role.DEALER: "Dealer",
    Role.CUSTOMER: "Customer",
}


@dataclass(frozen=True)
class Entry:
    """A page in the navigation, shown to whom its page is open."""

    label: str
    endpoint: str
    icon: str
    not_for: frozenset[Role] = frozenset()
    """Roles that may open it and have no use for it every day."""

    def is_for(self, role: Role) -> bool:
        """Whether a role finds it in its navigation."""
        return may_open(self.endpoint) and role not in self.not_for

    @property
    def address(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)


@dataclass(frozen=True)
class NavigationGroup:
    """Entries that belong together; without a title they come first."""

    title: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    NavigationGroup(
        "",
        (
            Entry("Dashboard", "dashboard_pages.dashboard", "layout-dashboard"),
            Entry("Sell", "sell_pages.sell", "cash-register"),
            Entry("Reports", "reports_pages.count_customers", "chart-bar"),
            Entry("My users", "portal.my_page", "device-tv"),
            Entry("My balance", "portal_money.balance", "wallet"),
            Entry("My invoices", "portal_documents.my_documents", "file-invoice"),
            Entry("Auto-renewal", "portal_money.renewal", "refresh"),
            Entry("Messages", "portal_messages.list_messages", "mail"),
        ),
    ),
    NavigationGroup(
        "People",
        (
            Entry("Customers", "customers_pages.list_customers", "users"),
            Entry("Boxes", "boxes_pages.list_boxes", "package-export"),
            Entry("Sellers", "sellers_pages.list_dealers", "sitemap", SELLERS_ALONE),
            Entry("Partners", "partnerships_pages.list_partnerships", "building"),
            Entry("All accounts", "people_pages.list_people", "users-group"),
            Entry("My own users", "own_users.my_users", "device-tv"),
        ),
    ),
    NavigationGroup(
        "Reselling",
        (
            Entry(
                "Partner directory",
                "reselling_pages.directory",
                "address-book",
                not_for=SELLERS_ALONE,
            ),
            Entry("Requests", "reselling_pages.list_requests", "inbox"),
            Entry("Links", "reselling_pages.list_links", "link"),
            Entry("Offer to resellers", "reselling_pages.edit_listing", "speakerphone"),
        ),
    ),
    NavigationGroup(
        "Sales",
        (
            Entry("Subscriptions", "subscriptions_pages.list_subscriptions", "ticket"),
            Entry("Sales", "sales_pages.list_sales", "receipt"),
            Entry("Documents", "documents_pages.list_all", "file-invoice"),
            Entry("Balances", "money_pages.list_wallets", "wallet"),
            Entry("Products", "billing_pages.list_products", "package"),
            Entry("Shops", "shops_pages.list_shops", "building-store"),
            Entry("Orders", "shops_pages.list_orders", "shopping-cart"),
        ),
    ),
    NavigationGroup(
        "Content",
        (
            Entry("Channels", "channels_pages.list_channels", "list-numbers"),
            Entry("Packages", "packages_pages.list_packages", "stack-2"),
            Entry("Guide", "guide_pages.show_guide", "calendar-event"),
            Entry("Imports", "jobs_pages.list_jobs", "download"),
        ),
    ),
    NavigationGroup(
        "Messages",
        (
            Entry("Delivery log", "notifications_pages.list_deliveries", "mail"),
            Entry("Email delivery", "notifications_pages.mail_transport", "send"),
        ),
    ),
    NavigationGroup(
        "Company",
        (
            Entry(
                "Your package", "package_pages.my_package", "id-badge-2", SELLERS_ALONE
            ),
            Entry("Audit log", "audit_pages.list_log", "history"),
        ),
    ),
    NavigationGroup(
        "",
        (Entry("Help", "help_pages.contents", "help"),),
    ),
)
"""What is found at the side of every page; each role sees what is open to it."""


def navigation() -> Iterator[NavigationGroup]:
    """The groups of the one who is signed in, without what is not for them; none while
    something else must be done first.
    """
    me: Actor = g.actor
    if me.pending:
        return
    for group in NAVIGATION:
        entries = tuple(
            entry
            for entry in group.entries
            if has_page(entry.endpoint) and entry.is_for(me.role)
        )
        if entries:
            yield NavigationGroup(group.title, entries)


def open_address() -> str:
    """The address in the navigation that the open page has, or lies below."""
    addresses = [entry.address for group in navigation() for entry in group.entries]
    within = [one for one in addresses if f"{request.path}/".startswith(f"{one}/")]
    return max(within, key=len, default="")


def has_page(endpoint: str) -> bool:
    """Whether there is such a page in this installation."""
    return endpoint in current_app.view_functions


def house() -> str:
    """Whose name the pages bear: to customers, and before sign-in, their partner's.

    Empty before sign-in at an address that is nobody's alone.
    """
    me: Actor | None = g.get("actor")
    return (me.company or OUR_NAME) if me else g.get("company", "")


def theme() -> str:
    """The theme that was chosen: light or dark; empty: as the machine has it."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""


def init_app(app: Flask) -> None:
    """Let templates say these, also those that are imported without context."""
    template_globals: dict[str, Any] = {
        "navigation": navigation,
        "open_address": open_address,
        "has_page": has_page,
        "may_open": may_open,
        "may_send": may_send,
        "theme": theme,
        "house": house,
        "role_names": ROLES,
        "new_key": lambda: new_id().hex,
        "request_id": request_id,
    }
    app.jinja_env.globals.update(template_globals)
    app.context_processor(lambda: {"me": g.get("actor")})
