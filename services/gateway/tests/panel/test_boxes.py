"""Pages about boxes: stock, deliveries, who has which."""

import io
from dataclasses import replace
from uuid import UUID

import pytest
from answers import sent, text_of, visible_text

from lineup.context import Role
from lineup.contracts.accounts.boxes import (
    BoxEvent,
    BoxEventView,
    BoxModelView,
    BoxState,
    BoxView,
    ImportedBoxes,
)
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.accounts.users import UserView
from lineup.contracts.paging import Page
from lineup.errors import Conflict, Invalid

pytestmark = pytest.mark.feature("CU-32")

ID = "019d0000-0000-7000-8000-000000000001"
BOX = f"/boxes/{ID}"
LINES = "A1,00:1A:79:00:00:01\nA2,nonsense"


@pytest.fixture
def box(services, sample):
    """`box(state=...)` is the one that services tell of."""

    def box(**fields):
        view = sample(
            BoxView,
            **{"serial": "A1", "model": "Infomir MAG", "state": BoxState.IN_STOCK}
            | {"user_id": None, "user_name": "", "account_name": "North"}
            | fields,
        )
        for verb in ("get_box", "assign_box", "return_box", "create_box"):
            services.answer_with(f"accounts.{verb}", view)
        services.answer_with("accounts.list_boxes", Page(items=[view]))
        return view

    return box


@pytest.fixture(autouse=True)
def model(services, sample):
    view = sample(BoxModelView, id=UUID(ID), name="MAG", maker="Infomir")
    services.answer_with("accounts.list_box_models", Page(items=[view]))


class TestStock:
    def test_the_list_shows_what_each_is_and_who_has_it(self, browser, box):
        box(state=BoxState.ASSIGNED, user_id=UUID(ID), user_name="Kids")
        for role in (Role.PARTNER, Role.DEALER, Role.SUPPORT):
            page = visible_text(browser(role).get("/boxes"))
            for words in ("A1", "Infomir MAG", "Assigned", "Kids", "North"):
                assert words in page
            assert ("Import delivery" in page) == (role is Role.PARTNER)

    def test_those_of_a_customer_are_found_from_its_devices(self, browser, services):
        client = browser(Role.DEALER)
        address = f"/boxes?customer_id={ID}"
        assert address in text_of(client.get(f"/customers/{ID}/devices"))
        client.get(address)
        [(_, asked)] = services.calls_of("accounts.list_boxes")
        assert asked.customer_id == UUID(ID)

    def test_one_is_added_and_corrected(self, browser, form_of, services, box):
        box()
        client = browser(Role.PARTNER)
        fields = {"box_model_id": ID, "serial": "A1", "mac": "001A.7900.0001"}
        answer = sent(client, form_of, "/boxes/new", **fields)
        assert answer.location == BOX
        [(_, made)] = services.calls_of("accounts.create_box")
        assert (made.serial, str(made.box_model_id)) == ("A1", ID)
        sent(client, form_of, f"{BOX}/edit", **(fields | {"serial": "A2"}))
        [(_, changed)] = services.calls_of("accounts.update_box")
        asked = [one for _, one in services.calls_of("accounts.list_box_models")]
        assert {one.partner_id for one in asked} == {None, UUID(ID)}
        assert changed.serial == "A2"
        answer = sent(client, form_of, "/boxes/new", **(fields | {"mac": "x"}))
        assert 'id="mac-errors"' in text_of(answer)

    def test_a_delivery_comes_as_lines_or_file_and_every_fault_is_shown(
        self, browser, form_of, services
    ):
        client = browser(Role.PARTNER)
        services.answer_with("accounts.import_boxes", ImportedBoxes(boxes=2))
        path = "/boxes/import"
        answer = sent(client, form_of, path, box_model_id=ID, csv=LINES)
        assert answer.location == "/boxes"
        file = io.BytesIO(b"\xef\xbb\xbf" + LINES.encode()), "delivery.csv"
        sent(client, form_of, path, box_model_id=ID, file=file)
        texts = [one.csv for _, one in services.calls_of("accounts.import_boxes")]
        assert [text.replace("\r", "") for text in texts] == [LINES, LINES]

        faults = [f"Line {line}: Enter a MAC address." for line in (2, 4)]
        services.answer_with("accounts.import_boxes", Invalid(fields={"csv": faults}))
        answer = sent(client, form_of, path, box_model_id=ID, csv=LINES)
        assert answer.status_code == 422
        assert "Line 2: Enter a MAC address. Line 4: Enter" in visible_text(answer)
        answer = sent(client, form_of, path, box_model_id=ID)
        assert "Choose a file or enter lines." in visible_text(answer)

    def test_boxes_are_handed_over_by_their_serial_numbers(
        self, browser, form_of, services, sample
    ):
        partner = sample(AccountView, kind=AccountKind.PARTNER)
        services.answer_with("accounts.list_accounts", Page(items=[partner]))
        client = browser(Role.PARTNER)
        path = "/boxes/hand-over"
        assert "A1</textarea>" in text_of(client.get(f"{path}?serial=A1"))
        sent(client, form_of, path, account_id=ID, serials="A1\r\n\r\nA2")
        [(_, moved)] = services.calls_of("accounts.hand_over_boxes")
        assert (str(moved.account_id), moved.serials) == (ID, ["A1", "A2"])


