"""A partner's stock of boxes, and to whom each was given."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from accounts.boxes.assigning import (
    assign_box,
    list_box_events,
    return_box,
    set_box_state,
)
from accounts.boxes.catalog import (
    create_box_model,
    delete_box_model,
    list_box_models,
    update_box_model,
)
from accounts.boxes.stock import (
    create_box,
    delete_box,
    get_box,
    hand_over_boxes,
    import_boxes,
    list_boxes,
    update_box,
)
from accounts.customers.finding import find_for_update
from accounts.devices.operations import add_device, list_devices
from accounts.jobs.operations import delete_account
from accounts.links.links import end_link
from accounts.membership.operations import delete_user
from accounts.membership.trash import delete_customer, purge_customer
from accounts.tree.operations import get_account
from accounts.users.models import User
from accounts.users.operations import create_user
from lineup.access import LinkEnded
from lineup.context import Context
from lineup.contracts.accounts.boxes import (
    AssignBox,
    BoxEvent,
    BoxState,
    CreateBox,
    CreateBoxModel,
    DeleteBox,
    DeleteBoxModel,
    GetBox,
    HandOverBoxes,
    ImportBoxes,
    ListBoxes,
    ListBoxEvents,
    ListBoxModels,
    ReturnBox,
    SetBoxState,
    UpdateBox,
    UpdateBoxModel,
)
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.devices import AddDevice, ListDevices
from lineup.contracts.accounts.jobs import DeleteAccount
from lineup.contracts.accounts.refusals import (
    BoxAssigned,
    BoxFaulty,
    BoxModelNotFound,
    BoxModelUsed,
    BoxNotAssigned,
    BoxNotFound,
    BoxOfAnother,
)
from lineup.contracts.accounts.reseller_links import EndResellerLink
from lineup.contracts.accounts.trash import PurgeCustomer
from lineup.contracts.accounts.tree import GetAccount
from lineup.contracts.accounts.users import CreateUser, DeleteUser
from lineup.errors import Conflict, Invalid, NotFound
from lineup.testing.blocking import wait_until_blocked
from lineup.values import checked

from .conftest import codes_of

pytestmark = pytest.mark.feature("CU-32")

MAC = "00:1A:79:12:34:56"


@pytest.fixture
def model(ask, tree):
    return ask(
        tree.partner, create_box_model, CreateBoxModel(name="MAG 540", maker="Infomir")
    )


@pytest.fixture
def stock(ask, tree, model):
    """`stock("A1")` takes a box into the partner's stock."""

    def stock(serial="A1", mac=MAC, actor=None):
        request = CreateBox(box_model_id=model.id, serial=serial, mac=mac)
        return ask(actor or tree.partner, create_box, checked(request))

    return stock


@pytest.fixture
def user_of(ask, tree, dependencies):
    """`user_of(customer)` makes a user."""

    def user_of(customer):
        request = CreateUser(customer_id=customer.id, name="Kids")
        return ask(tree.partner, create_user, request, dependencies=dependencies)

    return user_of


@pytest.fixture
def user(user_of, make_customer):
    return user_of(make_customer())


@pytest.fixture
def give(ask, tree):
    """`give(box, user)` assigns it."""

    def give(box, user, actor=None):
        request = AssignBox(box_id=box.id, user_id=user.id)
        return ask(actor or tree.partner, assign_box, request)

    return give


@pytest.fixture
def history(ask, tree):
    """`history(box)` tells what happened to it, oldest first, and who did it."""

    def history(box):
        page = ask(tree.partner, list_box_events, ListBoxEvents(box_id=box.id))
        return [(one.event, one.by, one.user_name) for one in reversed(page.items)]

    return history


@pytest.fixture
def macs_of(ask, tree):
    def macs_of(user):
        page = ask(tree.partner, list_devices, ListDevices(user_id=user.id))
        return [(device.model, device.mac) for device in page.items]

    return macs_of


