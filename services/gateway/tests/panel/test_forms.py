"""Forms made of the requests they make: fields, checks and what is sent."""

import enum
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict
from wtforms.validators import EqualTo

from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.secrets import Sealed
from lineup.values.types import Mobile, Name, Packages, Places

ID = UUID("019d0000-0000-7000-8000-000000000001")


class Colour(enum.StrEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"


@dataclass(frozen=True, kw_only=True)
class Person:
    name: Name
    mobile: Mobile = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    thing_id: UUID
    person: Given[Person] = UNSET
    devices: Places = 2
    colour: Given[Colour] = resets_to(Colour.DARK_BLUE)
    secret: Sealed | None = None
    package_ids: Given[Packages | None] = resets_to([])
    group_id: UUID | None = None
    lines: list[Name] = field(default_factory=list)
    untouched: Given[Name] = UNSET


class ChangeForm(LineupForm):
    asks = Change
    name = entry("Name")
    mobile = entry("Mobile")
    devices = entry("Devices")
    colour = entry("Colour")
    secret = entry("Secret")
    package_ids = entry("Packages")
    group_id = entry("Group")
    lines = entry("Lines")
    again = entry("Repeat", "", EqualTo("name", "Another name."), is_required=True)


@pytest.fixture
def form(app):
    """`form(name="TV")` is the form with this entered."""

    def form(**entered):
        data = MultiDict(
            {"name": "TV", "devices": "3", "colour": "red", "group_id": "", **entered}
        )
        data.setdefault("again", data["name"])
        with app.test_request_context(method="POST", data=data):
            made = ChangeForm(meta={"csrf": False})
            made.group_id.choices = [("", "None"), (str(ID), "Friends")]
            made.package_ids.choices = [(str(ID), "Base")]
            return made, made.validate()

    return form


def test_the_type_of_the_request_decides_what_a_field_is(app):
    with app.test_request_context():
        empty = ChangeForm()

    assert {one.short_name: one.type for one in empty if one.short_name != "key"} == {
        "name": "StringField",
        "mobile": "StringField",
        "devices": "IntegerField",
        "colour": "SelectField",
        "secret": "PasswordField",
        "package_ids": "Checklist",
        "group_id": "SelectField",
        "lines": "LinesField",
        "again": "StringField",
        "csrf_token": "CSRFTokenField",
    }
    assert (empty.name.flags.required, empty.mobile.flags.required) == (True, None)
    assert (empty.devices.flags.min, empty.devices.flags.max) == (1, 1000)
    assert (empty.devices.data, empty.colour.data) == (2, "dark_blue")
    assert [label for _, label, *_ in empty.colour.choices] == ["Red", "Dark blue"]


def test_what_was_entered_fills_the_request_and_its_part(form):
    made, is_good = form(
        mobile="+31612345678", package_ids=str(ID), lines="one\n\n two \n"
    )

    assert is_good
    assert made.to(Change, thing_id=ID) == Change(
        thing_id=ID,
        person=Person(name="TV", mobile="+31612345678"),
        devices=3,
        colour=Colour.RED,
        package_ids=[ID],
        lines=["one", "two"],
    )


def test_what_is_given_goes_before_what_was_entered(form):
    made, _ = form(group_id=str(ID))

    assert made.to(Change, thing_id=ID).group_id == ID
    assert made.to(Change, thing_id=ID, group_id=None).group_id is None


def test_every_fault_is_told_in_the_words_of_the_rule(form):
    made, is_good = form(name="", mobile="0612", devices="0", colour="green")

    assert not is_good
    assert made.errors == {
        "name": ["This field is required."],
        "mobile": ["Give the number in international form: +31…"],
        "devices": ["From 1 to 1000."],
        "colour": ["Not a valid choice."],
        "again": ["This field is required."],
    }


@pytest.mark.parametrize(
    ("again", "fault"), [("", "This field is required."), ("Radio", "Another name.")]
)
def test_a_check_of_its_own_is_made_beside_the_rule(form, again, fault):
    assert form(again=again)[0].errors == {"again": [fault]}


@pytest.mark.parametrize("text", ["x", "9" * 5000])
def test_what_is_no_number_is_told_as_such(form, text):
    assert "devices" in form(devices=text)[0].errors
