"""Pages about sellers: made, found, changed, deleted, moved; their logins; visits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from answers import sent, text_of, visible_text

from gateway.app_context import app_context_of
from lineup.context import Actor, Role
from lineup.contracts.accounts.jobs import AccountJobState, AccountJobView, JobKind
from lineup.contracts.accounts.logins import LoginView
from lineup.contracts.accounts.seller_plans import SellerLimits
from lineup.contracts.accounts.sessions import SessionKind, SessionView, SignedIn
from lineup.contracts.accounts.tree import AccountKind, AccountView, Status
from lineup.contracts.paging import Page
from lineup.errors import Conflict, Forbidden, Invalid, NotFound

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"


@pytest.fixture
def dealer(services, sample):
    """The account every page is about: another one than the actor's."""
    view = sample(
        AccountView,
        id=UUID(OTHER),
        name="Stall",
        username="stall",
        kind=AccountKind.DEALER,
        state=Status.ACTIVE,
        time_zone="Europe/Riga",
    )
    services.answer_with("accounts.get_account", view)
    services.answer_with("accounts.list_accounts", Page(items=[view]))
    return view


class TestMaking:
    @pytest.mark.feature("UI-02")
    def test_a_dealer_is_made_from_the_providers_page(self, browser, form_of, services):
        client = browser(Role.PARTNER)
        assert "/providers/dealers/new" in text_of(client.get("/providers"))

        answer = sent(
            client,
            form_of,
            "/providers/dealers/new",
            name="Stall",
            username="stall",
            password="correct horse battery",
            email="stall@example.com",
        )

        assert answer.location == f"/accounts/{ID}"
        [(_, rpc_request)] = services.calls_of("accounts.create_account")
        assert (rpc_request.kind, rpc_request.name) == (AccountKind.DEALER, "Stall")
        assert rpc_request.login.username == "stall"

    def test_one_that_billing_has_not_heard_of_yet_has_its_page(
        self, browser, dealer, services
    ):
        services.answer_with("billing.get_balances", NotFound())

        answer = browser(Role.PARTNER).get(f"/accounts/{OTHER}")

        assert answer.status_code == 200
        assert "Outstanding balances cannot be shown right now" in visible_text(answer)

    def test_a_taken_name_is_told_at_its_field(self, browser, form_of, services):
        words = {"login.username": ["This username is already taken."]}
        services.answer_with(
            "accounts.create_account", Conflict(code="username_taken", fields=words)
        )
        answer = sent(
            browser(Role.PARTNER),
            form_of,
            "/providers/dealers/new",
            name="Stall",
            username="stall",
            password="correct horse battery",
        )
        assert answer.status_code == 422
        assert 'id="username-errors"><li>This username is already taken.' in text_of(
            answer
        )
        assert 'value="Stall"' in text_of(answer)
        assert "correct horse" not in text_of(answer)

    def test_lists_ask_for_their_kind_and_keep_their_state(self, browser, services):
        client = browser(Role.OPERATOR)
        for path, kind in (
            ("/providers", AccountKind.DEALER),
            ("/providers/resellers", AccountKind.RESELLER),
            ("/providers/partners", AccountKind.PARTNER),
        ):
            client.get(f"{path}?search=st&state=inactive&order=name")
            rpc_request = services.calls_of("accounts.list_accounts")[-1][1]
            assert (rpc_request.kind, rpc_request.search) == (kind, "st")
            assert (rpc_request.state, rpc_request.paging.order) == (
                Status.INACTIVE,
                "name",
            )


class TestChanging:
    @pytest.mark.feature("UI-03")
    def test_state_and_data_are_saved_in_one_go(
        self, browser, form_of, services, dealer
    ):
        answer = sent(
            browser(Role.PARTNER),
            form_of,
            f"/accounts/{OTHER}/edit",
            name="Stall",
            state="inactive",
            email="stall@example.org",
            time_zone="Europe/Riga",
            legal_name="Stall Ltd",
            country="LV",
        )
        assert answer.location == f"/accounts/{OTHER}"
        [(_, rpc_request)] = services.calls_of("accounts.update_account")
        assert rpc_request.state is Status.INACTIVE
        assert rpc_request.company.legal_name == "Stall Ltd"
        assert services.calls_of("accounts.set_account_state") == []

    @pytest.mark.feature("UI-03")
    def test_delete_leads_to_the_question_and_changes_nothing(
        self, browser, form_of, services, dealer
    ):
        answer = sent(
            browser(Role.PARTNER),
            form_of,
            f"/accounts/{OTHER}/edit",
            name="Stall",
            state="delete",
            time_zone="Europe/Riga",
        )
        assert answer.location == f"/accounts/{OTHER}/delete"
        assert services.calls_of("accounts.update_account") == []
        assert services.calls_of("accounts.delete_account") == []

    def test_nobody_switches_off_their_own_account(self, browser):
        page = text_of(browser(Role.DEALER).get("/settings"))
        assert 'name="state"' not in page


