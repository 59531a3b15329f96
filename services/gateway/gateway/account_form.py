"""How an account is entered: by whoever runs it, and in one's own settings."""

from typing import Any, ClassVar, Self
from uuid import UUID

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    Status,
    UpdateAccount,
)
from lineup.contracts.changes import UNSET

DELETE = "delete"
DELETED_ELSEWHERE = {AccountKind.PARTNER, AccountKind.RESELLER_COMPANY}
"""Whose data goes by the platform's own page."""

STATES = [
    SelectChoice(Status.ACTIVE.value, "Active"),
    SelectChoice(
        Status.INACTIVE.value,
        "Inactive: logins are disabled, subscribers see the demo channels",
    ),
    SelectChoice(DELETE, "Delete: permanently, with all its customers"),
]


def public_url_field() -> Any:
    """Where a partner's subscribers are sent to."""
    return entry(
        "Custom domain for playlists",
        "Such as https://tv.example. The sign-in page there shows this account's name. "
        "Leave empty to use the default address.",
    )


def service_id_field() -> Any:
    """What tells a partner's logins from those of others."""
    return entry(
        "Service ID",
        "Usernames need to be unique within this partner only. Its people sign in with "
        "this ID, or at /sign-in?service= and the ID. Leave empty for none.",
    )


class AccountForm(LineupForm):
    """Who an account is, how it is reached, whether it is on."""

    sections: ClassVar = {
        "": ["name", ("email", "phone"), "state"],
        "Regional settings": [("time_zone", "currency"), "public_url", "service_id"],
        "Company": [
            "legal_name",
            "address",
            ("postal_code", "city"),
            ("country", "tax_number"),
        ],
    }

    asks = UpdateAccount
    name = entry("Name")
    email = entry("Email")
    phone = entry("Phone")
    state = RadioField("Status", choices=STATES)
    time_zone = entry(
        "Time zone", "Times are shown in this time zone.", kind=SelectField
    )
    currency = entry(
        "Currency", "Cannot be changed once there are prices or customers."
    )
    public_url = public_url_field()
    service_id = service_id_field()
    legal_name = entry("Legal name")
    address = entry("Address")
    postal_code = entry("Postal code")
    city = entry("City")
    country = entry("Country (two-letter code)")
    tax_number = entry("Tax number")

    @classmethod
    def of(cls, account: AccountView, *, may_switch: bool) -> Self:
        """The form of one account, without what it has not."""
        form = cls(obj=account, data=vars(account.company))
        form.time_zone.choices = zone_choices(account.time_zone)
        form._leave_out(account, may_switch=may_switch)
        return form

    def to_request(self, account_id: UUID) -> UpdateAccount:
        """The account as it is to be; what the form has not stays as it is."""
        is_left = "state" not in self or self.state.data == DELETE
        state = UNSET if is_left else Status(self.state.data)
        return self.to(UpdateAccount, account_id=account_id, state=state)

    def _leave_out(self, account: AccountView, *, may_switch: bool) -> None:
        if not may_switch:
            del self.state
        elif account.kind in DELETED_ELSEWHERE:
            self.state.choices = STATES[:2]
        if account.kind is not AccountKind.PARTNER:
            del self.currency
            del self.public_url
            del self.service_id
