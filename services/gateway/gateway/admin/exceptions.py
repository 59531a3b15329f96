"""What is wrong with an order or a delivery, in words, and what to do about it."""

from dataclasses import dataclass

ORDERS = {
    "unknown_sku": (
        "No plan on sale has this SKU.",
        "Give a plan this SKU, then try again.",
    ),
    "no_sku": ("This line has no SKU.", "Give the item a SKU in the shop."),
    "low_amount": (
        "Less was paid than the plan costs.",
        "Let the shop accept low amounts, or change the plan's price; then try again.",
    ),
    "wrong_currency": (
        "It was paid in another currency than the shop's or the plan's.",
        "Sell in one currency; pay this order back in the shop.",
    ),
    "no_email": (
        "The buyer left no mail address, so nobody can be told the credentials.",
        "Write the address into the order in the shop.",
    ),
    "test_order": ("The shop says it is a test.", "Nothing: tests are never served."),
    "no_lines": ("It is paid, but there is no line in it.", "Look at it in the shop."),
    "refund_unclear": (
        "Money went back, and it is not plain for which line.",
        "Stop the right user by hand on the customer's page.",
    ),
    "deleted_at_shop": (
        "The order was deleted in the shop; whether money went back is not said.",
        "Stop its users by hand if the money went back.",
    ),
    "subscription_active": (
        "The user has another product running.",
        "Stop that, or let it end; then try again.",
    ),
    "plan_retired": (
        "The plan is sold no longer.",
        "Give a plan on sale its SKU, then try again.",
    ),
    "user_not_found": (
        "There is no such user any more.",
        "Take the user's name out of the order in the shop.",
    ),
    "trial_used": (
        "This customer had its trial already.",
        "Pay this order back in the shop.",
    ),
}
DELIVERIES = {
    "bad_payload": ("It cannot be read as an order.", "Look at its body."),
    "bad_amount": ("An amount in it cannot be right.", "Look at its body."),
    "quantity_too_large": ("A quantity in it is beyond reason.", "Look at its body."),
    "too_many_seats": ("It wants too many users.", "Look at its body."),
    "unknown_topic": (
        "It tells of something that is not understood here.",
        "Nothing, or take this topic out of the shop's webhooks.",
    ),
    "test_delivery": ("It is the shop's test.", "Nothing: tests are never served."),
    "wrong_shop": (
        "It comes from another address than the shop's, such as a copy of it.",
        "If that is the shop's address now, change it in its settings and replay.",
    ),
    "shop_off": ("The shop is switched off.", "Switch it on, then replay."),
}
UNKNOWN = ("Something is to be looked at.", "")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is wrong: its code, what it is about, and words for both."""

    code: str
    about: str
    what: str
    advice: str


def order_trouble(text: str) -> Trouble:
    """An order's exception, such as `unknown_sku: GOLD-1M`, in words."""
    return _told(text, ORDERS)


def delivery_trouble(text: str) -> Trouble:
    """A delivery's problem, such as `wrong_shop: staging.example`, in words."""
    return _told(text, DELIVERIES)


def _told(text: str, words: dict[str, tuple[str, str]]) -> Trouble:
    code, _, about = text.partition(": ")
    what, advice = words.get(code, UNKNOWN)
    return Trouble(code=code, about=about, what=what, advice=advice)
