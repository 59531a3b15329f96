"""What shops say, in one form for all of them."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lineup.contracts.billing import Buyer
from lineup.money import Money

USERNAME_KEY = "iptv_username"
"""The name under which a line or an order says which user it renews (WS-12)."""


class Unusable(Exception):  # noqa: N818 - an authentic delivery we cannot act on
    """An authentic delivery that says nothing we can act on; `code` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {detail}" if detail else code)


class Standing(enum.IntEnum):
    """What a payload says of its order; the higher wins between equal times."""

    OPEN = 0
    PAID = 1
    CANCELLED = 2
    REFUNDED = 3

    @property
    def is_void(self) -> bool:
        """Whether nothing of the order is to be served any more."""
        return self >= Standing.CANCELLED


@dataclass(frozen=True, kw_only=True)
class ShopLine:
    """One line of an order; `amount` is paid for all of it, taxes included."""

    id: str
    sku: str
    name: str
    quantity: int
    amount: Money
    username: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundedLine:
    """So many pieces of a line were given back."""

    line_id: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class OrderRefund:
    """Money that went back to the buyer; without lines only the amount is known."""

    external_order_id: str
    id: str
    amount: Money
    lines: Sequence[RefundedLine] = ()


@dataclass(frozen=True, kw_only=True)
class OrderDeletion:
    """The shop no longer has the order; whether money went back is not said."""

    external_order_id: str


@dataclass(frozen=True, kw_only=True)
class ShopOrder:
    """An order as the shop saw it at `modified_at`."""

    external_id: str
    number: str
    standing: Standing
    proves_payment: bool
    is_test: bool
    total: Money
    modified_at: datetime
    buyer: Buyer
    lines: Sequence[ShopLine]
    refunds: Sequence[OrderRefund]


Message = ShopOrder | OrderRefund | OrderDeletion


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
