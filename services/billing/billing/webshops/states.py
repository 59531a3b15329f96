"""Where deliveries, seats and orders can stand."""

import enum

from lineup.contracts.billing.orders import OrderState


class WebhookState(enum.StrEnum):
    """How far a delivery is; a parked one waits for people."""

    STORED = "stored"
    DONE = "done"
    PARKED = "parked"
    CLOSED = "closed"
    """It was parked; people settled it."""


class SeatState(enum.StrEnum):
    """Where one ordered piece stands."""

    HELD = "held"
    """Paid, but something must be settled first: see `problem`."""
    WAITING = "waiting"
    """Announced; accounts looks for or makes its user."""
    SCHEDULED = "scheduled"
    """Its user has another product, and gets this one when that has ended."""
    FILLED = "filled"
    """Its subscription is started."""
    REVERSED = "reversed"
    """Refunded or cancelled; it never comes back."""
    CLOSED = "closed"
    """People settled it; it is never served by itself."""


class Reason(enum.StrEnum):
    """Why a seat was taken back."""

    REFUND = "refund"
    """Money went back, or people said so: it never comes back."""
    CANCELLED = "cancelled"
    """The order was cancelled; paid again, it is served again."""
    REMOVED = "removed"
    """It was taken out of the order before anybody was served."""


MANUAL_LINE = "by hand"
"""The line of pieces that people added."""


class Effect(enum.StrEnum):
    """What happens to an order once."""

    PAID = "paid"
    REFUND = "refund"
    CANCEL = "cancel"


def order_state_of(states: set[str], *, is_paid: bool, is_void: bool) -> OrderState:
    """How far an order is: received, accepted, fulfilled, reversed, or an exception."""
    if is_void and (is_paid or SeatState.REVERSED in states):
        return OrderState.REVERSED
    if not is_paid:
        return OrderState.RECEIVED
    if states & {SeatState.WAITING, SeatState.SCHEDULED}:
        return OrderState.ACCEPTED
    if SeatState.FILLED in states:
        return OrderState.FULFILLED
    if states == {SeatState.REVERSED}:
        return OrderState.REVERSED
    return OrderState.EXCEPTION
