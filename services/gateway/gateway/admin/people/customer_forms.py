"""What can be entered about customers by their sellers."""

from typing import Any, ClassVar, Self
from uuid import UUID

from wtforms import BooleanField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from gateway.admin import choices
from gateway.admin.partner_form import OfPartner
from gateway.panel.forms import line_field
from gateway.panel.people import PersonFields, entered_of, id_of, with_nothing
from lineup.contracts.accounts.customers import (
    CustomerView,
    PersonChange,
    SettingsChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.tree import LoginDetails


class PersonForm(PersonFields):
    """Who a customer is, and what is kept of it."""

    sections: ClassVar = {
        "Personal details": [
            ("first_name", "last_name"),
            ("email", "mobile", "phone"),
            "address",
            ("city", "country"),
        ],
        "Account": [("group_id", "seller_id", "partner_id"), "is_tester"],
        "Player settings": [("pin", "inactivity_seconds", "time_zone")],
        "Consent": ["takes_messages", "takes_ads"],
    }

    group_id = SelectField("Group", [Optional()])
    is_tester = BooleanField("Beta tester: gets new app versions first")

    def __init__(self, *, of_seller: UUID | None = None, **options: Any) -> None:
        groups = choices.customer_groups(of_seller)
        super().__init__(**options)
        self.group_id.choices = with_nothing(groups())

    @classmethod
    def of(cls, customer: CustomerView, pin: str) -> Self:
        """The form as a customer now is."""
        form = cls(
            obj=customer.person,
            data=entered_of(customer, pin),
            of_seller=customer.seller_id,
        )
        group_choices, own = form.group_id.choices, customer.settings.group_id
        if own and str(own) not in {value for value, *_ in group_choices}:
            group_choices.append(SelectChoice(str(own), customer.group_name))
        return form

    def change(self, customer: CustomerView) -> UpdateCustomer:
        """The change to be made."""
        settings = self.settings(
            id_of(self.group_id), is_tester=bool(self.is_tester.data)
        )
        return UpdateCustomer(
            customer_id=customer.id,
            person=PersonChange(**vars(self.person())),
            settings=SettingsChange(**vars(settings)),
            pin=self.pin.data or "",
        )


class CustomerForm(OfPartner, PersonForm):
    """A new customer with its login and first user."""

    sections: ClassVar = {
        **PersonForm.sections,
        "Login": [("username", "password"), "send_credentials"],
        "First user": ["user_name"],
    }

    seller_id = SelectField("Seller", [Optional()])
    username = line_field(
        "Username", description="No capital letters. Leave empty to generate one."
    )
    password = PasswordField(
        "Password",
        [Length(max=200)],
        render_kw={"autocomplete": "new-password"},
        description="At least 4 characters. Leave empty to generate one.",
    )
    send_credentials = BooleanField("Send login details by email", default=True)
    user_name = line_field(
        "Name of the first user",
        description="Such as Living room. The user gets its own playlist. Leave "
        "empty to "
        "add users later.",
    )

    def __init__(self) -> None:
        sellers = choices.sellers_to_put_below()
        super().__init__()
        if group_choices := sellers():
            self.seller_id.choices = with_nothing(
                group_choices, "None (direct customer)"
            )
        else:
            del self.seller_id

    def to_request(self) -> CreateCustomer:
        """The customer to be made."""
        settings = self.settings(
            id_of(self.group_id), is_tester=bool(self.is_tester.data)
        )
        return CreateCustomer(
            person=self.person(),
            login=self._login(),
            user_name=self.user_name.data or "",
            send_credentials=bool(self.send_credentials.data),
            partner_id=self.partner(),
            seller_id=id_of(self._fields.get("seller_id")),
            settings=settings,
            pin=self.pin.data or "",
        )

    def _login(self) -> LoginDetails | None:
        if not (self.username.data or self.password.data):
            return None
        return LoginDetails(
            username=self.username.data or "", password=self.password.data or ""
        )
