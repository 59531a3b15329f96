"""What can be entered in the panel, and the question each form makes."""

from typing import ClassVar

from wtforms import (
    BooleanField,
    PasswordField,
    SelectField,
)
from wtforms.validators import InputRequired

from gateway.panel.forms import (
    LineupForm,
    OfPartner,
    line,
)
from lineup.contracts import accounts
from lineup.contracts.accounts import AccountKind, LoginDetails


class PersonForm(OfPartner):
    """Who a customer is."""

    sections: ClassVar = {
        "": ["partner_id"],
        "Person": [("first_name", "last_name"), "email", ("phone", "mobile")],
        "Address": ["address", ("city", "country")],
    }

    first_name = line("First name", InputRequired())
    last_name = line("Last name", InputRequired())
    email = line("E-mail", InputRequired())
    phone = line("Telephone")
    mobile = line("Mobile (international, +31…)")
    address = line("Address")
    city = line("City")
    country = line("Country (two letters)")

    def person(self) -> accounts.Person:
        """The person that was entered."""
        return accounts.Person(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            mobile=self.mobile.data or "",
            address=self.address.data or "",
            city=self.city.data or "",
            country=self.country.data or "",
        )


class CustomerForm(PersonForm):
    """A new customer with its login and first user (CU-02)."""

    sections: ClassVar = {
        **PersonForm.sections,
        "Login": [("username", "password")],
        "First user": ["user_name", "send_credentials"],
    }

    username = line("Login name (empty: generated)")
    password = PasswordField("Password (empty: generated)")
    user_name = line("First user's name (empty: none yet)")
    send_credentials = BooleanField("Send the credentials by mail", default=True)

    def question(self) -> accounts.CreateCustomer:
        """The customer to be made."""
        return accounts.CreateCustomer(
            person=self.person(),
            login=self._login(),
            user_name=self.user_name.data or "",
            send_credentials=bool(self.send_credentials.data),
            partner_id=self.partner(),
        )

    def _login(self) -> LoginDetails | None:
        if not (self.username.data or self.password.data):
            return None
        return LoginDetails(
            username=self.username.data or "", password=self.password.data or ""
        )


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
