"""What can be entered about partners, sellers and their logins."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.account_form import public_url_field, service_id_field
from gateway.admin.partner_form import OfPartner
from gateway.panel.entries import entry, password_field
from gateway.panel.forms import LineupForm
from gateway.panel.navigation import ROLES
from gateway.panel.zones import zone_choices
from lineup.context import Role
from lineup.contracts.accounts.api_keys import UpdateAccountAccess
from lineup.contracts.accounts.jobs import MoveCustomer
from lineup.contracts.accounts.logins import (
    CreateStaff,
    LoginView,
    ResetPassword,
    UpdateLogin,
)
from lineup.contracts.accounts.promotion import PromoteCustomer
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    CreateAccount,
)

AT_LEAST_12 = "At least 12 characters."
PERMITTED = "For staff. Sets of permissions are made in Settings, Permissions."
Choice = tuple[str, str]
FIRST_SIGN_IN = "Must be changed at first sign-in"
RESET_MAIL = (
    "Password reset links go here. Leave empty to use the account's email address."
)


class LoginFields(LineupForm):
    """The login that is made with an account, or in addition."""

    username = entry("Username", "Lowercase letters, digits and . _ @ + -")
    password = password_field(AT_LEAST_12, is_required=True)


class NewAccountForm(LoginFields):
    """A new account with its login."""

    asks = CreateAccount
    name = entry("Name")
    email = entry("Email")
    phone = entry("Phone")

    def to_request(self, kind: AccountKind) -> CreateAccount:
        """The account to be made."""
        above = self._fields.get("partner_id")
        parent_id = UUID(above.data) if above else None
        return self.to(CreateAccount, kind=kind, parent_id=parent_id)


class NewSellerForm(OfPartner, NewAccountForm):
    """A new reseller or dealer."""

    sections: ClassVar = {
        "": ["name", "partner_id"],
        "Login": [("username", "password")],
        "Contact": [("email", "phone")],
    }


class NewCompanyForm(NewAccountForm):
    """A new reseller that looks for partners by itself."""

    sections: ClassVar = {
        "": ["name"],
        "Login": [("username", "password")],
        "Contact": [("email", "phone")],
    }


class NewPartnerForm(NewAccountForm):
    """A new partner with its currency and zone."""

    sections: ClassVar = {
        "": ["name"],
        "Login": [("username", "password")],
        "Contact": [("email", "phone")],
        "Business": [("currency", "time_zone"), "public_url", "service_id"],
    }

    currency = entry("Currency", is_required=True, default="EUR")
    time_zone = entry("Time zone", kind=SelectField, default="UTC")
    public_url = public_url_field()
    service_id = service_id_field()

    def __init__(self) -> None:
        super().__init__()
        self.time_zone.choices = zone_choices()


class LoginForm(LoginFields):
    """A further login of an account."""

    asks = CreateStaff
    permission_set_id = entry("Permissions", PERMITTED)
    must_change_password = entry(FIRST_SIGN_IN, default=True)
    email = entry("Email", RESET_MAIL)
    role = entry("Role")

    def __init__(self, roles: Sequence[Role], sets: Sequence[Choice]) -> None:
        super().__init__()
        self.permission_set_id.choices = sets
        if Role.STAFF not in roles:
            del self.permission_set_id
        self.role.choices = [SelectChoice(role.value, ROLES[role]) for role in roles]


class NewPasswordForm(LineupForm):
    """A new password for somebody else's login."""

    asks = ResetPassword
    password = password_field(
        "At least 12 characters, or 4 for a customer.", "New password", is_required=True
    )
    must_change_password = entry(FIRST_SIGN_IN, default=True)


class EditLoginForm(LineupForm):
    """The settings of a login."""

    asks = UpdateLogin
    email = entry("Email", RESET_MAIL)
    permission_set_id = entry("Permissions", PERMITTED, kind=SelectField)

    def __init__(self, login: LoginView, sets: Sequence[Choice]) -> None:
        super().__init__(obj=login)
        self.permission_set_id.choices = sets
        if login.role is not Role.STAFF:
            del self.permission_set_id


class MoveForm(LineupForm):
    """Where customers go."""

    asks = MoveCustomer
    to_account_id = entry("New seller")

    def __init__(self, targets: list[AccountView]) -> None:
        super().__init__()
        kind = {AccountKind.PARTNER: "no seller, direct customers"}
        self.to_account_id.choices = [
            SelectChoice(
                str(one.id), f"{one.name} ({kind.get(one.kind, one.kind.value)})"
            )
            for one in targets
        ]


class PromotionForm(LineupForm):
    """How a customer becomes a dealer."""

    asks = PromoteCustomer
    must_change_password = entry(
        "Must choose a new password at the next sign-in",
        "Customers may have passwords that are too short for a dealer.",
        default=True,
    )


class AccountAccessForm(LineupForm):
    """How an account may be reached."""

    asks = UpdateAccountAccess
    api_is_enabled = entry(
        "API access", "When off, its tokens and API keys are refused; the panel works."
    )
    networks = entry(
        "Allowed IP addresses for the panel",
        "One address or network per line, such as 192.0.2.0/24. Leave empty to allow "
        "all.",
    )