class TestOneBox:
    def test_it_shows_what_happened_and_what_can_be_done(
        self, browser, services, sample, box
    ):
        event = sample(BoxEventView, event=BoxEvent.HANDED_OVER, by="anna", note="")
        told = replace(event, account_name="Corner shop")
        services.answer_with("accounts.list_box_events", Page(items=[told]))
        may = {
            BoxState.IN_STOCK: {"Assign", "Mark as faulty", "Hand over", "Delete"},
            BoxState.ASSIGNED: {"Take back"},
            BoxState.FAULTY: {"Put into stock", "Hand over", "Delete"},
        }
        for state, expected in may.items():
            box(state=state)
            page = visible_text(browser(Role.PARTNER).get(BOX))
            assert "Handed over: Corner shop" in page
            everything = set().union(*may.values())
            buttons = page.partition("MAC address")[0]
            assert {one for one in everything if f"{one} " in buttons} == expected

    def test_it_is_assigned_by_username_and_taken_back(
        self, browser, form_of, services, sample, box
    ):
        box(user_name="Kids")
        client = browser(Role.DEALER)
        services.answer_with("accounts.list_users", Page(items=[]))
        answer = sent(client, form_of, f"{BOX}/assign", username="nobody")
        assert "There is no user with this username." in visible_text(answer)
        user = sample(UserView, id=UUID(ID))
        services.answer_with("accounts.list_users", Page(items=[user]))
        answer = sent(client, form_of, f"{BOX}/assign", username="Kids ")
        assert answer.location == BOX
        [(_, given)] = services.calls_of("accounts.assign_box")
        assert str(given.user_id) == ID
        asked = services.calls_of("accounts.list_users")[-1][1]
        assert asked.username == "kids"

        services.answer_with("accounts.assign_box", Conflict("It is assigned."))
        answer = sent(client, form_of, f"{BOX}/assign", username="kids")
        assert "It is assigned." in visible_text(answer)

        sent(client, form_of, f"{BOX}/return", is_faulty="y", note="broken")
        [(_, back)] = services.calls_of("accounts.return_box")
        assert (back.is_faulty, back.note) == (True, "broken")

    def test_it_is_marked_and_deleted(self, browser, form_of, services, box):
        box()
        client = browser(Role.PARTNER)
        hidden = form_of(text_of(client.get(BOX)), f"{BOX}/state")
        client.post(f"{BOX}/state", data=hidden)
        [(_, marked)] = services.calls_of("accounts.set_box_state")
        assert marked.is_faulty
        sent(client, form_of, f"{BOX}/delete")
        assert len(services.calls_of("accounts.delete_box")) == 1


class TestModels:
    def test_one_is_made_changed_and_deleted(self, browser, form_of, services):
        client = browser(Role.PARTNER)
        answer = sent(client, form_of, "/box-models/new", name="MAG", maker="Infomir")
        assert answer.location == "/box-models"
        [(_, made)] = services.calls_of("accounts.create_box_model")
        assert (made.name, made.maker) == ("MAG", "Infomir")
        path = f"/box-models/{ID}"
        sent(client, form_of, f"{path}/edit", name="MAG 2", maker="")
        [(_, changed)] = services.calls_of("accounts.update_box_model")
        assert (changed.name, changed.maker) == ("MAG 2", "")
        sent(client, form_of, f"{path}/delete")
        assert len(services.calls_of("accounts.delete_box_model")) == 1