class TestModels:
    def test_one_is_made_renamed_found_and_deleted(self, ask, tree, model, stock):
        request = UpdateBoxModel(box_model_id=model.id, name="MAG 544")
        changed = ask(tree.partner, update_box_model, request)
        assert (changed.name, changed.maker) == ("MAG 544", "Infomir")

        box = stock()
        assert box.model == "Infomir MAG 544"
        page = ask(tree.partner, list_box_models, ListBoxModels(search="infomir 544"))
        assert [one.box_count for one in page.items] == [1]
        gone = DeleteBoxModel(box_model_id=model.id)
        with pytest.raises(BoxModelUsed):
            ask(tree.partner, delete_box_model, gone)
        ask(tree.partner, delete_box, DeleteBox(box_id=box.id))
        ask(tree.partner, delete_box_model, gone)
        with pytest.raises(BoxModelNotFound):
            stock()

    def test_two_of_a_maker_bear_different_names(self, ask, tree, model):
        request = CreateBoxModel(name="mag 540", maker="infomir")
        with pytest.raises(Conflict) as refused:
            ask(tree.partner, create_box_model, request)
        assert codes_of(refused) == {"name": ["box_model_taken"]}
        ask(tree.partner, create_box_model, CreateBoxModel(name="MAG 540"))


class TestStock:
    @pytest.mark.feature("CU-31")
    def test_serial_and_mac_are_normalised_and_used_once_in_a_partner(self, stock):
        assert stock("A1", "001a.7912.3456").mac == MAC
        for serial, mac, code in (
            ("a1", "00:1A:79:12:34:57", "serial_taken"),
            ("A2", "00-1a-79-12-34-56", "mac_taken"),
        ):
            with pytest.raises(Conflict) as refused:
                stock(serial, mac)
            assert refused.value.code == code
            assert list(refused.value.fields) == [code.removesuffix("_taken")]

    def test_whoever_takes_one_in_while_its_model_is_deleted_is_told(
        self, ask, tree, stock, model, database, engine
    ):
        context = Context(actor=tree.partner)
        with ThreadPoolExecutor(1) as threads:
            with database.transaction(context) as work:
                delete_box_model(work, DeleteBoxModel(box_model_id=model.id))
                work.session.flush()
                taken = threads.submit(stock)
                wait_until_blocked(engine)
            with pytest.raises(BoxModelNotFound):
                taken.result()

    def test_it_is_corrected_and_found_by_what_it_is(self, ask, tree, stock):
        box = stock()
        stock("B7", "00:1A:79:00:00:07")
        request = UpdateBox(box_id=box.id, serial="A9", mac="00:1A:79:00:00:09")
        assert ask(tree.partner, update_box, request).serial == "A9"

        def found(**filters):
            page = ask(tree.partner, list_boxes, ListBoxes(**filters))
            return [one.serial for one in page.items]

        assert found(search="001a.7900.0009") == found(search="a9") == ["A9"]
        assert found(mac="00:1A:79:00:00:07") == ["B7"]
        assert found(state=BoxState.FAULTY) == []
        assert found(account_id=tree.partner.account_id) == ["B7", "A9"]

    def test_it_is_checked_and_marked_faulty(self, ask, tree, stock, user, give):
        box = stock()
        for is_faulty in (True, False):
            request = SetBoxState(box_id=box.id, is_faulty=is_faulty)
            found = ask(tree.partner, set_box_state, request)
            expected = BoxState.FAULTY if is_faulty else BoxState.IN_STOCK
            assert found.state is expected
            if is_faulty:
                with pytest.raises(BoxFaulty):
                    give(box, user)