class TestDeleting:
    @pytest.mark.feature("UI-05")
    def test_it_says_what_goes_and_does_nothing_without_the_name(
        self, browser, form_of, services, dealer
    ):
        client = browser(Role.PARTNER)
        page = visible_text(client.get(f"/accounts/{OTHER}/delete"))
        assert "1 customer and 1 user will be deleted permanently" in page

        answer = sent(client, form_of, f"/accounts/{OTHER}/delete", typed="Stall")
        assert answer.status_code == 422
        assert services.calls_of("accounts.delete_account") == []

        answer = sent(client, form_of, f"/accounts/{OTHER}/delete", typed="stall")
        assert answer.location == f"/account-jobs/{ID}"
        [(_, rpc_request)] = services.calls_of("accounts.delete_account")
        assert rpc_request.confirmation == "stall"

    @pytest.mark.parametrize("state", AccountJobState)
    def test_progress_is_shown_until_it_is_over(self, state, browser, services, sample):
        job = sample(
            AccountJobView,
            kind=JobKind.DELETE,
            state=state,
            customers=5000,
            customers_done=1250,
        )
        services.answer_with("accounts.get_account_job", job)
        page = text_of(browser(Role.PARTNER).get(f"/account-jobs/{ID}"))
        is_running = state is AccountJobState.RUNNING
        assert ('max="5000" value="1250"' in page) == is_running
        assert ('<div id="progress" hx-get' in page) == is_running
        assert "1,250 of 5,000" in page


class TestMoving:
    def test_all_go_to_a_seller_of_the_same_partner(
        self, browser, form_of, services, dealer
    ):
        client = browser(Role.PARTNER)
        path = f"/customers/{ID}/move"
        answer = sent(client, form_of, path, to_account_id=OTHER)
        assert answer.location == f"/customers/{ID}"
        [(_, rpc_request)] = services.calls_of("accounts.move_customer")
        assert str(rpc_request.to_account_id) == OTHER
        rpc_request = services.calls_of("accounts.list_accounts")[-1][1]
        assert str(rpc_request.partner_id) == ID


class TestLogins:
    def test_a_login_is_switched_off_and_on(self, browser, form_of, services, dealer):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/accounts/{OTHER}/logins"))
        address = f"/accounts/{OTHER}/logins/{ID}/state"
        assert address not in page  # its own
        for state in ("inactive", "active"):
            hidden = form_of(page, "/sign-out")
            client.post(address, data=hidden | {"state": state})
        rpc_request = [
            a.state for _, a in services.calls_of("accounts.set_login_state")
        ]
        assert rpc_request == [Status.INACTIVE, Status.ACTIVE]

    def test_only_roles_that_may_be_made_are_offered(self, browser, services, sample):
        view = sample(AccountView, kind=AccountKind.PARTNER, login_roles=[Role.STAFF])
        services.answer_with("accounts.get_account", view)
        page = text_of(browser(Role.STAFF).get(f"/accounts/{OTHER}/logins/new"))
        assert 'value="staff"' in page
        assert 'value="partner"' not in page

    def test_roles_are_named_in_the_list(self, browser, services, sample, dealer):
        login = sample(LoginView, role=Role.DEALER, username="second")
        services.answer_with("accounts.list_logins", Page(items=[login]))
        assert "second" in visible_text(
            browser(Role.PARTNER).get(f"/accounts/{OTHER}/logins")
        )


@pytest.fixture
def visiting(services):
    """The partner has entered the dealer's account."""
    inside = Actor(
        role=Role.DEALER,
        scopes=(f"/{ID}/x/",),
        account_id=None,
        name="stall",
        on_behalf_of="partner",
    )
    services.roles["visit"] = inside
    ends = datetime(2026, 3, 2, 10, tzinfo=UTC) + timedelta(minutes=30)
    services.answer_with(
        "accounts.enter_account", SignedIn(token="visit", actor=inside, expires_at=ends)
    )
    return inside


