"""The search over everything: what is asked, what is opened, what is shown."""

from uuid import UUID

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView, PersonDetails
from lineup.contracts.accounts.devices import DeviceView
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.orders import OrderView
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelDetails, ChannelView

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = UUID("019d0000-0000-7000-8000-000000000002")
CHANNELS = "playlists.list_channels"
LISTS = ("accounts.list_customers", "accounts.list_users", "accounts.list_devices")
ORDERS = "billing.list_orders"


@pytest.fixture
def nothing(services):
    for verb in (*LISTS, ORDERS, CHANNELS):
        services.answer_with(verb, Page(items=[]))
    return services


def a_customer(sample, **fields):
    person = PersonDetails(first_name="Ana", last_name="Ruiz", email="ana@example.org")
    return sample(CustomerView, username="ana77", person=person, **fields)


def test_one_text_is_asked_of_every_list(browser, services):
    browser(Role.PARTNER).get("/search?q=+ana+")

    for verb in (*LISTS, ORDERS, CHANNELS):
        [(_, rpc_request)] = services.calls_of(verb)
        assert rpc_request.search == "ana", verb


@pytest.mark.parametrize("role", [Role.RESELLER, Role.DEALER])
def test_orders_are_not_asked_for_who_may_not_read_them(browser, services, role):
    answer = browser(role).get("/search?q=ana")

    assert answer.status_code == 200
    assert services.calls_of(ORDERS) == services.calls_of(CHANNELS) == []


def test_too_short_a_text_asks_nobody(browser, services):
    words = visible_text(browser(Role.PARTNER).get("/search?q=a"))

    assert "Enter at least two characters." in words
    assert services.calls_of(LISTS[0]) == []


@pytest.mark.parametrize("text", ["ANA77", "ana@example.org"])
def test_a_login_name_or_mail_address_opens_its_customer(
    browser, nothing, sample, text
):
    nothing.answer_with(LISTS[0], Page(items=[a_customer(sample)]))

    assert (
        browser(Role.PARTNER)
        .get(f"/search?q={text}")
        .location.endswith(f"/customers/{ID}")
    )


def test_an_xtream_name_opens_the_users_customer(browser, nothing, sample):
    user = sample(UserView, username="u123", customer_id=OTHER)
    nothing.answer_with(LISTS[1], Page(items=[user]))

    assert str(OTHER) in browser(Role.PARTNER).get("/search?q=u123").location


@pytest.mark.parametrize(
    "text", ["00:1a:79:aa:bb:cc", "00-1A-79-AA-BB-CC", "001a79aabbcc"]
)
def test_a_mac_opens_its_customer_however_it_is_written(browser, nothing, sample, text):
    device = sample(DeviceView, mac="00:1A:79:AA:BB:CC", customer_id=OTHER)
    nothing.answer_with(LISTS[2], Page(items=[device]))

    assert str(OTHER) in browser(Role.PARTNER).get(f"/search?q={text}").location


@pytest.mark.parametrize("text", ["1001", "%231001"])
def test_an_order_number_opens_its_order(browser, nothing, sample, text):
    longer = [sample(OrderView, number=f"1001{n}", id=OTHER) for n in range(10)]
    nothing.answer_with(
        ORDERS, Page(items=[*longer, sample(OrderView, number="#1001")])
    )

    answer = browser(Role.PARTNER).get(f"/search?q={text}")

    assert answer.location.endswith(f"/orders/{ID}")
    [(_, rpc_request)] = nothing.calls_of(ORDERS)
    assert rpc_request.search == "1001"


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.PARTNER, f"/channels/{ID}"),
        (Role.SUPPORT, "/channels?search=Sports+One"),
    ],
)
def test_a_channel_is_found_and_leads_to_its_page(
    browser, nothing, sample, role, address
):
    details = sample(ChannelDetails, name="Sports One", number=12, group="Sports")
    nothing.answer_with(CHANNELS, Page(items=[sample(ChannelView, details=details)]))

    answer = browser(role).get("/search?q=sports")

    assert f'href="{address}"' in text_of(answer)
    assert "Sports One 12 · Sports" in visible_text(answer)


def test_two_exact_hits_are_shown_and_none_is_opened(browser, nothing, sample):
    both = [sample(OrderView, number="1001", id=one) for one in (UUID(ID), OTHER)]
    nothing.answer_with(ORDERS, Page(items=both))

    page = text_of(browser(Role.OPERATOR).get("/search?q=1001"))

    assert page.count("list-group-item-action") == 2


def test_while_one_types_nothing_is_opened(browser, nothing, sample):
    nothing.answer_with(LISTS[0], Page(items=[a_customer(sample)]))

    answer = browser(Role.PARTNER).get(
        "/search?q=ana77", headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert "Ana Ruiz" in visible_text(answer)


def test_what_is_away_is_named_and_the_rest_is_shown(browser, nothing, sample):
    nothing.answer_with(LISTS[0], Page(items=[a_customer(sample)]))
    nothing.silent.add("billing")
    client = browser(Role.PARTNER)
    nothing.calls.clear()

    words = visible_text(client.get("/search?q=ruiz"))

    assert nothing.calls_share_one_limit()
    assert "Not available right now: orders." in words
    assert "Ana Ruiz" in words


def test_nothing_found_says_what_can_be_found(browser, nothing):
    page = text_of(browser(Role.PARTNER).get("/search?q=zeppelin"))

    assert "No results found." in page
    assert 'href="/help/search"' in page


def test_programs_search_too_and_learn_no_password(api, nothing, sample):
    nothing.answer_with(LISTS[0], Page(items=[a_customer(sample)]))
    nothing.answer_with(LISTS[1], Page(items=[sample(UserView, username="u123")]))

    found = api("GET", "/search?q=ana77").get_json()

    assert found["exact"] == ID
    assert [one["username"] for one in found["customers"]] == ["ana77"]
    assert set(found["users"][0]) == {
        "id",
        "customer_id",
        "name",
        "username",
        "state",
        "product_name",
    }
    assert found["away"] == []
    assert api("GET", "/search?q=ana", Role.CUSTOMER).status_code == 403
