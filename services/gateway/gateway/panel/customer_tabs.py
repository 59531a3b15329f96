"""The parts of a customer's page: each a page of its own under the same tabs."""

from uuid import UUID

from flask import url_for

from gateway.panel.guard import may_open
from gateway.panel.navigation import has_page

CUSTOMER_TABS = (
    ("customers_pages.show_customer", "Overview"),
    ("customers_pages.show_users", "Users"),
    ("money_pages.customer_subscriptions", "Subscriptions"),
    ("money_pages.customer_renewal", "Auto-renewal"),
    ("money_pages.customer_wallet", "Balance"),
    ("notifications_pages.customer_messages", "Messages"),
    ("customer_content.show_content", "Content"),
    ("customers_pages.show_devices", "Devices"),
    ("seller_logins.customer_login", "Login"),
    ("audit_pages.customer_log", "Log"),
)
"""Endpoint and words; what is not there, or not open to the role, is left out."""


def customer_tabs(customer_id: UUID, opened: str) -> list[tuple[str, str, bool]]:
    """Words, address and whether it is the open one, for the macro `tabs`."""
    tabs: dict[str, tuple[str, str, bool]] = {}
    for endpoint, words in CUSTOMER_TABS:
        if words not in tabs and has_page(endpoint) and may_open(endpoint):
            address = url_for(endpoint, customer_id=customer_id)
            tabs[words] = (words, address, endpoint == opened)
    return list(tabs.values())
