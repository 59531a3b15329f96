"""A customer's own data: who it is, what its players go by, what it agrees to."""

from typing import ClassVar

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.customers import player_settings
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.people import PersonFields, entered_of
from gateway.portal.pages import own_id, pages
from gateway.request_context import ask
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerView,
    GetCustomer,
    GetPlayerSettings,
    PersonChange,
    SettingsChange,
    UpdateCustomer,
)


class OwnDataForm(PersonFields):
    """What a customer changes by itself: all but what its seller keeps of it."""

    sections: ClassVar = {
        "Personal details": [
            ("first_name", "last_name"),
            ("email", "mobile", "phone"),
            "address",
            ("city", "country"),
        ],
        "Player settings": [("pin", "inactivity_seconds", "time_zone")],
        "Consent": ["takes_messages", "takes_ads"],
    }

    def change(self, customer: CustomerView) -> UpdateCustomer:
        """The change to be made; group and tester mark stay as they are."""
        kept = customer.settings
        settings = self.settings(kept.group_id, is_tester=kept.is_tester)
        return UpdateCustomer(
            customer_id=customer.id,
            person=PersonChange(**vars(self.person())),
            settings=SettingsChange(**vars(settings)),
            pin=self.pin.data or "",
        )


@pages.route("/my/data", methods=["GET", "POST"])
@page_for(frozenset({Role.CUSTOMER}))
def change_data() -> ResponseReturnValue:
    """Change one's own data."""
    customer, pin = _oneself()
    form = OwnDataForm(obj=customer.person, data=entered_of(customer, pin))
    return form_page(
        "portal/own_data.html",
        form,
        lambda: ask(form.change(customer)),
        lambda _: go_to(url_for(".change_data"), "Changes saved."),
        customer=customer,
    )


def _oneself() -> tuple[CustomerView, str]:
    own = own_id()
    customer = ask(GetCustomer(customer_id=own))
    return customer, player_settings(GetPlayerSettings(customer_id=own)).pin
