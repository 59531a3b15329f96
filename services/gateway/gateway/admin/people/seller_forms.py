"""What can be entered about partners, sellers and their logins."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from gateway.admin.partner_form import OfPartner
from gateway.panel.forms import LineupForm, line_field
from gateway.panel.navigation import ROLES
from gateway.panel.zones import zone_choices
from lineup.context import Role
from lineup.contracts.accounts.logins import CreateStaff, ResetPassword
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    CreateAccount,
    LoginDetails,
)


def password_field(
    label: str = "Password", floor: str = "At least 12 characters."
) -> PasswordField:
    """A password that somebody else will sign in with."""
    return PasswordField(
        label,
        [InputRequired(), Length(max=200)],
        description=floor,
        render_kw={"autocomplete": "new-password"},
    )


class NewSellerForm(OfPartner):
    """A new reseller or dealer with its login."""

    sections: ClassVar = {
        "": ["name", "partner_id"],
        "Login": [("username", "password")],
        "Contact": [("email", "phone")],
    }

    name = line_field("Name", InputRequired())
    username = line_field(
        "Username",
        InputRequired(),
        description="Lowercase letters, digits and . _ @ + -",
    )
    password = password_field()
    email = line_field("Email")
    phone = line_field("Phone")

    def to_request(self, kind: AccountKind) -> CreateAccount:
        """The account to be made."""
        return CreateAccount(
            kind=kind,
            name=self.name.data or "",
            login=login_of(self),
            email=self.email.data or "",
            phone=self.phone.data or "",
            parent_id=self.partner(),
        )


class NewPartnerForm(LineupForm):
    """A new partner with its login, currency and zone."""

    sections: ClassVar = {
        "": ["name"],
        "Login": [("username", "password")],
        "Contact": [("email", "phone")],
        "Business": [("currency", "time_zone"), "public_url"],
    }

    name = line_field("Name", InputRequired())
    username = line_field(
        "Username",
        InputRequired(),
        description="Lowercase letters, digits and . _ @ + -",
    )
    password = password_field()
    email = line_field("Email")
    phone = line_field("Phone")
    currency = line_field("Currency", InputRequired(), default="EUR")
    time_zone = SelectField("Time zone", default="UTC")
    public_url = line_field(
        "Custom domain for playlists",
        description="Such as https://tv.example. The sign-in page there shows this "
        "account's "
        "name. Leave empty to use the default address.",
    )

    def __init__(self) -> None:
        super().__init__()
        self.time_zone.choices = zone_choices()

    def to_request(self, kind: AccountKind) -> CreateAccount:
        """The partner to be made."""
        return CreateAccount(
            kind=kind,
            name=self.name.data or "",
            login=login_of(self),
            email=self.email.data or "",
            phone=self.phone.data or "",
            currency=self.currency.data or "",
            time_zone=self.time_zone.data or "",
            public_url=self.public_url.data or "",
        )


class LoginForm(LineupForm):
    """A further login of an account."""

    username = line_field(
        "Username",
        InputRequired(),
        description="Lowercase letters, digits and . _ @ + -",
    )
    password = password_field()
    role = SelectField("Role")

    def __init__(self, roles: Sequence[Role]) -> None:
        super().__init__()
        self.role.choices = [SelectChoice(role.value, ROLES[role]) for role in roles]

    def to_request(self, account_id: UUID) -> CreateStaff:
        """The login to be made."""
        return CreateStaff(
            account_id=account_id, role=Role(self.role.data), login=login_of(self)
        )


class NewPasswordForm(LineupForm):
    """A new password for somebody else's login."""

    password = password_field(
        "New password", "At least 12 characters, or 4 for a customer."
    )

    def to_request(self, login_id: UUID) -> ResetPassword:
        """The password to be had from now on."""
        return ResetPassword(login_id=login_id, password=self.password.data or "")


class MoveForm(LineupForm):
    """Where customers go."""

    to_account_id = SelectField("New seller", [InputRequired()])

    def __init__(self, targets: list[AccountView]) -> None:
        super().__init__()
        kind = {AccountKind.PARTNER: "no seller, direct customers"}
        self.to_account_id.choices = [
            SelectChoice(
                str(one.id), f"{one.name} ({kind.get(one.kind, one.kind.value)})"
            )
            for one in targets
        ]

    def target(self) -> UUID:
        """The account they go to."""
        return UUID(self.to_account_id.data)


def login_of(form: LineupForm) -> LoginDetails:
    """The login name and password that were entered."""
    fields = form._fields
    return LoginDetails(
        username=fields["username"].data or "", password=fields["password"].data or ""
    )
