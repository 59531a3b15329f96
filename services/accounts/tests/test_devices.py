import pytest

from accounts.devices.operations import (
    add_device,
    change_device,
    count_devices,
    get_device,
    list_devices,
    remove_device,
)
from accounts.membership.operations import delete_user
from accounts.membership.trash import delete_customer
from accounts.users.operations import create_user, get_user
from lineup.context import Role
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.devices import (
    AddDevice,
    ChangeDevice,
    CountDevices,
    DevicesOf,
    GetDevice,
    ListDevices,
    RemoveDevice,
)
from lineup.contracts.accounts.users import CreateUser, DeleteUser, GetUser
from lineup.errors import Conflict, Invalid, NotFound

from .conftest import actor_at, codes_of

MAC = "00:1A:79:12:34:56"


@pytest.fixture
def customer(make_customer):
    return make_customer()


@pytest.fixture
def user(ask, tree, dependencies, customer):
    request = CreateUser(customer_id=customer.id, name="Kids")
    return ask(tree.partner, create_user, request, dependencies=dependencies)


@pytest.fixture
def add(ask, tree, user):
    """`add(mac=...)` notes a device of the user."""

    def add(actor=None, *, of=user, model="Smart TV LG", app="OTT-Play", mac=""):
        request = AddDevice(user_id=of.id, model=model, app=app, mac=mac)
        return ask(actor or tree.partner, add_device, request)

    return add


class TestNoting:
    @pytest.mark.feature("CU-20")
    def test_it_is_kept_as_told(self, add, ask, tree, dependencies, user, clock):
        device = add()

        assert (device.model, device.app, device.mac) == ("Smart TV LG", "OTT-Play", "")
        assert (device.noted_at, device.is_stale) == (clock.now(), False)
        seen = ask(
            tree.partner, get_user, GetUser(user_id=user.id), dependencies=dependencies
        )
        assert seen.device_count == 1

    @pytest.mark.feature("CU-31")
    @pytest.mark.parametrize(
        "written",
        [
            "00-1a-79-12-34-56",
            "00:1A:79:12:34:56",
            "001a.7912.3456",
            "001A79123456",
            " 00 1a 79 12 34 56 ",
        ],
    )
    def test_a_mac_has_one_form_and_one_device(self, add, written):
        assert add(mac=written).mac == MAC
        with pytest.raises(Conflict) as refusal:
            add(mac=MAC.lower())
        assert refusal.value.code == "mac_taken"

    @pytest.mark.feature("CU-31")
    @pytest.mark.parametrize(
        "written",
        ["00:1A:79:12:34", "00:1A:79:12:34:5G", "00:1A-79:12:34:56", "001A7912345"],
    )
    def test_what_is_no_mac_is_refused(self, add, written):
        with pytest.raises(Invalid) as refusal:
            add(mac=written, model="")
        assert codes_of(refusal) == {"mac": ["mac_invalid"], "model": ["required"]}

    @pytest.mark.feature("CU-31")
    def test_another_partner_may_have_the_same(
        self, add, ask, tree, dependencies, make_customer
    ):
        add(mac=MAC)
        other = make_customer(tree.neighbour)
        request = CreateUser(customer_id=other.id, name="Attic")
        line = ask(tree.neighbour, create_user, request, dependencies=dependencies)

        assert add(tree.neighbour, of=line, mac=MAC).mac == MAC

    def test_many_may_have_none(self, add):
        assert add().id != add().id


