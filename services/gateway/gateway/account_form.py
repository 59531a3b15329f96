"""How an account is entered: by whoever runs it, and in one's own settings."""

from typing import ClassVar, Self
from uuid import UUID

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from gateway.panel.forms import LineupForm, line_field
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    CompanyChange,
    Status,
    UpdateAccount,
)
from lineup.contracts.changes import UNSET, Given

DELETE = "delete"
STATES = [
    SelectChoice(Status.ACTIVE.value, "Active"),
    SelectChoice(
        Status.INACTIVE.value,
        "Inactive: logins are disabled, subscribers see the demo channels",
    ),
    SelectChoice(DELETE, "Delete: permanently, with all its customers"),
]
COMPANY = ("legal_name", "address", "postal_code", "city", "country", "tax_number")


class AccountForm(LineupForm):
    """Who an account is, how it is reached, whether it is on."""

    sections: ClassVar = {
        "": ["name", ("email", "phone"), "state"],
        "Regional settings": [("time_zone", "currency"), "public_url"],
        "Company": [
            "legal_name",
            "address",
            ("postal_code", "city"),
            ("country", "tax_number"),
        ],
    }

    name = line_field("Name", InputRequired())
    email = line_field("Email")
    phone = line_field("Phone")
    state = RadioField("Status", choices=STATES)
    time_zone = SelectField(
        "Time zone", description="Times are shown in this time zone."
    )
    currency = line_field(
        "Currency", description="Cannot be changed once there are prices or customers."
    )
    public_url = line_field(
        "Custom domain for playlists",
        description="Such as https://tv.example. The sign-in page there shows this "
        "account's "
        "name. Leave empty to use the default address.",
    )
    legal_name = line_field("Legal name")
    address = line_field("Address")
    postal_code = line_field("Postal code")
    city = line_field("City")
    country = line_field("Country (two-letter code)")
    tax_number = line_field("Tax number")

    @classmethod
    def of(cls, account: AccountView, *, may_switch: bool) -> Self:
        """The form of one account, without what it has not."""
        present = {name: getattr(account.company, name) for name in COMPANY}
        contact = {name: getattr(account, name) for name in ("name", "email", "phone")}
        rest = ("time_zone", "currency", "public_url")
        present |= contact | {name: getattr(account, name) for name in rest}
        form = cls(data={**present, "state": account.state.value})
        form.time_zone.choices = zone_choices(account.time_zone)
        form._leave_out(account, may_switch=may_switch)
        return form

    def to_request(self, account_id: UUID) -> UpdateAccount:
        """The account as it is to be; what the form has not stays as it is."""
        state = self._field_value("state")
        return UpdateAccount(
            account_id=account_id,
            name=self._field_value("name"),
            email=self._field_value("email"),
            phone=self._field_value("phone"),
            currency=self._field_value("currency"),
            time_zone=self._field_value("time_zone"),
            public_url=self._field_value("public_url"),
            company=CompanyChange(
                **{name: self._field_value(name) for name in COMPANY}
            ),
            state=Status(state) if state and state != DELETE else UNSET,
        )

    def _leave_out(self, account: AccountView, *, may_switch: bool) -> None:
        if not may_switch:
            del self.state
        elif account.kind is AccountKind.PARTNER:
            self.state.choices = STATES[:2]
        if account.kind is not AccountKind.PARTNER:
            del self.currency
            del self.public_url

    def _field_value(self, name: str) -> Given[str]:
        field = self._fields.get(name)
        return UNSET if field is None else field.data or ""