class TestVisiting:
    def enter(self, client, form_of):
        hidden = form_of(text_of(client.get("/customers")), "/sign-out")
        return client.post(f"/accounts/{OTHER}/enter", data=hidden)

    @pytest.mark.feature("UI-12")
    def test_both_names_stand_on_every_page_with_a_way_out(
        self, browser, form_of, services, visiting, app
    ):
        client = browser(Role.PARTNER)
        self.enter(client, form_of)
        for path in ("/customers", "/settings/password", "/settings"):
            page = text_of(client.get(path))
            assert "<strong>partner</strong> is logged in as <strong>stall" in page
            assert 'action="/leave"' in page

        hidden = form_of(text_of(client.get("/customers")), "/leave")
        client.post("/leave", data=hidden)

        assert "is logged in as" not in text_of(client.get("/customers"))
        assert services.calls_of("accounts.sign_out")[-1][1].token == "visit"

    @pytest.mark.parametrize(
        ("pressed_on", "back"),
        [
            ("http://localhost/sellers?search=stall", "/sellers?search=stall"),
            ("http://elsewhere.example/sellers", "/"),
            ("", "/"),
        ],
    )
    def test_leaving_goes_back_to_where_one_was(
        self, browser, form_of, services, visiting, pressed_on, back
    ):
        client = browser(Role.PARTNER)
        hidden = form_of(text_of(client.get("/customers")), "/sign-out")
        path, headers = f"/accounts/{OTHER}/enter", {"Referer": pressed_on}
        client.post(path, data=hidden, headers=headers)
        client.get("/customers")

        hidden = form_of(text_of(client.get("/customers")), "/leave")
        assert client.post("/leave", data=hidden).location == back

    def test_when_it_is_over_one_is_oneself_again(
        self, browser, form_of, services, visiting, app
    ):
        client = browser(Role.PARTNER)
        self.enter(client, form_of)
        del services.roles["visit"]
        app_context_of(app).identities.evict_all()

        page = visible_text(client.get("/customers"))

        assert "You are back in your own account" in page
        assert "is logged in as" not in page

    def test_signing_out_ends_both(self, browser, form_of, services, visiting):
        client = browser(Role.PARTNER)
        self.enter(client, form_of)
        page = text_of(client.get("/customers"))
        client.post("/sign-out", data=form_of(page, "/sign-out"))
        ended = {
            rpc_request.token
            for _, rpc_request in services.calls_of("accounts.sign_out")
        }
        assert ended == {"visit", "token-of-partner"}

    def test_outside_ones_subtree_there_is_nothing(self, browser, form_of, services):
        services.answer_with("accounts.enter_account", NotFound())
        assert self.enter(browser(Role.PARTNER), form_of).status_code == 404

    def test_no_password_form_is_shown(self, browser, form_of, services, visiting):
        client = browser(Role.PARTNER)
        self.enter(client, form_of)
        page = text_of(client.get("/settings/password"))
        assert 'name="new_password"' not in page


class TestSwitchedOff:
    @pytest.mark.feature("AH-34")
    def test_an_open_page_is_told_so_and_sign_in_stays_open(
        self, browser, services, app
    ):
        client = browser(Role.DEALER)
        refusal = Forbidden("Switched off.", code="account_inactive")
        services.answer_with("accounts.identify", refusal)
        app_context_of(app).identities.evict_all()

        answer = client.get("/customers")
        assert (answer.status_code, "Switched off." in text_of(answer)) == (403, True)
        assert client.get("/sign-in").status_code == 200

    def test_even_when_sign_in_is_the_first_page(self, browser, services, app):
        client = browser(Role.DEALER)
        services.answer_with("accounts.identify", Forbidden(code="account_inactive"))
        app_context_of(app).identities.evict_all()
        assert client.get("/sign-in").status_code == 200


