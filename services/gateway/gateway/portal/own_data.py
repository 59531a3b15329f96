"""A customer's own data: who it is, what its players go by, what it agrees to."""

from typing import ClassVar

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.customers import player_settings
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.people import PersonFields, person_data
from gateway.players import may_see_passwords
from gateway.portal.pages import own_id, pages
from gateway.request_context import ask
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerView,
    GetCustomer,
    GetPlayerSettings,
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
        "Player settings": [
            ("pin", "inactivity_seconds", "time_zone"),
            "shows_adult",
        ],
        "Consent": ["takes_messages", "takes_ads"],
    }


@pages.route("/my/data", methods=["GET", "POST"])
@page_for(frozenset({Role.CUSTOMER}), asks=UpdateCustomer)
def change_data() -> ResponseReturnValue:
    """Change one's own data."""
    customer, pin = _oneself()
    form = OwnDataForm(data=person_data(customer, pin))
    return form_page(
        "portal/own_data.html",
        form,
        lambda: ask(form.change(customer.id)),
        lambda _: go_to(url_for(".change_data"), "Changes saved."),
        customer=customer,
    )


def _oneself() -> tuple[CustomerView, str]:
    own = own_id()
    customer = ask(GetCustomer(customer_id=own))
    if not may_see_passwords():
        return customer, ""
    return customer, player_settings(GetPlayerSettings(customer_id=own)).pin
