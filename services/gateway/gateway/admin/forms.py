"""What can be entered in the panel, and the question each form makes."""


from wtforms import (
    PasswordField,
    SelectField,
)
from wtforms.validators import InputRequired

from gateway.panel.forms import (
    LineupForm,
    line,
)
from lineup.contracts import accounts
from lineup.contracts.accounts import AccountKind, LoginDetails


class AccountForm(LineupForm):
    """A new partner, reseller or dealer with its login."""

    kind = SelectField("Kind", [InputRequired()])
    name = line("Name", InputRequired())
    username = line("Login name", InputRequired())
    password = PasswordField("Password (12 characters)", [InputRequired()])
    email = line("E-mail")
    currency = line("Currency", InputRequired(), default="EUR")
    time_zone = line("Time zone", InputRequired(), default="UTC")
    public_url = line("Own address for playlists (empty: this installation's)")

    def question(self) -> accounts.CreateAccount:
        """The account to be made."""
        return accounts.CreateAccount(
            kind=AccountKind(self.kind.data),
            name=self.name.data or "",
            login=LoginDetails(
                username=self.username.data or "", password=self.password.data or ""
            ),
            email=self.email.data or "",
            currency=self.currency.data or "",
            time_zone=self.time_zone.data or "",
            public_url=self.public_url.data or "",
        )
