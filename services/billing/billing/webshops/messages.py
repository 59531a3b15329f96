"""What shops say, in one form for all of them."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lineup.contracts.billing.orders import Buyer
from lineup.money import Money

NOBODY = Buyer(first_name="", last_name="", email="")
OWN_STATUS = "own_status"
"""The problem of a paid order in a status of the shop's own making."""


class Unusable(Exception):  # noqa: N818 - an authentic delivery we cannot act on
    """An authentic delivery that says nothing we can act on; `code` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {detail}" if detail else code)


class PaymentStatus(enum.IntEnum):
    """What a payload says of its order; the higher wins between equal times."""

    OPEN = 0
    PAID = 1
    CANCELLED = 2
    REFUNDED = 3

    @property
    def is_void(self) -> bool:
        """Whether nothing of the order is to be served any more."""
        return self >= PaymentStatus.CANCELLED


@dataclass(frozen=True, kw_only=True)
class ShopLine:
    """One line of an order; `amount` is paid for all of it, taxes included."""

    id: str
    sku: str
    name: str
    quantity: int
    """Pieces that were paid for; those given back for money still count."""
    amount: Money
    username: str = ""
    device_mac: str = ""
    unreadable: str = ""
    """The code of what of it could not be read; it is never served by itself."""


@dataclass(frozen=True, kw_only=True)
class RefundedLine:
    """So many pieces of a line were given back."""

    line_id: str
    quantity: int


class Purpose(enum.StrEnum):
    """What a shop says that a refund is for."""

    UNSAID = ""
    EXTRAS = "extras"
    """Shipping, a fee or a tip: no line."""
    GOODWILL = "goodwill"
    """Less for what was served all the same: no line in particular."""


@dataclass(frozen=True, kw_only=True)
class OrderRefund:
    """Money that went back to the buyer; without lines only the amount is known.

    Lines without money were taken out of the order; what is paid back may follow.
    """

    external_order_id: str
    id: str
    amount: Money
    lines: Sequence[RefundedLine] = ()
    purpose: Purpose = Purpose.UNSAID


@dataclass(frozen=True, kw_only=True)
class OrderDispute:
    """The buyer wants his money back by way of his bank: asked, or over."""

    external_order_id: str
    id: str
    amount: Money
    is_over: bool = False
    is_lost: bool = False
    """The money is gone, as by a refund."""


@dataclass(frozen=True, kw_only=True)
class OrderDeletion:
    """The shop no longer has the order; whether money went back is not said."""

    external_order_id: str


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Which of a shop's customers bought, and which subscription it runs on."""

    customer_id: str = ""
    """As the shop knows the buyer; empty: a guest."""
    subscription_id: str = ""
    """As the shop knows what is renewed; empty: it does not say."""
    is_renewal: bool = False
    """The shop made the order by itself, to run on what was bought before."""


NOT_REPEATED = Repeats()


@dataclass(frozen=True, kw_only=True)
class ShopOrder:
    """An order as the shop saw it at `modified_at`."""

    external_id: str
    number: str
    standing: PaymentStatus
    proves_payment: bool
    is_test: bool
    total: Money
    """What it brings in, gift cards included; refunds are not taken off."""
    modified_at: datetime | None
    """None where the shop does not say."""
    buyer: Buyer
    lines: Sequence[ShopLine]
    refunds: Sequence[OrderRefund]
    extras: Sequence[Money] = ()
    """What was charged beside the lines: shipping, fees, tips."""
    problem: str = ""
    """Why it cannot be served by itself though it is paid, as `code: detail`."""
    is_settled: bool = False
    """The shop says that nothing of the total is left to be paid."""
    keeps_money: bool = False
    """It is cancelled, and the shop says that its money stayed there."""
    parent_id: str = ""
    """The order of several vendors of which this is one vendor's part."""
    key: str = ""
    """A random name by which the shop tells orders apart; empty where ids do."""
    repeats: Repeats = NOT_REPEATED
    """Whose order it is, as the shop knows its customers and subscriptions."""
    is_held_back: bool = False
    """It was paid, and the shop waits again: mostly since the buyer disputes it."""

    def naming_nobody(self) -> "ShopOrder":
        """The same order without what it says of people."""
        lines = [replace(line, username="", device_mac="") for line in self.lines]
        repeats = replace(self.repeats, customer_id="")
        return replace(self, buyer=NOBODY, lines=lines, repeats=repeats)


Message = ShopOrder | OrderRefund | OrderDispute | OrderDeletion


@dataclass(frozen=True, kw_only=True)
class Headers:
    """The headers of a delivery that matter, by whichever shop's names.

    All but the signature are unsigned: good for sorting, never for trust.
    """

    signature: str
    delivery_key: str
    topic: str
    source: str
    """The host the shop says it is, in lower case."""
    is_test: bool = False
