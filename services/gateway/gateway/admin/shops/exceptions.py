"""What is wrong with an order or a delivery, in words, and what to do about it."""

from dataclasses import dataclass

ORDERS = {
    "unknown_sku": (
        "No plan on sale has this SKU.",
        "Assign this SKU to a plan, then retry.",
    ),
    "no_sku": (
        "This item has no SKU.",
        "Add a SKU to the product in the shop.",
    ),
    "low_amount": (
        "The amount paid is below the plan price.",
        "Set a payment tolerance for the shop or change the plan price, then retry.",
    ),
    "wrong_currency": (
        "The payment currency differs from that of the shop or plan.",
        "Use one currency in the shop, and refund this order there.",
    ),
    "no_email": (
        "The order has no email address, so the login details cannot be sent.",
        "Add the email address to the order in the shop.",
    ),
    "test_order": (
        "This is a test order.",
        "No action needed. Test orders are not fulfilled.",
    ),
    "no_lines": (
        "The order is paid but contains no items.",
        "Check the order in the shop.",
    ),
    "refund_unclear": (
        "A refund was made, but it is unclear for which item.",
        "Close this exception and select the refunded items.",
    ),
    "deleted_at_shop": (
        "The order was deleted in the shop. It is unknown whether it was refunded.",
        "Close this exception and select the items to cancel if it was refunded.",
    ),
    "subscription_active": (
        "The user already has an active subscription to another product.",
        "Stop that subscription or let it expire, then retry.",
    ),
    "plan_retired": (
        "The plan is retired.",
        "Assign its SKU to a plan on sale, then retry.",
    ),
    "user_not_found": (
        "The user no longer exists.",
        "Remove the username from the order in the shop.",
    ),
    "disputed": (
        "The payment is disputed or pending again in the shop.",
        "Respond to the dispute in the shop. Stop the users if the payment is lost.",
    ),
    "unknown_user": (
        "The order names a user that does not exist.",
        "Choose the right user below.",
    ),
    "which_user": (
        "This is a renewal, but it is unclear for which user.",
        "Choose the right user below. The choice is remembered.",
    ),
    "customer_off": (
        "The customer is disabled.",
        "Enable the customer, then retry.",
    ),
    "seller_off": (
        "The partner or seller of the customer is disabled.",
        "Enable the partner or seller, then retry.",
    ),
    "limit_reached": (
        "The seller plan allows no more customers or users.",
        "Give the seller a larger plan, then retry.",
    ),
    "mac_taken": (
        "The MAC address in the order belongs to another user.",
        "The order is fulfilled. Move the device to the right user.",
    ),
    "mac_invalid": (
        "The MAC address in the order is not valid.",
        "The order is fulfilled. Ask the buyer and add the device manually.",
    ),
    "bad_email": (
        "The email address in the order is not valid.",
        "Correct the email address of the order in the shop.",
    ),
    "period_too_long": (
        "The end date of this plan is too far in the future.",
        "Change the duration of the plan, then retry.",
    ),
    "failed": (
        "The subscription could not be started.",
        "Check the duration of the plan, then retry.",
    ),
    "old_product_spent": (
        "The order was refunded, but the previous plan's refund is already spent.",
        "Ask the customer to top up and buy the plan again, or close this.",
    ),
    "old_product_stopped": (
        "The order was refunded. The previous plan stays off: its user was stopped.",
        "Sell the plan again if its remaining time is owed, then close this.",
    ),
    "trial_used": (
        "This customer has already used a trial.",
        "Refund this order in the shop.",
    ),
    "bad_amount": (
        "The order contains an amount that cannot be read.",
        "Check the payload. Fulfil it manually, or correct it in the shop.",
    ),
    "bad_currency": (
        "The currency of the order is not a valid currency code.",
        "Check the payload. Fulfil it manually, or correct it in the shop.",
    ),
    "bad_date": (
        "The payment date of the order cannot be read.",
        "If the order is paid, accept it anyway.",
    ),
    "bad_quantity": (
        "The quantity is not a whole number.",
        "Fulfil it manually, or correct the quantity in the shop.",
    ),
    "quantity_too_large": (
        "The quantity is too large.",
        "Fulfil it manually, or correct the quantity in the shop.",
    ),
    "too_many_lines": (
        "The order has too many items.",
        "Check the payload.",
    ),
    "too_many_seats": (
        "The order is for too many users.",
        "Check the payload.",
    ),
    "too_many_refunds": (
        "The order has too many refunds.",
        "Check the payload.",
    ),
    "own_status": (
        "The order is paid but has a custom status.",
        "Add this status to the shop settings, or accept the order anyway.",
    ),
    "rest_unpaid": (
        "This item was added after payment, and it is unclear whether it was paid.",
        "Check the order in the shop. If it is paid, accept it anyway.",
    ),
    "line_removed": (
        "This item was removed from the order, but its user is still active.",
        "Stop the user if the item was refunded or replaced.",
    ),
    "money_kept": (
        "The order was cancelled and its users were stopped, but it was not refunded.",
        "Refund the order in the shop, or note that no refund is due.",
    ),
    "sub_order": (
        "This is a vendor's part of an order that was not received.",
        "Accept it anyway if the main order will not arrive.",
    ),
    "part_refunded": (
        "One vendor's part was refunded, but the whole order was fulfilled.",
        "Stop the affected user of the main order.",
    ),
}
DELIVERIES = {
    "bad_payload": (
        "The payload cannot be read as an order.",
        "Check the payload.",
    ),
    "bad_amount": (
        "The payload contains an invalid amount.",
        "Check the payload.",
    ),
    "bad_currency": (
        "The currency is not a valid currency code.",
        "Check the payload.",
    ),
    "bad_date": (
        "The payload contains an invalid date.",
        "Check the payload.",
    ),
    "too_many_refunds": (
        "The order has too many refunds.",
        "Check the payload.",
    ),
    "failed": (
        "The delivery could not be processed, and nothing was changed.",
        "Retry it. If it fails again, check the payload and contact the operator.",
    ),
    "quantity_too_large": (
        "The quantity is too large.",
        "Check the payload.",
    ),
    "too_many_seats": (
        "The order is for too many users.",
        "Check the payload.",
    ),
    "unknown_topic": (
        "The webhook topic is not supported.",
        "No action needed. You can remove this topic from the shop's webhooks.",
    ),
    "test_delivery": (
        "This is a test from the shop.",
        "No action needed. Tests are not fulfilled.",
    ),
    "wrong_shop": (
        "The delivery comes from another shop domain, for example a staging copy.",
        "If this is the new domain, update the shop settings and retry.",
    ),
    "shop_off": (
        "The shop is disabled.",
        "Enable the shop, then retry.",
    ),
}
ORDER_FETCHES = {
    "key_refused": (
        "The shop rejects the API keys.",
        "Create new keys with read access to orders and enter them here.",
    ),
    "keys_lost": (
        "The stored API keys can no longer be read.",
        "Enter the keys again, or create new ones in the shop.",
    ),
    "rate_limited": (
        "The shop limits the request rate.",
        "No action needed. It will be retried.",
    ),
    "redirected": (
        "The shop URL redirects to another address.",
        "Enter the address it redirects to.",
    ),
    "address_forbidden": (
        "The shop URL points to an address that is not allowed.",
        "Enter the public address of the shop.",
    ),
    "bad_address": (
        "The shop URL is not valid.",
        "Enter the shop URL again.",
    ),
    "not_encrypted": (
        "The connection to this address is not encrypted.",
        "Enter an address that starts with https.",
    ),
    "bad_certificate": (
        "The TLS certificate of the shop is not valid.",
        "Renew the certificate, or correct the address.",
    ),
    "too_slow": (
        "The shop did not respond in time.",
        "No action needed. It will be retried.",
    ),
    "too_many_at_once": (
        "Too many orders changed in one second to be read.",
        "Resend the missing orders from the shop.",
    ),
    "unreachable": (
        "The shop cannot be reached.",
        "No action needed. It will be retried.",
    ),
    "bad_status": (
        "The shop responds with an error.",
        "Check the shop URL.",
    ),
    "bad_answer": (
        "The response does not come from a shop.",
        "Enter the URL of the shop itself, including its folder.",
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
UNKNOWN = ("This needs attention.", "")


@dataclass(frozen=True, kw_only=True)
class Issue:
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


def order_issue(text: str) -> Issue:
    """An order's exception, such as `unknown_sku: GOLD-1M`, in words."""
    return _issue_of(text, ORDERS)


def delivery_issue(text: str) -> Issue:
    """A delivery's problem, such as `wrong_shop: staging.example`, in words."""
    return _issue_of(text, DELIVERIES)


def order_fetch_issue(text: str) -> Issue:
    """Why a shop that is asked does not answer, such as `key_refused: 401`."""
    return _issue_of(text, ORDER_FETCHES)


def _issue_of(text: str, words: dict[str, tuple[str, str]]) -> Issue:
    code, _, about = text.partition(": ")
    what, advice = words.get(code, UNKNOWN)
    return Issue(code=code, about=about, what=what, advice=advice, text=text)