class TestDeliveries:
    def deliver(self, ask, tree, model, csv):
        request = ImportBoxes(box_model_id=model.id, csv=csv)
        return ask(tree.partner, import_boxes, request).boxes

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_one_is_taken_in_however_it_is_written(
        self, ask, tree, model, separator, history
    ):
        lines = ("Serial number,MAC", "A1,00-1a-79-00-00-01", "", ' "A2",001A79000002')
        csv = "\ufeff" + "\r\n".join(lines).replace(",", separator)
        assert self.deliver(ask, tree, model, csv) == 2

        page = ask(tree.partner, list_boxes, ListBoxes())
        assert {(one.serial, one.mac) for one in page.items} == {
            ("A1", "00:1A:79:00:00:01"),
            ("A2", "00:1A:79:00:00:02"),
        }
        assert history(page.items[0]) == [(BoxEvent.RECEIVED, tree.partner.name, "")]

    def test_every_fault_is_told_with_its_line_and_nothing_is_taken_in(
        self, ask, tree, model, stock
    ):
        stock("A1")
        csv = "\n".join(
            (
                "A1,00:1A:79:00:00:01",
                "A2,nonsense",
                "A3",
                "A4,00:1A:79:00:00:04",
                "a4,00:1A:79:00:00:05",
                "A6,00:1a:79:00:00:04",
                f"A7,{MAC}",
                ",00:1A:79:00:00:08",
            )
        )
        with pytest.raises(Invalid) as refused:
            self.deliver(ask, tree, model, csv)
        first = refused.value.fields["csv"]
        assert [line.split(":")[0] for line in first] == [
            f"Line {number}" for number in (2, 3, 5, 6, 8)
        ]
        assert "that of line 4" in first[2]

        fine = csv.splitlines()[0] + f"\nA7,{MAC}\nA9,00:1A:79:00:00:09"
        with pytest.raises(Invalid) as refused:
            self.deliver(ask, tree, model, fine)
        assert refused.value.fields["csv"] == [
            "Line 1: Another box has this serial number.",
            "Line 2: Another box has this MAC address.",
        ]
        assert len(ask(tree.partner, list_boxes, ListBoxes()).items) == 1