class TestSettings:
    def test_a_password_is_changed_and_this_session_goes_on(
        self, browser, form_of, services
    ):
        answer = sent(
            browser(Role.STAFF),
            form_of,
            "/settings/password",
            old_password="old one",
            new_password="a new long one",
            again="a new long one",
        )
        assert answer.location == "/settings/sessions"
        [(_, rpc_request)] = services.calls_of("accounts.change_password")
        assert (rpc_request.old_password, rpc_request.token) == (
            "old one",
            "token-of-staff",
        )

    def test_a_wrong_one_is_told_at_its_field(self, browser, form_of, services):
        words = {"old_password": ["The current password is incorrect."]}
        services.answer_with(
            "accounts.change_password", Invalid(code="password_wrong", fields=words)
        )
        answer = sent(
            browser(Role.CUSTOMER),
            form_of,
            "/settings/password",
            old_password="bad",
            new_password="abcd",
            again="abcd",
        )
        assert 'id="old_password-errors"' in text_of(answer)

    def test_a_token_is_shown_once_for_the_password(self, browser, form_of, services):
        client = browser(Role.PARTNER)
        page = text_of(sent(client, form_of, "/settings/tokens/new", password="right"))
        assert "token-of-partner" in page
        rpc_request = services.calls_of("accounts.sign_in")[-1][1]
        assert rpc_request.wants_token
        again = sent(client, form_of, "/settings/tokens/new", password="wrong")
        assert "This is not your password." in text_of(again)

    def test_sessions_are_ended_from_the_list(self, browser, form_of, services, sample):
        row = sample(SessionView, kind=SessionKind.TOKEN, is_current=False)
        services.answer_with("accounts.list_sessions", Page(items=[row]))
        client = browser(Role.PARTNER)
        page = text_of(client.get("/settings/sessions"))
        address = f"/settings/sessions/{ID}/end"
        client.post(address, data=form_of(page, address))
        [(_, rpc_request)] = services.calls_of("accounts.end_session")
        assert str(rpc_request.session_id) == ID

    def test_a_customer_chooses_the_zone_of_its_times(self, browser, form_of, services):
        answer = sent(
            browser(Role.CUSTOMER), form_of, "/settings", time_zone="Asia/Tokyo"
        )
        assert answer.location == "/settings"
        [(_, rpc_request)] = services.calls_of("accounts.set_time_zone")
        assert rpc_request.time_zone == "Asia/Tokyo"

    @pytest.mark.feature("UI-13")
    def test_the_next_page_shows_times_in_the_zone_just_chosen(
        self, browser, form_of, services
    ):
        client = browser(Role.CUSTOMER)
        token = "token-of-customer"
        assert "9:30" in visible_text(client.get("/my/messages"))
        services.roles[token] = replace(services.roles[token], time_zone="Asia/Tokyo")

        sent(client, form_of, "/settings", time_zone="Asia/Tokyo")

        assert "18:30" in visible_text(client.get("/my/messages"))

    @pytest.mark.feature("UI-13")
    def test_times_are_shown_in_ones_zone_and_kept_as_they_are(self, browser, services):
        client = browser(Role.PARTNER)
        assert "9:30" in visible_text(client.get("/providers"))
        token = "token-of-partner"
        services.roles[token] = replace(services.roles[token], time_zone="Asia/Tokyo")
        app_context_of(client.application).identities.evict_all()
        assert "18:30" in visible_text(client.get("/providers"))


@pytest.mark.feature("AH-37")
class TestSellerPlans:
    def test_one_is_made_changed_and_deleted(self, browser, form_of, services):
        client = browser(Role.PARTNER)
        new = "/seller-plans/new"
        answer = sent(client, form_of, new, name="Starter", most_customers="0")
        assert answer.location == "/seller-plans"
        [(_, made)] = services.calls_of("accounts.create_seller_plan")
        assert (made.name, made.most_customers, made.most_users) == ("Starter", 0, None)

        path = f"/seller-plans/{ID}/edit"
        sent(client, form_of, path, name="Larger", most_customers="", most_users="12")
        [(_, changed)] = services.calls_of("accounts.update_seller_plan")
        assert (changed.most_customers, changed.most_users) == (None, 12)

        sent(client, form_of, f"/seller-plans/{ID}/delete")
        assert len(services.calls_of("accounts.delete_seller_plan")) == 1

    def test_a_number_below_zero_is_told_at_its_field(self, browser, form_of):
        client = browser(Role.PARTNER)
        answer = sent(
            client, form_of, "/seller-plans/new", name="Starter", most_users="-1"
        )
        assert answer.status_code == 422
        assert 'id="most_users-errors"' in text_of(answer)

    def test_a_dealer_is_given_one_or_none(self, browser, form_of, services, dealer):
        client = browser(Role.PARTNER)
        path = f"/accounts/{OTHER}/seller-plan"
        answer = sent(client, form_of, path, seller_plan_id=ID)
        assert answer.location == f"/accounts/{OTHER}"
        sent(client, form_of, path, seller_plan_id="")
        given = services.calls_of("accounts.set_seller_plan")
        assert [str(one.seller_plan_id) for _, one in given] == [ID, "None"]

    def test_its_page_shows_what_it_has_of_what_it_may(
        self, browser, services, dealer, sample
    ):
        limits = sample(
            SellerLimits,
            seller_plan_id=UUID(ID),
            seller_plan_name="Starter",
            users=3,
            most_users=5,
            most_trials_per_day=2,
        )
        services.answer_with("accounts.get_seller_limits", limits)
        for role in (Role.PARTNER, Role.DEALER):
            page = visible_text(browser(role).get(f"/accounts/{OTHER}"))
            assert "Starter 3 of 5 users 2 trials per day" in page
            assert ("Change" in page) == (role is Role.PARTNER)
            assert "customers" not in page.split("Starter")[1].split("trials")[0]
