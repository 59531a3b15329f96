"""What the API shows of a booking: the line that was booked."""

from gateway.api.subjects import wallets
from lineup.contracts.billing.wallets import (
    Booked,
    CorrectBooking,
    EntryView,
    PayOut,
    TopUp,
)
from lineup.errors import Unavailable


def booking_of(booked: Booked) -> EntryView:
    """The transaction; `balance_after` is the new balance."""
    if booked.booking is None:
        raise Unavailable
    return booked.booking


wallets.shows(TopUp, booking_of)
wallets.shows(PayOut, booking_of)
wallets.shows(CorrectBooking, booking_of)
