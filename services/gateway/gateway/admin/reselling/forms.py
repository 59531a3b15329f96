"""What is entered about offering and reselling products."""

from wtforms import DateField, TextAreaField

from gateway.panel.contact_fields import CONTACT_FIELDS
from gateway.panel.entries import Checklist, chosen_of, entry
from gateway.panel.forms import LineupForm
from lineup.contracts.accounts.partner_directory import UpdatePartnerListing
from lineup.contracts.accounts.reseller_links import (
    EndResellerLink,
    RejectLinkRequest,
    SendLinkRequest,
)


class ListingForm(LineupForm):
    """What a partner shows to resellers."""

    asks = UpdatePartnerListing
    offers_to_resellers = entry(
        "Offer my products to resellers",
        "Resellers find you in the directory and can ask for a link. When you switch "
        "this off, open requests are rejected; your resellers stay.",
    )
    visible_fields = entry(
        "Visible contact details", kind=Checklist, choices=chosen_of(CONTACT_FIELDS)
    )
    approach = entry("How resellers should approach you", kind=TextAreaField)


class RequestForm(LineupForm):
    """What a reseller writes to a partner."""

    asks = SendLinkRequest
    message = entry("Message", "Who you are and where you sell.", kind=TextAreaField)


class AnswerForm(LineupForm):
    """Why a request is rejected."""

    asks = RejectLinkRequest
    answer = entry("Answer", "Sent to the reseller.", kind=TextAreaField)


class EndForm(LineupForm):
    """When a cooperation ends, and why."""

    asks = EndResellerLink
    ends_on = entry(
        "Ends on", "When this day begins. Leave empty to end it now.", kind=DateField
    )
    reason = entry("Reason", "Sent to the reseller.", kind=TextAreaField)