class TestChanging:
    @pytest.mark.feature("CU-22")
    def test_half_a_year_later_it_is_stale_until_said_again(
        self, add, ask, tree, clock
    ):
        device = add(mac=MAC)
        clock.forward(days=184)
        request = GetDevice(device_id=device.id)
        assert ask(tree.partner, get_device, request).is_stale

        again = ChangeDevice(device_id=device.id, model="Smart TV LG", mac=MAC)
        assert not ask(tree.partner, change_device, again).is_stale
        assert not ask(tree.partner, get_device, request).is_stale

    def test_a_mac_in_use_is_refused_and_nothing_changes(self, add, ask, tree):
        add(mac=MAC)
        other = add(model="Box")
        request = ChangeDevice(device_id=other.id, model="New box", mac=MAC)
        with pytest.raises(Conflict):
            ask(tree.partner, change_device, request)
        seen = ask(tree.partner, get_device, GetDevice(device_id=other.id))
        assert (seen.model, seen.mac) == ("Box", "")

    def test_removing_frees_the_mac(self, add, ask, tree):
        device = add(mac=MAC)
        ask(tree.partner, remove_device, RemoveDevice(device_id=device.id))

        with pytest.raises(NotFound):
            ask(tree.partner, get_device, GetDevice(device_id=device.id))
        assert add(mac=MAC).mac == MAC

    def test_they_go_with_their_user_and_with_its_customer(
        self, add, ask, tree, dependencies, user, customer
    ):
        add(mac=MAC)
        ask(
            tree.partner,
            delete_user,
            DeleteUser(user_id=user.id),
            dependencies=dependencies,
        )
        assert ask(tree.partner, list_devices, ListDevices()).items == []

        request = CreateUser(customer_id=customer.id, name="Again")
        line = ask(tree.partner, create_user, request, dependencies=dependencies)
        add(of=line, mac=MAC)
        request = DeleteCustomer(customer_id=customer.id)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)
        assert ask(tree.partner, list_devices, ListDevices()).items == []


class TestSeeing:
    def test_lists_narrow_by_customer_user_and_words(self, add, ask, tree, user):
        device = add(mac=MAC)
        add(model="Box", app="")

        def ids(**narrowed):
            page = ask(tree.partner, list_devices, ListDevices(**narrowed))
            return [item.id for item in page.items]

        assert len(ids(user_id=user.id)) == len(ids(customer_id=user.customer_id)) == 2
        assert ids(search="smart ott") == ids(search="00-1a-79") == [device.id]
        assert ids(user_id=device.id) == []

    def test_a_customer_keeps_its_own(self, add, ask, customer):
        self_ = actor_at(customer, Role.CUSTOMER)
        device = add(self_, mac=MAC)

        assert [d.id for d in ask(self_, list_devices, ListDevices()).items] == [
            device.id
        ]
        ask(self_, remove_device, RemoveDevice(device_id=device.id))
        assert ask(self_, list_devices, ListDevices()).items == []

    def test_strangers_reach_none(self, add, ask, tree, user, make_customer):
        device = add(mac=MAC)
        other = actor_at(make_customer(), Role.CUSTOMER)
        for stranger in (tree.neighbour, tree.dealer, other):
            assert ask(stranger, list_devices, ListDevices(search="lg")).items == []
            for operation, request in (
                (add_device, AddDevice(user_id=user.id, model="Mine")),
                (get_device, GetDevice(device_id=device.id)),
                (change_device, ChangeDevice(device_id=device.id, model="Mine")),
                (remove_device, RemoveDevice(device_id=device.id)),
            ):
                with pytest.raises(NotFound):
                    ask(stranger, operation, request)


class TestCounting:
    def test_models_and_apps_are_counted_the_most_frequent_first(
        self, add, ask, tree, clock
    ):
        add(model="Fire TV", app="")
        clock.forward(days=184)
        for model in ("Smart TV LG", "MAG 540", "Smart TV LG"):
            add(model=model)

        counts = ask(tree.partner, count_devices, CountDevices())

        assert (counts.total, counts.stale) == (4, 1)
        assert counts.models == [
            DevicesOf(name="Smart TV LG", devices=2),
            DevicesOf(name="Fire TV", devices=1),
            DevicesOf(name="MAG 540", devices=1),
        ]
        assert counts.apps == [
            DevicesOf(name="OTT-Play", devices=3),
            DevicesOf(name="", devices=1),
        ]

    def test_only_those_in_ones_own_part_of_the_tree(self, add, ask, tree):
        add()

        for stranger in (tree.neighbour, tree.dealer):
            assert ask(stranger, count_devices, CountDevices()).total == 0
