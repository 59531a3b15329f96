"""What can be entered about customers by their sellers."""

from typing import Any, ClassVar, Self
from uuid import UUID

from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.admin.partner_form import OfPartner
from gateway.panel.entries import entry, password_field
from gateway.panel.people import PersonFields, person_data, with_nothing
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.membership import CreateCustomer


class PersonForm(PersonFields):
    """Who a customer is, and what is kept of it."""

    sections: ClassVar = {
        "Personal details": [
            ("first_name", "last_name"),
            ("email", "mobile", "phone"),
            "address",
            ("city", "country"),
        ],
        "Account": [
            ("group_id", "seller_id", "partner_id"),
            "external_id",
            "is_tester",
        ],
        "Player settings": [
            ("pin", "inactivity_seconds", "time_zone"),
            "shows_adult",
        ],
        "Consent": ["takes_messages", "takes_ads"],
    }

    group_id = entry("Group")
    external_id = entry(
        "External ID", "What another system, such as your CRM, calls this customer."
    )
    is_tester = entry("Beta tester: gets new app versions first")

    def __init__(self, *, of_seller: UUID | None = None, **options: Any) -> None:
        groups = choices.customer_groups(of_seller)
        super().__init__(**options)
        self.group_id.choices = with_nothing(groups())

    @classmethod
    def of(cls, customer: CustomerView, pin: str) -> Self:
        """The form as a customer now is."""
        form = cls(data=person_data(customer, pin), of_seller=customer.seller_id)
        group_choices, own = form.group_id.choices, customer.settings.group_id
        if own and str(own) not in {value for value, *_ in group_choices}:
            group_choices.append(SelectChoice(str(own), customer.group_name))
        return form


class CustomerForm(OfPartner, PersonForm):
    """A new customer with its login and first user."""

    sections: ClassVar = {
        **PersonForm.sections,
        "Login": [("username", "password"), "send_credentials"],
        "First user": ["user_name"],
    }

    asks = CreateCustomer
    seller_id = entry("Seller")
    username = entry("Username", "No capital letters. Leave empty to generate one.")
    password = password_field("At least 4 characters. Leave empty to generate one.")
    send_credentials = entry("Send login details by email")
    user_name = entry(
        "Name of the first user",
        "Such as Living room. The user gets its own playlist. Leave empty to add users "
        "later.",
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
        if self.username.data or self.password.data:
            return self.to(CreateCustomer)
        return self.to(CreateCustomer, login=None)
