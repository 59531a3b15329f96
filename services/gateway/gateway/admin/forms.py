"""What can be entered in the panel, and the question each form makes."""

from typing import ClassVar
from uuid import UUID

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from gateway.panel.forms import (
    Checklist,
    LineupForm,
    OfPartner,
    line,
    must_be_whole_money,
)
from lineup.contracts import accounts, billing, playlists
from lineup.contracts.accounts import AccountKind, LoginDetails
from lineup.contracts.billing import ShopKind
from lineup.money import Money


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


class TopUpForm(LineupForm):
    """Money paid outside, put on a balance."""

    amount = line("Amount", InputRequired(), must_be_whole_money)
    note = line("Note")

    def question(self, customer_id: UUID, currency: str) -> billing.TopUp:
        """The movement to be made, in the wallet's currency."""
        return billing.TopUp(
            customer_id=customer_id,
            amount=Money.parse(self.amount.data or "", currency),
            note=self.note.data or "",
        )


class ProductForm(OfPartner):
    """What is watched, on how many devices."""

    name = line("Name", InputRequired())
    package_ids = Checklist("Packages")
    devices = IntegerField("Devices", [NumberRange(1, 100)], default=2)
    addresses = IntegerField("Addresses", [NumberRange(1, 100)], default=1)
    is_trial = BooleanField("Trial")

    def question(self) -> billing.CreateProduct:
        """The product to be made."""
        return billing.CreateProduct(
            name=self.name.data or "",
            package_ids=[UUID(package) for package in self.package_ids.data or []],
            devices=self.devices.data or 1,
            addresses=self.addresses.data or 1,
            is_trial=bool(self.is_trial.data),
            partner_id=self.partner(),
        )


class PlanForm(LineupForm):
    """A length and price of a product."""

    name = line("Name", InputRequired())
    amount = line("Price", InputRequired(), must_be_whole_money)
    currency = line("Currency", InputRequired(), default="EUR")
    months = IntegerField("Months", [Optional(), NumberRange(0, 120)], default=1)
    days = IntegerField("or days", [Optional(), NumberRange(0, 3660)], default=0)
    sku = line("SKU in shops")

    def question(self, product_id: UUID) -> billing.CreatePlan:
        """The plan to be made."""
        return billing.CreatePlan(
            product_id=product_id,
            name=self.name.data or "",
            price=Money.parse(self.amount.data or "", self.currency.data or ""),
            months=self.months.data or 0,
            days=self.days.data or 0,
            sku=self.sku.data or "",
        )


class ShopForm(OfPartner):
    """A shop to be connected."""

    kind = SelectField("Kind", choices=[kind.value for kind in ShopKind])
    name = line("Name", InputRequired())
    secret = PasswordField("Secret that signs its deliveries", [InputRequired()])
    currency = line("Currency", InputRequired(), default="EUR")
    shop_domain = line("Domain of the shop")
    accepts_low_amounts = BooleanField("Accept amounts below the plan's price")

    def question(self, sealed: str) -> billing.ConnectShop:
        """The shop to be connected, its secret sealed."""
        return billing.ConnectShop(
            kind=ShopKind(self.kind.data),
            name=self.name.data or "",
            secret=sealed,
            currency=self.currency.data or "",
            shop_domain=self.shop_domain.data or "",
            accepts_low_amounts=bool(self.accepts_low_amounts.data),
            partner_id=self.partner(),
        )


class PackageForm(OfPartner):
    """A package to be made."""

    name = line("Name", InputRequired())

    def question(self) -> playlists.CreatePackage:
        """The package to be made; an import fills it."""
        return playlists.CreatePackage(
            name=self.name.data or "", partner_id=self.partner()
        )


class ImportForm(OfPartner):
    """A channel list: a file or an address."""

    file = FileField("M3U file")
    address = line("or its address")
    package_id = SelectField("Into package", [Optional()])

    def question(self, upload: str) -> playlists.ImportChannels:
        """The import to be begun."""
        package = self.package_id.data
        return playlists.ImportChannels(
            upload=upload,
            address="" if upload else self.address.data or "",
            package_id=UUID(package) if package else None,
            partner_id=self.partner(),
        )


class GuideForm(OfPartner):
    """A guide: a file or an address."""

    name = line("Name", InputRequired())
    file = FileField("XMLTV file, plain or gzip")
    address = line("or its address")
    every_hours = IntegerField("Fetch every hours", [NumberRange(1, 168)], default=6)
    shift_minutes = IntegerField(
        "Shift in minutes", [NumberRange(-1440, 1440)], default=0
    )
    time_zone = line("Zone of times without offset", InputRequired(), default="UTC")

    def question(self, upload: str) -> playlists.CreateGuideSource:
        """The source to be made."""
        return playlists.CreateGuideSource(
            name=self.name.data or "",
            upload=upload,
            address="" if upload else self.address.data or "",
            every_hours=self.every_hours.data or 6,
            shift_minutes=self.shift_minutes.data or 0,
            time_zone=self.time_zone.data or "UTC",
            partner_id=self.partner(),
        )