class TestAssigning:
    def test_its_mac_becomes_a_device_and_is_free_again_when_it_is_back(
        self, ask, tree, stock, user, give, macs_of, history
    ):
        box = stock()
        given = give(box, user)
        assert (given.state, given.user_id, given.customer_id) == (
            BoxState.ASSIGNED,
            user.id,
            user.customer_id,
        )
        assert macs_of(user) == [("Infomir MAG 540", MAC)]

        back = ask(tree.partner, return_box, ReturnBox(box_id=box.id, note="moved"))
        assert (back.state, back.user_id) == (BoxState.RETURNED, None)
        assert macs_of(user) == []
        give(box, user)
        broken = ReturnBox(box_id=box.id, is_faulty=True)
        assert ask(tree.partner, return_box, broken).state is BoxState.FAULTY
        me = tree.partner.name
        assert history(box) == [
            (BoxEvent.RECEIVED, me, ""),
            (BoxEvent.ASSIGNED, me, "Kids"),
            (BoxEvent.RETURNED, me, "Kids"),
            (BoxEvent.ASSIGNED, me, "Kids"),
            (BoxEvent.FAULTY, me, "Kids"),
        ]

    def test_an_assigned_one_is_not_assigned_changed_handed_over_or_deleted(
        self, ask, tree, stock, user, give
    ):
        box = stock()
        with pytest.raises(BoxNotAssigned):
            ask(tree.partner, return_box, ReturnBox(box_id=box.id))
        give(box, user)
        for operation, request in (
            (assign_box, AssignBox(box_id=box.id, user_id=user.id)),
            (update_box, UpdateBox(box_id=box.id, serial="A2")),
            (set_box_state, SetBoxState(box_id=box.id, is_faulty=True)),
            (delete_box, DeleteBox(box_id=box.id)),
        ):
            with pytest.raises(BoxAssigned) as refused:
                ask(tree.partner, operation, request)
            assert refused.value.code == "box_assigned"
        request = HandOverBoxes(account_id=tree.reseller.account_id, serials=["A1"])
        with pytest.raises(Invalid):
            ask(tree.partner, hand_over_boxes, request)

    def test_of_two_who_assign_it_at_once_one_does(self, stock, user, give, user_of):
        box = stock()

        def attempt(_):
            try:
                return give(box, user).state
            except BoxAssigned as refusal:
                return refusal.code

        with ThreadPoolExecutor(4) as threads:
            outcomes = sorted(threads.map(attempt, range(4)))
        assert outcomes == ["assigned", *["box_assigned"] * 3]

    @pytest.mark.feature("CU-31")
    def test_a_mac_that_is_somebodys_device_is_refused_and_ones_own_is_the_same(
        self, ask, tree, stock, user, user_of, make_customer, give, macs_of
    ):
        other = user_of(make_customer(email="other@example.org"))
        request = AddDevice(user_id=other.id, model="Own box", mac=MAC)
        ask(tree.partner, add_device, request)
        box = stock()
        with pytest.raises(Conflict) as refused:
            give(box, user)
        assert refused.value.code == "mac_taken"
        assert ask(tree.partner, get_box, GetBox(box_id=box.id)).user_id is None

        give(box, other)
        assert macs_of(other) == [("Infomir MAG 540", MAC)]

    def test_what_a_deleted_user_or_customer_had_comes_back(
        self, ask, tree, stock, user, give, dependencies, history
    ):
        box = stock()
        given = {"dependencies": dependencies}
        give(box, user)
        ask(tree.partner, delete_user, DeleteUser(user_id=user.id), **given)
        assert history(box)[-1] == (BoxEvent.RETURNED, tree.partner.name, "Kids")

        request = CreateUser(customer_id=user.customer_id, name="Hall")
        hall = ask(tree.partner, create_user, request, **given)
        give(box, hall)
        gone = DeleteCustomer(customer_id=user.customer_id)
        ask(tree.partner, delete_customer, gone, **given)
        found = ask(tree.partner, get_box, GetBox(box_id=box.id))
        assert found.state is BoxState.ASSIGNED
        purge = PurgeCustomer(customer_id=user.customer_id)
        ask(tree.partner, purge_customer, purge, **given)
        found = ask(tree.partner, get_box, GetBox(box_id=box.id))
        assert (found.state, found.user_id) == (BoxState.RETURNED, None)

    def test_comes_back_without_a_deadlock_while_its_customer_is_changed(
        self, ask, tree, stock, user, give, database, engine
    ):
        box = give(stock(), user)
        request = ReturnBox(box_id=box.id)
        own = select(User).where(User.id == user.id)
        with ThreadPoolExecutor(1) as threads:
            with database.transaction() as work:
                find_for_update(work, user.customer_id)
                returned = threads.submit(ask, tree.partner, return_box, request)
                wait_until_blocked(engine)
                assert work.session.scalar(own.with_for_update(nowait=True))
            assert returned.result().state is BoxState.RETURNED


