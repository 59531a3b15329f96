"""Pages about customers: lists, parts, forms that tell everything, groups, devices."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from answers import sent, text_of, visible_text

from lineup.context import Role
from lineup.contracts.accounts.customers import (
    BalanceSettlement,
    CustomerStatus,
    CustomerView,
    PersonDetails,
)
from lineup.contracts.accounts.devices import DeviceView
from lineup.contracts.accounts.logins import LoginView
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.deletion_blockers import (
    DeletionBlockers,
    RunningSubscription,
)
from lineup.contracts.billing.subscriptions import SubscriptionState, SubscriptionView
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.contracts.playlists.customer_packages import (
    ContentPackage,
    CustomerContent,
)
from lineup.contracts.playlists.packages import PackageView
from lineup.errors import Conflict, NotFound, Unavailable
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
CUSTOMER = f"/customers/{ID}"
USER = f"/users/{ID}"
FORM = {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@example.org"}


@pytest.fixture
def listed(services, sample):
    """`listed(state=...)` makes the list hold one customer."""

    def listed(**fields):
        person = PersonDetails(
            first_name="Ana", last_name="Ruiz", email="a@example.org"
        )
        view = sample(CustomerView, **({"person": person} | fields))
        services.answer_with("accounts.list_customers", Page(items=[view], total=1))
        services.answer_with("accounts.get_customer", view)
        return view

    return listed


class TestList:
    @pytest.mark.feature("UI-08")
    def test_it_shows_state_end_and_switch_of_each(self, browser, listed):
        ends = datetime(2026, 3, 2, tzinfo=UTC)
        listed(state=CustomerStatus.TRIAL, is_active=True, ends_at=ends)

        words = visible_text(browser(Role.PARTNER).get("/customers"))

        assert "Ana Ruiz" in words
        assert "Trial" in words
        assert "2 Mar 2026" in words
        assert "Disable Ana Ruiz" in words

    @pytest.mark.feature("UI-08")
    def test_the_address_is_what_is_asked(self, browser, services, listed):
        listed()
        query = f"search=ana&state=trial&group_id={ID}&product_id={ID}&seller_id={ID}"
        query += "&ends_from=2026-03-01&ends_until=2026-03-02&order=-ends_at"

        browser(Role.PARTNER).get(f"/customers?{query}")

        [(_, rpc_request)] = services.calls_of("accounts.list_customers")
        assert (rpc_request.search, rpc_request.state) == ("ana", CustomerStatus.TRIAL)
        assert {
            rpc_request.group_id,
            rpc_request.product_id,
            rpc_request.seller_id,
        } == {UUID(ID)}
        assert rpc_request.ends_from == datetime(2026, 3, 1, tzinfo=UTC)
        assert rpc_request.ends_until == datetime(2026, 3, 3, tzinfo=UTC)
        assert rpc_request.paging.order == "-ends_at"

    def test_figures_lead_to_their_lists(self, browser, services, listed):
        listed()
        client = browser(Role.PARTNER)
        client.get(
            "/customers?is_grouped=no&created_from=2026-03-01&created_until=2026-03-31"
        )

        [(_, rpc_request)] = services.calls_of("accounts.list_customers")
        assert rpc_request.is_grouped is False
        assert rpc_request.created_until == datetime(2026, 4, 1, tzinfo=UTC)

    def test_sellers_choose_no_seller(self, browser, listed):
        listed()
        page = text_of(browser(Role.DEALER).get("/customers"))

        assert 'name="seller_id"' not in page
        assert 'name="group_id"' in page

    @pytest.mark.parametrize(
        "away", ["billing.list_products", "accounts.list_customer_groups"]
    )
    def test_a_filter_without_its_service_is_empty(
        self, browser, services, listed, away
    ):
        listed()
        services.answer_with(away, Unavailable(code="service_unavailable"))
        answer = browser(Role.PARTNER).get("/customers")

        assert answer.status_code == 200
        assert "Ana Ruiz" in visible_text(answer)

    def test_switching_off_asks_first_and_leads_back_to_the_same_list(
        self, browser, form_of, services, listed
    ):
        listed(is_active=True)
        client = browser(Role.PARTNER)
        page = text_of(client.get("/customers?search=ana"))

        address = f"{CUSTOMER}/switch-off?listed=search%3Dana"
        assert f'href="{address}"' in page
        asks = client.get(address)
        assert services.calls_of("accounts.switch_customer") == []
        answer = client.post(address, data=form_of(text_of(asks)))

        [(_, rpc_request)] = services.calls_of("accounts.switch_customer")
        assert rpc_request.is_active is False
        assert answer.location == "/customers?search=ana"

    def test_on_again_takes_one_press(self, browser, form_of, services, listed):
        listed(is_active=False)
        client = browser(Role.PARTNER)
        page, address = text_of(client.get("/customers")), f"{CUSTOMER}/switch-on"

        assert f'action="{address}?listed=' in page
        client.post(address, data=form_of(text_of(client.get("/customers/new"))))

        [(_, rpc_request)] = services.calls_of("accounts.switch_customer")
        assert rpc_request.is_active is True

    def test_staff_sets_a_new_password_from_the_customers_page(
        self, browser, form_of, services, sample
    ):
        client, login_id, customer = browser(Role.STAFF), UUID(int=7), UUID(int=8)
        login = sample(LoginView, id=login_id)
        services.answer_with("accounts.list_logins", Page(items=[login]))
        services.answer_with("accounts.get_customer", sample(CustomerView, id=customer))
        services.answer_with("accounts.get_account", NotFound())
        own_page = f"/customers/{customer}/login"
        assert own_page in text_of(client.get(f"/customers/{customer}"))

        page = text_of(client.get(own_page))
        address = f"/accounts/{customer}/logins/{login_id}/password"
        assert address in page
        assert f"/accounts/{customer}/logins/new" not in page
        answer = sent(client, form_of, address, password="a-new-one")

        assert answer.location == own_page
        [(_, rpc_request)] = services.calls_of("accounts.reset_password")
        assert (rpc_request.login_id, rpc_request.password) == (login_id, "a-new-one")

    def test_support_looks_and_touches_nothing(self, browser, listed):
        listed()
        page = text_of(browser(Role.SUPPORT).get("/customers"))

        for address in ("switch", "edit", "delete"):
            assert f"{CUSTOMER}/{address}" not in page


class TestForms:
    def test_a_service_that_never_answers_holds_a_page_up_once(self, browser, services):
        client = browser(Role.PARTNER)
        client.get("/customers")
        services.silent.update({"accounts", "billing"})
        services.calls.clear()

        page = text_of(client.get("/customers/new"))

        assert services.calls_share_one_limit()
        assert "away" in page

    def test_one_form_makes_data_login_and_first_user(self, browser, form_of, services):
        fields = FORM | {
            "first_name": " Ana ",
            "username": "ana",
            "password": "abcd",
            "user_name": "TV",
            "country": "NL",
            "pin": "0420",
            "inactivity_seconds": "600",
            "time_zone": "Europe/Amsterdam",
            "takes_ads": "y",
            "send_credentials": "y",
        }
        answer = sent(browser(Role.PARTNER), form_of, "/customers/new", **fields)

        assert answer.location == CUSTOMER
        [(context, rpc_request)] = services.calls_of("accounts.create_customer")
        assert (rpc_request.person.first_name, rpc_request.person.country) == (
            "Ana",
            "NL",
        )
        assert (rpc_request.login.username, rpc_request.user_name) == ("ana", "TV")
        assert (rpc_request.pin, rpc_request.settings.inactivity_seconds) == (
            "0420",
            600,
        )
        assert rpc_request.settings.time_zone == "Europe/Amsterdam"
        assert (
            rpc_request.settings.takes_messages,
            rpc_request.settings.takes_ads,
        ) == (
            False,
            True,
        )
        assert context.idempotency_key

    @pytest.mark.feature("UI-07")
    def test_three_faults_stand_at_their_fields_and_entries_are_kept(
        self, browser, form_of, services
    ):
        faults = {
            "first_name": "This field is required.",
            "username": "Capital letters are not allowed.",
            "pin": "Enter four digits, or leave empty.",
        }
        fields = FORM | {"first_name": "", "username": "Ana", "pin": "12a4"}

        answer = sent(browser(Role.PARTNER), form_of, "/customers/new", **fields)

        page = text_of(answer)
        assert answer.status_code == 422
        assert services.calls_of("accounts.create_customer") == []
        for field, words in faults.items():
            assert f'id="{field}-errors"><li>{words}' in page
        for kept in ("Ruiz", "ana@example.org", "Ana", "12a4"):
            assert f'value="{kept}"' in page

    def test_a_change_begins_with_what_is_there(
        self, browser, form_of, services, listed
    ):
        listed()
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"{CUSTOMER}/edit"))
        assert 'value="player-password"' in page
        assert '<option selected value="text">text' in page  # its zone, if none of ours
        assert len(services.calls_of("accounts.list_customer_groups")) == 1

        fields = FORM | {"pin": "", "time_zone": "Europe/Riga"}
        answer = sent(client, form_of, f"{CUSTOMER}/edit", **fields)

        assert answer.location == CUSTOMER
        [(_, rpc_request)] = services.calls_of("accounts.update_customer")
        assert (str(rpc_request.customer_id), rpc_request.pin) == (ID, "")
        assert rpc_request.settings.takes_messages is False

    def test_deleting_says_what_goes_and_asks_for_the_name(
        self, browser, form_of, services, listed
    ):
        listed(user_count=3)
        client = browser(Role.PARTNER)
        assert "3 users with their playlist links" in visible_text(
            client.get(f"{CUSTOMER}/delete")
        )

        answer = sent(client, form_of, f"{CUSTOMER}/delete", typed="Ana")
        assert answer.status_code == 422
        assert services.calls_of("accounts.delete_customer") == []

        answer = sent(client, form_of, f"{CUSTOMER}/delete", typed="Ana Ruiz")
        assert answer.location == "/customers"
        [(_, rpc_request)] = services.calls_of("accounts.delete_customer")
        assert (rpc_request.force, rpc_request.reason) == (False, "")

    def test_money_and_what_runs_are_shown_and_a_reason_is_asked_for(
        self, browser, form_of, services, listed, sample
    ):
        listed(user_count=1)
        running = sample(RunningSubscription, user_name="Kids", product_name="Family")
        blockers = DeletionBlockers(
            balances=[Money.of("11.00 EUR")], running=1, subscriptions=[running]
        )
        services.answer_with("billing.get_deletion_blockers", blockers)
        client = browser(Role.PARTNER)
        page = visible_text(client.get(f"{CUSTOMER}/delete"))
        assert (
            "11.00 EUR is on the balance. 1 subscription is active : Kids (Family)"
            in page
        )

        typed = {"typed": "Ana Ruiz", "settlement": "write_off"}
        answer = sent(client, form_of, f"{CUSTOMER}/delete", **typed, reason="")
        assert answer.status_code == 422
        assert services.calls_of("accounts.delete_customer") == []

        gone = replace(blockers, is_deleted=True)
        services.answer_with("billing.get_deletion_blockers", gone)
        sent(client, form_of, f"{CUSTOMER}/delete", **typed, reason="moved away")
        [(_, rpc_request)] = services.calls_of("accounts.delete_customer")
        assert (rpc_request.force, rpc_request.reason) == (True, "moved away")
        assert rpc_request.settlement is BalanceSettlement.WRITE_OFF


class TestParts:
    @pytest.mark.feature("CU-27", "UI-15")
    def test_each_part_loads_without_the_others_service(self, browser, services):
        client = browser(Role.PARTNER)
        services.silent |= {"billing", "notifications", "playlists"}

        for part in ("", "/users", "/devices"):
            answer = client.get(CUSTOMER + part)
            assert answer.status_code == 200
            assert "cannot be shown" not in visible_text(answer)

    @pytest.mark.feature("UI-06")
    def test_a_users_acts_stand_at_its_name_for_hand_and_keyboard(self, browser):
        page = text_of(browser(Role.PARTNER).get(f"{CUSTOMER}/users"))

        [acts] = re.findall(r'class="near-acts">(.*?)</span></span>', page)
        assert f'href="{USER}/rename"' in acts
        assert f'href="{USER}/delete"' in acts
        assert "tabindex" not in acts

    def test_the_pin_is_for_those_who_may_see_it(self, browser):
        client = browser(Role.PARTNER)
        assert "player-password" in text_of(client.get(CUSTOMER))
        client.post("/sign-out")

    def test_support_sees_no_pin_and_no_password(self, browser):
        client = browser(Role.SUPPORT)
        for page in (CUSTOMER, f"{CUSTOMER}/users", USER):
            shown = text_of(client.get(page))
            assert "player-password" not in shown
            assert "/p/text" not in shown
        assert "Hidden for your role" in visible_text(client.get(USER))
        assert "/stop" not in text_of(client.get(USER))
        assert "/buy" not in text_of(client.get(USER))


class TestOneUser:
    @pytest.mark.feature("UI-21")
    @pytest.mark.parametrize("role", [Role.PARTNER, Role.CUSTOMER])
    def test_all_a_player_needs_is_there(self, browser, role):
        answer = browser(role).get(USER)

        words = visible_text(answer)
        for wanted in ("/p/text.m3u8", "/p/text.xml", "player-password", "Server"):
            assert wanted in words
        for player in ("VLC", "Kodi", "TiviMate", "IPTV Smarters", "OTT Navigator"):
            assert player in words
        assert 'data-copy="text/p/text.m3u8"' in text_of(answer)

    @pytest.mark.feature("UI-21")
    def test_the_picture_is_the_link(self, app):
        import segno

        from gateway.portal.one_user import qr_of

        link = "http://lineup.example/p/text.m3u8"
        expected = segno.make(link, error="m", micro=False)
        assert qr_of(link) == expected.svg_data_uri(scale=4, border=4, light="#fff")
        assert qr_of(link) != qr_of(link + "x")

    def test_a_running_subscription_can_be_stopped_and_renewed(
        self, browser, services, sample
    ):
        running = sample(SubscriptionView, state=SubscriptionState.RUNNING)
        services.answer_with("billing.list_subscriptions", Page(items=[running]))

        page = text_of(browser(Role.CUSTOMER).get(USER))

        assert f'href="/subscriptions/{ID}/stop"' in page
        assert "Renew" in page

    @pytest.mark.parametrize("address", [USER, "/my"])
    def test_what_runs_counts_more_than_what_was_bought_last(
        self, browser, services, sample, address
    ):
        last, running = (
            sample(SubscriptionView, state=state, user_id=UUID(ID))
            for state in (SubscriptionState.STOPPED, SubscriptionState.RUNNING)
        )
        services.answer_with("billing.list_subscriptions", Page(items=[last, running]))

        page = text_of(browser(Role.CUSTOMER).get(address))

        assert f'href="/subscriptions/{ID}/stop"' in page

    @pytest.mark.feature("CU-22")
    def test_a_stale_device_is_to_be_confirmed(self, browser, services, sample):
        stale = sample(DeviceView, model="Old TV", is_stale=True)
        services.answer_with("accounts.list_devices", Page(items=[stale]))
        words = visible_text(browser(Role.CUSTOMER).get(USER))
        assert "Please confirm" in words

        fresh = sample(DeviceView, model="New TV", is_stale=False)
        services.answer_with("accounts.list_devices", Page(items=[fresh]))
        assert "Please confirm" not in visible_text(browser(Role.CUSTOMER).get(USER))


@pytest.mark.feature("CU-37")
class TestContent:
    @pytest.fixture
    def content(self, services):
        packages = [
            ContentPackage(
                package_id=UUID(ID),
                name=name,
                channel_count=3,
                products=products,
                is_included=is_included,
            )
            for name, products, is_included in (
                ("Basic", ["Family"], None),
                ("Kids", [], True),
                ("Sport", ["Family"], False),
            )
        ]
        said = CustomerContent(customer_id=UUID(ID), packages=packages)
        services.answer_with("playlists.get_customer_content", said)

    def test_it_shows_what_products_have_what_was_added_and_removed(
        self, browser, content
    ):
        for role in (Role.PARTNER, Role.DEALER, Role.SUPPORT):
            page = visible_text(browser(role).get(f"{CUSTOMER}/content"))
            own = page.partition("Package Channels")[2]
            for words in (
                "3 Family Included",
                "Kids 3 \N{EN DASH} Added",
                "3 Family Removed",
            ):
                assert words in own
            assert ("Undo" in own) == ("Remove Basic" in own) == (role is Role.PARTNER)

    def test_a_package_is_added_removed_and_as_before(
        self, browser, form_of, services, sample, content
    ):
        client = browser(Role.PARTNER)
        packages = [
            sample(PackageView, id=UUID(id_), name=name, is_demo=is_demo)
            for id_, name, is_demo in ((ID, "Kids", False), (OTHER, "Demo", True))
        ]
        services.answer_with("playlists.list_packages", Page(items=packages))
        new = f"{CUSTOMER}/content/add"
        assert "Demo" not in visible_text(client.get(new))
        answer = sent(client, form_of, new, package_id=ID)
        assert answer.location == f"{CUSTOMER}/content"

        for act in ("remove", "reset"):
            client.post(
                f"{CUSTOMER}/packages/{ID}",
                data=form_of(text_of(client.get(f"{CUSTOMER}/content"))) | {"act": act},
            )
        said = [one for _, one in services.calls_of("playlists.set_customer_package")]
        assert [one.is_included for one in said] == [True, False]
        assert {(str(one.customer_id), str(one.package_id)) for one in said} == {
            (ID, ID)
        }
        assert len(services.calls_of("playlists.reset_customer_package")) == 1

    def test_without_playlists_the_rest_of_the_page_is_there(self, browser, services):
        services.silent.add("playlists")
        answer = browser(Role.PARTNER).get(f"{CUSTOMER}/content")
        assert answer.status_code == 200
        assert "cannot be shown" in visible_text(answer)


class TestDevices:
    def test_one_is_added_changed_and_removed(self, browser, form_of, services):
        client = browser(Role.CUSTOMER)
        fields = {"model": "Smart TV LG", "app": "OTT-Play", "mac": "00-1a-79-12-34-56"}

        answer = sent(client, form_of, f"{USER}/devices/new", **fields)
        assert answer.location == f"{USER}#devices"
        [(_, added)] = services.calls_of("accounts.add_device")
        assert (str(added.user_id), added.mac) == (ID, "00-1a-79-12-34-56")

        sent(client, form_of, f"/devices/{ID}/edit", **fields)
        [(_, changed)] = services.calls_of("accounts.change_device")
        assert changed.model == "Smart TV LG"

        sent(client, form_of, f"/devices/{ID}/remove")
        assert len(services.calls_of("accounts.remove_device")) == 1

    def test_a_taken_mac_is_told_at_its_field(self, browser, form_of, services):
        taken = Conflict(fields={"mac": ["Another device has this MAC address."]})
        services.answer_with("accounts.add_device", taken)

        fields = {"model": "Box", "mac": "00:1A:79:12:34:56"}
        answer = sent(browser(Role.CUSTOMER), form_of, f"{USER}/devices/new", **fields)

        assert answer.status_code == 422
        assert 'id="mac-errors"><li>Another device' in text_of(answer)
        assert 'value="Box"' in text_of(answer)


class TestGroups:
    def test_one_is_made_renamed_and_deleted(self, browser, form_of, services):
        client = browser(Role.DEALER)
        answer = sent(client, form_of, "/customer-groups/new", name="Friends")
        assert answer.location == "/customer-groups"
        [(_, made)] = services.calls_of("accounts.create_customer_group")
        assert (made.name, made.account_id) == ("Friends", None)

        sent(client, form_of, f"/customer-groups/{ID}/rename", name="Family")
        [(_, named)] = services.calls_of("accounts.rename_customer_group")
        assert named.name == "Family"

        sent(client, form_of, f"/customer-groups/{ID}/delete")
        assert len(services.calls_of("accounts.delete_customer_group")) == 1

    def test_a_used_one_says_who_is_in_it(self, browser, form_of, services):
        refusal = Conflict("Customers are in this group.", code="group_used")
        services.answer_with("accounts.delete_customer_group", refusal)
        client = browser(Role.PARTNER)
        page = client.get(f"/customer-groups/{ID}/delete")
        assert "1 customer is in this group" in visible_text(page)
        assert f"/customers?group_id={ID}" in text_of(page)

        answer = sent(client, form_of, f"/customer-groups/{ID}/delete")
        assert answer.status_code == 422
        assert "Customers are in this group." in visible_text(answer)


class TestOwnData:
    def test_a_customer_changes_its_own_and_keeps_its_group(
        self, browser, form_of, services, sample
    ):
        client = browser(Role.CUSTOMER)
        page = text_of(client.get("/my/data"))
        assert 'name="group_id"' not in page
        assert 'name="is_tester"' not in page

        left_empty = dict.fromkeys(("mobile", "country", "time_zone"), "")
        sent(client, form_of, "/my/data", **FORM, **left_empty, pin="1234")

        [(_, rpc_request)] = services.calls_of("accounts.update_customer")
        settings = rpc_request.settings
        assert (settings.group_id, settings.is_tester) == (UNSET, UNSET)
        assert rpc_request.pin == "1234"

    def test_its_users_are_reached_by_links(self, browser, services, sample):
        services.answer_with(
            "accounts.list_users", Page(items=[sample(UserView, name="TV")])
        )
        page = text_of(browser(Role.CUSTOMER).get("/my"))

        for address in (USER, f"{USER}/rename", f"{USER}/delete"):
            assert f'href="{address}"' in page
