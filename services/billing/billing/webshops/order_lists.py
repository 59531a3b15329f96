"""Orders that changed, page by page, as WooCommerce and Shopify list them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from billing.webshops.payloads import Fields
from billing.webshops.shop_api import NotAnswered, ShopAnswer, ask, basic
from lineup.contracts.billing.shops import ShopKind

WOOCOMMERCE_PAGE = 100
SHOPIFY_PAGE = 250
SHOPIFY_VERSION = "2026-07"
CHANGED = {ShopKind.WOOCOMMERCE: "date_modified_gmt", ShopKind.SHOPIFY: "updated_at"}
"""Where an order says when it changed last."""
SAME_SECOND = timedelta(seconds=1)
"""Shops tell changes by the second, and others may be of the same one."""
NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where a shop is asked, and with what."""

    kind: ShopKind
    address: str
    key: str
    secret: str
    allow_private: bool


def changed_orders(
    access: Access, since: datetime
) -> Iterator[Sequence[dict[str, Any]]]:
    """Pages of all that changed since an instant, the oldest change first."""
    lists = {ShopKind.WOOCOMMERCE: _woocommerce, ShopKind.SHOPIFY: _shopify}
    return lists[access.kind](access, since)


def _woocommerce(access: Access, since: datetime) -> Iterator[Sequence[dict[str, Any]]]:
    """Pages of orders, each asked for by the last change of the one before.

    Pages by number move up when an order of an earlier one changes meanwhile, and
    orders are lost between two; they only serve for changes of the same second.
    """
    after, page = since, 1
    while True:
        told = _woocommerce_page(access, after, page)
        orders = _orders(told.value)
        yield orders
        if not _woocommerce_has_more(told, page, len(orders)):
            return
        reached = _just_before_the_last(orders)
        if reached is not None and reached > after:
            after, page = reached, 1
        else:
            page += 1


def _woocommerce_page(access: Access, after: datetime, page: int) -> ShopAnswer:
    query = urlencode(
        {
            "modified_after": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": WOOCOMMERCE_PAGE,
            "page": page,
        }
    )
    return ask(
        f"{access.address}/wp-json/wc/v3/orders?{query}",
        {"Authorization": basic(access.key, access.secret)},
        allow_private=access.allow_private,
    )


def _just_before_the_last(orders: Sequence[dict[str, Any]]) -> datetime | None:
    """The second before the last change of a page: others may be of the same one."""
    last = Fields(orders[-1] if orders else {}).when(CHANGED[ShopKind.WOOCOMMERCE])
    return last - SAME_SECOND if last else None


def _woocommerce_has_more(told: ShopAnswer, page: int, found: int) -> bool:
    pages = told.headers.get("x-wp-totalpages", "")
    if pages.isdecimal():
        return found > 0 and page < int(pages)
    return found == WOOCOMMERCE_PAGE


def _shopify(access: Access, since: datetime) -> Iterator[Sequence[dict[str, Any]]]:
    at = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = f"status=any&order={quote('updated_at asc')}&updated_at_min={quote(at)}"
    while query:
        told = ask(
            f"{access.address}/admin/api/{SHOPIFY_VERSION}/orders.json"
            f"?limit={SHOPIFY_PAGE}&{query}",
            {"X-Shopify-Access-Token": access.secret},
            allow_private=access.allow_private,
        )
        value = told.value if isinstance(told.value, dict) else {}
        yield _orders(value.get("orders"))
        query = _next_of(told.headers.get("link", ""))


def _next_of(link: str) -> str:
    """The next page's mark; where its address leads is not followed, keys go there."""
    found = NEXT.search(link)
    marks = parse_qs(urlsplit(found[1]).query).get("page_info", []) if found else []
    return urlencode({"page_info": marks[0]}) if marks else ""


def _orders(value: Any) -> Sequence[dict[str, Any]]:
    if not isinstance(value, list):
        raise NotAnswered("bad_answer", "it lists no orders")
    return [each for each in value if isinstance(each, dict)]
