"""What every template can say: who is signed in, its pages, addresses of lists."""

from typing import Any
from uuid import UUID

from flask import Flask, g, request, url_for

from gateway.asking import request_id
from lineup.context import Role
from lineup.ids import new_id

CUSTOMERS = ("Customers", "accounts_pages.list_customers")
ACCOUNTS = ("Accounts", "accounts_pages.list_accounts")
PRODUCTS = ("Products", "billing_pages.list_products")
MESSAGES = ("Messages", "notifications_pages.list_deliveries")
CONTENT = (
    ("Channels", "playlists_pages.list_channels"),
    ("Packages", "playlists_pages.list_packages"),
    ("Guide", "playlists_pages.list_guide_sources"),
    PRODUCTS,
    ("Shops", "billing_pages.list_shops"),
    MESSAGES,
)

Links = tuple[tuple[str, str], ...]


def pages_of(role: Role) -> Links:
    """The pages a role finds in the head of every page."""
    if role is Role.CUSTOMER:
        return (("My users", "portal.my_page"),)
    if role in {Role.RESELLER, Role.DEALER}:
        return (CUSTOMERS, PRODUCTS, MESSAGES)
    return (CUSTOMERS, ACCOUNTS, *CONTENT)


def page_address(after: UUID | None) -> str:
    """This list's address, at another page."""
    query: dict[str, Any] = request.args.to_dict()
    query.pop("after", None)
    if after is not None:
        query["after"] = str(after)
    return url_for(request.endpoint or "", **(request.view_args or {}), **query)


def teach(app: Flask) -> None:
    """Let templates say these."""
    app.context_processor(
        lambda: {
            "me": g.get("actor"),
            "pages_of": pages_of,
            "page_address": page_address,
            "new_key": lambda: new_id().hex,
            "request_id": request_id,
        }
    )
