"""What buyers and plugins note at orders and lines: users, devices, subscriptions.

The names of such notes differ by shop, plugin and form: they are compared by their
letters and digits alone, and by how they end (`_billing_iptv_username`).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from billing.webshops.messages import Repeats

Pairs = Iterable[tuple[str, Any]]

USERNAME = re.compile(r"iptv(user|login|account)(name)?$")
DEVICE = re.compile(r"(device|iptv|box|stb)mac(address)?$|^mac(address)?$")
SUBSCRIPTION = {
    "subscriptionrenewal",
    "subscriptionrenewalearly",
    "subscriptionresubscribe",
    "subscriptionswitch",
    "wpssfwsubscription",
    "ywsbssubscriptionid",
}
"""Notes of WooCommerce Subscriptions and its like that name a subscription."""
RENEWAL = {"isarenew", "wpssfwrenewalorder", "ywsbsisarenew"}
"""Notes of others that say no more than that the order is a renewal."""
NO = {"", "no", "false", "0"}
TEXT_CHARACTERS = 100


def username_in(pairs: Pairs) -> str:
    """The user that notes name; empty where they name none."""
    return _first(pairs, USERNAME)


def device_in(pairs: Pairs) -> str:
    """The MAC address of a device, as the buyer wrote it; empty where there is none."""
    return _first(pairs, DEVICE)


def repeats_in(
    pairs: Pairs, *, customer: Any = None, is_renewal: bool = False
) -> Repeats:
    """Which customer and subscription of the shop an order is of."""
    named = [(_plain(key), text_of(value)) for key, value in pairs]
    subscriptions = {text for key, text in named if key in SUBSCRIPTION and text}
    is_noted = any(key in RENEWAL and text.lower() not in NO for key, text in named)
    return Repeats(
        customer_id=_id_of(customer),
        subscription_id=",".join(sorted(subscriptions - {"0"}))[:TEXT_CHARACTERS],
        is_renewal=is_renewal or is_noted or bool(subscriptions),
    )


def text_of(value: Any) -> str:
    """A note as one printable line: a number, or a list of one, is what it says."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, Mapping):
        value = value.get("value", list(value.values()))
    if isinstance(value, list | tuple):
        return _cut(", ".join(filter(None, map(text_of, value[:10]))))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _cut(str(value))


def _first(pairs: Pairs, wanted: re.Pattern[str]) -> str:
    found = (text_of(value) for key, value in pairs if wanted.search(_plain(key)))
    return next(filter(None, found), "")


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", (key or "").lower())


def _id_of(value: Any) -> str:
    text = text_of(value)
    return "" if text in NO else text


def _cut(text: str) -> str:
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return printable.strip()[:TEXT_CHARACTERS].rstrip()