class TestSellers:
    @pytest.fixture
    def hand_over(self, ask, tree):
        def hand_over(*serials, to=None, actor=None):
            account_id = (to or tree.reseller).account_id
            request = HandOverBoxes(account_id=account_id, serials=list(serials))
            return ask(actor or tree.partner, hand_over_boxes, request)

        return hand_over

    def test_a_seller_sees_what_was_handed_over_and_gives_it_to_its_own(
        self, ask, tree, stock, hand_over, give, user, user_of, make_customer, history
    ):
        box = stock("A1")
        other = stock("A2", "00:1A:79:00:00:02")
        assert hand_over("a1").boxes == 1

        page = ask(tree.reseller, list_boxes, ListBoxes())
        assert [one.serial for one in page.items] == ["A1"]
        with pytest.raises(BoxNotFound):
            ask(tree.reseller, get_box, GetBox(box_id=other.id))
        with pytest.raises(BoxNotFound):
            give(other, user, actor=tree.reseller)
        with pytest.raises(BoxOfAnother):
            give(box, user)

        own = user_of(make_customer(tree.reseller, email="own@example.org"))
        assert give(box, own, actor=tree.reseller).user_name == "Kids"
        assert history(box)[1][0] is BoxEvent.HANDED_OVER

    @pytest.mark.feature("AH-01")
    def test_a_seller_reads_the_history_from_when_it_came_to_it(
        self, ask, tree, stock, hand_over
    ):
        box = stock("A1")
        marking = SetBoxState(box_id=box.id, is_faulty=True)
        hand_over("A1")
        ask(tree.reseller, set_box_state, marking)
        hand_over("A1", to=tree.partner)
        hand_over("A1")

        page = ask(tree.reseller, list_box_events, ListBoxEvents(box_id=box.id))
        assert [one.event for one in page.items] == [
            BoxEvent.HANDED_OVER,
            BoxEvent.FAULTY,
            BoxEvent.HANDED_OVER,
        ]
        assert {one.account_name for one in page.items} == {"", "shop"}

    def test_what_cannot_be_handed_over_is_told_and_nothing_moves(
        self, ask, tree, stock, hand_over
    ):
        stock("A1")
        with pytest.raises(Invalid) as refused:
            hand_over("A1", "Z9", "00:1A:79:99:99:99")
        assert refused.value.fields["serials"] == [
            "Z9: no such box.",
            "00:1A:79:99:99:99: no such box.",
        ]
        assert ask(tree.reseller, list_boxes, ListBoxes()).items == []
        hand_over("001a.7912.3456")
        assert len(ask(tree.reseller, list_boxes, ListBoxes()).items) == 1
        hand_over("A1", to=tree.partner)
        assert ask(tree.reseller, list_boxes, ListBoxes()).items == []

    def test_a_serial_number_that_reads_like_a_mac_is_the_box_that_bears_it(
        self, ask, tree, stock, hand_over
    ):
        one = stock("001A79ABCDEF", "00:1A:79:00:00:01")
        stock("A2", "00:1A:79:AB:CD:EF")
        assert hand_over("001a79abcdef").boxes == 1
        page = ask(tree.reseller, list_boxes, ListBoxes())
        assert [box.id for box in page.items] == [one.id]
        assert hand_over("A2", "00:1A:79:AB:CD:EF").boxes == 1

    def test_nothing_is_handed_over_to_a_reseller_that_has_left(
        self, ask, tree, stock, hand_over
    ):
        stock("A1")
        ending = EndResellerLink(link_id=tree.reseller.account_id)
        ask(tree.partner, end_link, ending)
        with pytest.raises(LinkEnded):
            hand_over("A1")

    def test_the_stock_of_a_deleted_seller_is_the_partners(
        self, ask, tree, stock, hand_over, dependencies
    ):
        box = stock("A1")
        hand_over("A1")
        seller = ask(
            tree.partner, get_account, GetAccount(account_id=tree.reseller.account_id)
        )
        request = DeleteAccount(account_id=seller.id, confirmation=seller.username)
        ask(tree.partner, delete_account, request)
        found = ask(tree.partner, get_box, GetBox(box_id=box.id))
        assert found.account_id == tree.partner.account_id

    @pytest.mark.feature("AH-01")
    def test_another_partner_finds_nothing(self, ask, tree, stock, model, user):
        box = stock()
        stranger = tree.neighbour
        for operation, request in (
            (get_box, GetBox(box_id=box.id)),
            (list_box_events, ListBoxEvents(box_id=box.id)),
            (assign_box, AssignBox(box_id=box.id, user_id=user.id)),
            (create_box, CreateBox(box_model_id=model.id, serial="Z", mac=MAC)),
        ):
            with pytest.raises(NotFound):
                ask(stranger, operation, request)
