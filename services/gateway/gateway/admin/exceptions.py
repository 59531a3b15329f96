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
        "Give the shop a tolerance, or change the plan's price; then try again.",
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
        "Close this, and tick what it pays back.",
    ),
    "deleted_at_shop": (
        "The order was deleted in the shop; whether money went back is not said.",
        "Close this, and tick what is to end if the money went back.",
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
    "disputed": (
        "The buyer disputes the payment, or the shop waits again though it was paid.",
        "Answer the dispute in the shop. Stop the users if the money is lost.",
    ),
    "unknown_user": (
        "The order names a user that nobody is called by.",
        "Choose the right user below.",
    ),
    "which_user": (
        "It renews a subscription, and it is not plain whose.",
        "Choose the right user below; it is remembered for the next time.",
    ),
    "customer_off": (
        "The customer is switched off and could not watch what was paid.",
        "Switch the customer on, then try again.",
    ),
    "seller_off": (
        "The partner or a seller above the customer is switched off.",
        "Switch it on, then try again.",
    ),
    "mac_taken": (
        "Another user has the device that the order names.",
        "The order is served. Move the device to the right user by hand.",
    ),
    "mac_invalid": (
        "What the order gives as a device's MAC address is none.",
        "The order is served. Ask the buyer, and note the device by hand.",
    ),
    "bad_email": (
        "The buyer's mail address is none, so nobody can be told the credentials.",
        "Correct the address of the order in the shop.",
    ),
    "period_too_long": (
        "Its plan is so long that it would end beyond the calendar.",
        "Change the length of the plan, then try again.",
    ),
    "failed": (
        "Its subscription could not be started.",
        "Look at the length of its plan, then try again.",
    ),
    "old_product_spent": (
        "It is refunded; what ran before was paid back to the balance and is spent.",
        "Let the customer top up and buy it again, or close this.",
    ),
    "old_product_stopped": (
        "It is refunded; what ran before stays off, as the user was stopped by hand.",
        "Sell it again by hand if its paid time is to be given back, then close this.",
    ),
    "trial_used": (
        "This customer had its trial already.",
        "Pay this order back in the shop.",
    ),
    "bad_amount": (
        "An amount in it cannot be read.",
        "Look at its payload; serve it by hand, or correct it in the shop.",
    ),
    "bad_currency": (
        "Its currency is not a currency code.",
        "Look at its payload; serve it by hand, or correct it in the shop.",
    ),
    "bad_date": (
        "Its date of payment cannot be read.",
        "If it is paid, accept it as it is.",
    ),
    "bad_quantity": (
        "It orders no whole number of pieces.",
        "Serve it by hand, or correct the quantity in the shop.",
    ),
    "quantity_too_large": (
        "A quantity in it is beyond reason.",
        "Serve it by hand, or correct the quantity in the shop.",
    ),
    "too_many_lines": ("It has too many lines.", "Look at its payload."),
    "too_many_seats": ("It wants too many users.", "Look at its payload."),
    "too_many_refunds": ("It tells of too many refunds.", "Look at its payload."),
    "own_status": (
        "It is paid, and in a status of the shop's own making.",
        "Name that status in the shop's settings, or accept the order as it is.",
    ),
    "rest_unpaid": (
        "It was ordered after the order was paid, and nothing says it was paid, too.",
        "Look at it in the shop; if it is paid, accept the order as it is.",
    ),
    "line_removed": (
        "The order has this no longer, and its user still runs.",
        "Stop the user if the money went back or something else is served for it.",
    ),
    "money_kept": (
        "The order was cancelled and its users stopped; no money went back.",
        "Pay it back in the shop, or note that it stays.",
    ),
    "sub_order": (
        "It is one vendor's part of an order that was not heard of.",
        "Accept it as it is if that order will not come.",
    ),
    "part_refunded": (
        "Money of one vendor's part went back; the whole order is what was served.",
        "Stop the right user of the whole order by hand.",
    ),
}
DELIVERIES = {
    "bad_payload": ("It cannot be read as an order.", "Look at its body."),
    "bad_amount": ("An amount in it cannot be right.", "Look at its body."),
    "bad_currency": ("Its currency is not a currency code.", "Look at its body."),
    "bad_date": ("It is of an impossible date.", "Look at its body."),
    "too_many_refunds": ("It tells of too many refunds.", "Look at its body."),
    "failed": (
        "It could not be worked on, and nothing of it was done.",
        "Replay it. If it fails again, look at its body and tell the operator.",
    ),
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
ASKING = {
    "key_refused": (
        "The shop does not take the keys.",
        "Make new ones there that may read orders, and enter them here.",
    ),
    "keys_lost": (
        "The shop's keys can be read here no longer.",
        "Enter them again, or make new ones there.",
    ),
    "rate_limited": ("The shop wants a pause.", "Nothing: it is asked again."),
    "redirected": (
        "The shop's address leads elsewhere.",
        "Enter the address to which it leads.",
    ),
    "address_forbidden": (
        "The address leads where this installation asks nobody.",
        "Enter the shop's public address.",
    ),
    "bad_address": ("That is no address of a shop.", "Enter it anew."),
    "not_encrypted": (
        "The keys could be read on their way to this address.",
        "Enter the one that begins with https.",
    ),
    "bad_certificate": (
        "The shop's certificate is not valid.",
        "Have it renewed, or enter the right address.",
    ),
    "too_slow": ("The shop is too slow to answer.", "It is asked again."),
    "too_many_at_once": (
        "More orders changed in one second than can be read.",
        "Have the shop deliver those that are missing anew.",
    ),
    "unreachable": ("The shop cannot be reached.", "It is asked again."),
    "bad_status": ("The shop answers with an error.", "Look at the address."),
    "bad_answer": (
        "What answers there is no shop.",
        "Enter the address of the shop itself, with its folder.",
    ),
}
ACCEPTED = {
    "low_amount",
    "no_email",
    "bad_email",
    "test_order",
    "own_status",
    "bad_date",
    "rest_unpaid",
    "sub_order",
}
"""What an order can be served with all the same."""
UNKNOWN = ("Something is to be looked at.", "")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is wrong: its code, what it is about, and words for both."""

    code: str
    about: str
    what: str
    advice: str
    text: str
    """As the service says it."""

    @property
    def can_be_accepted(self) -> bool:
        """Whether the order can be served as it is all the same."""
        return self.code in ACCEPTED

    @property
    def can_be_ignored(self) -> bool:
        """Whether it is about a SKU, or an item without one."""
        return self.code in ("unknown_sku", "no_sku")


def order_trouble(text: str) -> Trouble:
    """An order's exception, such as `unknown_sku: GOLD-1M`, in words."""
    return _told(text, ORDERS)


def delivery_trouble(text: str) -> Trouble:
    """A delivery's problem, such as `wrong_shop: staging.example`, in words."""
    return _told(text, DELIVERIES)


def asking_trouble(text: str) -> Trouble:
    """Why a shop that is asked does not answer, such as `key_refused: 401`."""
    return _told(text, ASKING)


def _told(text: str, words: dict[str, tuple[str, str]]) -> Trouble:
    code, _, about = text.partition(": ")
    what, advice = words.get(code, UNKNOWN)
    return Trouble(code=code, about=about, what=what, advice=advice, text=text)
