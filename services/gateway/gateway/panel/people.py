"""What can be entered about a person, by its sellers and by itself."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import pycountry
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from gateway.panel.filters import Options
from gateway.panel.forms import LineupForm, line_field
from gateway.panel.zones import zone_choices
from lineup.contracts.accounts.customers import CustomerSettings, CustomerView, Person

NOTHING = "None"
AUTOMATIC = SelectChoice("", "Automatic")


class RequiredByService:
    """Marks a field that must be given; accounts says so, with all other faults."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, *_: Any) -> None:
        """Leave it to accounts: every fault is told in one answer."""


@cache
def countries() -> Options:
    """Countries by name, as the ISO 3166 list has them."""
    named = [(one.alpha_2, one.name) for one in pycountry.countries]
    return sorted(named, key=lambda country: country[1])


def country_name(code: str) -> str:
    """What a country is called; its code where the list does not know it."""
    return dict(countries()).get(code, code)


def with_nothing(
    options: Sequence[tuple[str, str]], words: str = NOTHING
) -> list[SelectChoice]:
    """Options of a select, with one for nothing in front."""
    return [SelectChoice("", words), *(SelectChoice(*one) for one in options)]


def id_of(field: Any) -> UUID | None:
    """The id that was chosen; None for nothing."""
    return UUID(field.data) if field is not None and field.data else None


class PersonFields(LineupForm):
    """Who a customer is, what its players go by, what it agrees to."""

    first_name = line_field("First name", RequiredByService())
    last_name = line_field("Last name", RequiredByService())
    email = line_field("Email")
    phone = line_field("Phone")
    mobile = line_field(
        "Mobile", description="In international format, such as +31612345678."
    )
    address = line_field("Address")
    city = line_field("City")
    country = SelectField("Country", [Optional()])
    pin = line_field(
        "PIN", Length(max=20), description="Four digits that unlock restricted content."
    )
    inactivity_seconds = IntegerField(
        "Idle timeout (seconds)",
        [Optional()],
        default=0,
        description="The player returns to its menu after this time without input. 0 "
        "means never.",
    )
    time_zone = SelectField("Time zone", [Optional()])
    takes_messages = BooleanField("Show messages on screen", default=True)
    takes_ads = BooleanField("Accepts marketing messages")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices = with_nothing(countries())
        present = self.time_zone.object_data or ""
        self.time_zone.choices = [AUTOMATIC, *zone_choices(present)]

    def person(self) -> Person:
        """The person that was entered."""
        return Person(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            mobile=self.mobile.data or "",
            address=self.address.data or "",
            city=self.city.data or "",
            country=self.country.data or "",
        )

    def settings(self, group_id: UUID | None, *, is_tester: bool) -> CustomerSettings:
        """What was entered beside the person."""
        return CustomerSettings(
            group_id=group_id,
            inactivity_seconds=self.inactivity_seconds.data or 0,
            time_zone=self.time_zone.data or "",
            takes_messages=bool(self.takes_messages.data),
            takes_ads=bool(self.takes_ads.data),
            is_tester=is_tester,
        )


def entered_of(customer: CustomerView, pin: str) -> dict[str, Any]:
    """What the fields of a form begin with beside the person."""
    settings = customer.settings
    return {
        "group_id": str(settings.group_id or ""),
        "is_tester": settings.is_tester,
        "pin": pin,
        "inactivity_seconds": settings.inactivity_seconds,
        "time_zone": settings.time_zone,
        "takes_messages": settings.takes_messages,
        "takes_ads": settings.takes_ads,
    }
