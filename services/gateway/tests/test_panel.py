"""The panel: who sees which page, forms that keep and tell, parts that go missing."""

import io
import re
import uuid
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from answers import sent, text_of, visible_text
from flask import g

from gateway.panel.guard import may_send
from lineup.blobs import BlobStore
from lineup.context import Feature, LinkStanding, Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.partner_packages import (
    Audience,
    OfferedPackage,
    OfferedPackages,
)
from lineup.contracts.accounts.tree import CompanyFound
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.contracts.billing.deletion_blockers import DeletionBlockers
from lineup.contracts.billing.subscriptions import SubscriptionState, SubscriptionView
from lineup.contracts.paging import Page
from lineup.errors import Invalid, NotFound, PaymentRequired, TooMany, Unavailable
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
NOBODY = None


@pytest.mark.feature("AH-24")
@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.OPERATOR, "/dashboard"),
        (Role.SUPPORT, "/dashboard"),
        (Role.PARTNER, "/dashboard"),
        (Role.STAFF, "/dashboard"),
        (Role.RESELLER_COMPANY, "/reselling/links"),
        (Role.RESELLER, "/dashboard"),
        (Role.DEALER, "/dashboard"),
        (Role.CUSTOMER, "/my"),
    ],
)
def test_one_page_signs_everybody_in_and_lands_by_role(browser, role, landing):
    client = browser(role)

    answer = client.get("/")
    assert answer.location == landing
    assert client.get(landing).status_code == 200


@pytest.mark.feature("UI-16")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    client = browser(Role.PARTNER)

    cookie = client.get_cookie("lineup")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert not cookie.secure
    assert "partner" not in cookie.value.split(".")[0]


def test_over_https_the_cookie_never_leaves_it(services, settings, blobs):
    from gateway.app import create_app

    secure = replace(settings, public_url="https://lineup.example")
    client = create_app(secure, services).test_client()

    cookie = client.get("/sign-in", base_url="https://lineup.example").headers[
        "Set-Cookie"
    ]
    assert cookie.startswith("__Host-lineup=")
    assert "Secure;" in cookie
    assert "Path=/" in cookie


HERE = {"base_url": "https://tv.example"}


@pytest.mark.parametrize("name", ["Nova TV", ""])
def test_before_sign_in_pages_bear_the_company_s_name_or_none(client, services, name):
    services.answer_with("accounts.find_company", CompanyFound(name=name))

    page = text_of(client.get("/sign-in", **HERE))

    assert f"<title>Sign in{' · Nova TV' if name else ''}</title>" in page
    assert page.count("Nova TV") == (2 if name else 0)
    assert "Lineup" not in page
    [(_, rpc_request)] = services.calls_of("accounts.find_company")
    assert rpc_request.address.startswith("https://tv.example")


def test_the_name_at_an_address_is_asked_for_once_in_a_while(client, services):
    for address in ("https://tv.example", "https://tv.example", "https://b.example"):
        client.get("/sign-in", base_url=address)

    rpc_request = [one.address for _, one in services.calls_of("accounts.find_company")]
    assert rpc_request == ["https://tv.example", "https://b.example"]


@pytest.mark.parametrize("failure", ["refused", "silent", "broken"])
def test_a_name_that_nobody_can_tell_keeps_nobody_out(client, services, failure):
    verb = "accounts.find_company"
    if failure == "silent":
        services.silent.add(verb)
    services.answer_with(verb, Exception if failure == "broken" else Invalid())

    answer = client.get("/sign-in", **HERE)

    assert answer.status_code == 200
    assert "Lineup" not in text_of(answer)


def test_nothing_a_customer_sees_bears_our_name(browser, services, pages):
    client = browser(Role.CUSTOMER)
    theirs = services.roles["token-of-customer"]
    services.roles["token-of-customer"] = replace(theirs, company="Nova TV")
    seen = [path for path, methods, roles in pages if Role.CUSTOMER in roles]

    for path in ("/nothing", *seen):
        assert b"Lineup" not in client.get(path).data, path
    assert "· Nova TV</title>" in text_of(client.get("/my"))


def test_a_wrong_password_keeps_the_name_and_says_so(client, form_of):
    answer = sent(client, form_of, "/sign-in", username="partner", password="wrong")

    assert answer.status_code == 422
    assert 'value="partner"' in text_of(answer)
    assert "wrong" not in text_of(answer).lower().replace(
        "wrong name or password", ""
    ).replace('class="field wrong"', "")
    assert "Wrong name or password." in visible_text(answer)


def test_who_must_wait_is_told_until_when_and_types_the_name_once(
    client, form_of, services
):
    refusal = TooMany("Try again in 4 minutes.", details={"retry_after": 240})
    services.answer_with("accounts.sign_in", refusal)

    answer = sent(client, form_of, "/sign-in", username="partner", password="wrong")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "240"
    assert 'value="partner"' in text_of(answer)
    assert "Try again in 4 minutes." in visible_text(answer)
    [(_, rpc_request)] = services.calls_of("accounts.sign_in")
    assert rpc_request.address == "127.0.0.1"


def test_every_form_that_comes_too_soon_says_so(browser, form_of, services):
    refusal = TooMany("Try again in 2 seconds.", details={"retry_after": 2})
    client = browser(Role.PARTNER)
    services.answer_with("accounts.change_password", refusal)
    services.answer_with("accounts.sign_in", refusal)
    for path, fields in (
        (
            "/settings/password",
            {"old_password": "x", "new_password": "y" * 12, "again": "y" * 12},
        ),
        ("/settings/tokens/new", {"password": "x"}),
    ):
        answer = sent(client, form_of, path, **fields)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2"), path
        assert "Try again in 2 seconds." in visible_text(answer)


def test_after_sign_in_one_goes_on_where_one_wanted(client, form_of):
    rpc_request = client.get("/customers?search=ana")
    assert rpc_request.location == "/sign-in?next=/customers?search%3Dana"

    answer = sent(
        client, form_of, rpc_request.location, username="partner", password="right"
    )
    assert answer.location == "/customers?search=ana"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/.//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\r\n/evil.example",
        "/\x00/evil.example",
        "/\x85/evil.example",
        "//[",
        "//[::1",
        "javascript:alert(1)",
        "/customers\r\nSet-Cookie: a=b",
        "/" + "a" * 5000,
        "x",
        "",
    ],
)
def test_after_sign_in_nobody_is_sent_elsewhere(client, form_of, elsewhere):
    address = f"/sign-in?{urlencode({'next': elsewhere})}"

    answer = sent(client, form_of, address, username="partner", password="right")

    assert answer.location == "/dashboard"


def test_sign_out_ends_the_session_at_accounts(browser, form_of, services):
    client = browser(Role.PARTNER)
    page = text_of(client.get("/customers"))

    client.post("/sign-out", data=form_of(page, "/sign-out"))

    [(_, rpc_request)] = services.calls_of("accounts.sign_out")
    assert rpc_request.token == "token-of-partner"
    assert client.get("/customers").location.startswith("/sign-in")


def test_a_session_that_ended_elsewhere_is_over(browser, services, app):
    from gateway.app_context import app_context_of

    client = browser(Role.PARTNER)
    assert client.get("/customers").status_code == 200
    services.roles.clear()
    app_context_of(app).identities.evict_all()

    assert client.get("/customers").location.startswith("/sign-in")


@pytest.mark.feature("AH-02")
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_every_page_is_there_for_its_roles_and_for_no_others(browser, pages, role):
    client = browser(role)
    rpc_request = 0
    for path, methods, roles in pages:
        if "GET" not in methods:
            continue
        answer = client.get(path)
        if (onward := answer.location or "").startswith(("/users/", "/customers/")):
            answer = client.get(onward)  # to the only user, or the own users
        expected = 200 if role in roles else 403
        assert answer.status_code == expected, (path, role, visible_text(answer))
        content = answer.get_data()
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        assert is_file or b"csrf_token" in content, path
        rpc_request += 1
    assert rpc_request > 25


VISITED = (Role.PARTNER, Role.RESELLER_COMPANY, Role.DEALER, Role.CUSTOMER)


@pytest.mark.parametrize(
    ("role", "standing"),
    [
        *((role, {}) for role in sorted(set(Role) - {Role.SYSTEM})),
        *((role, {"on_behalf_of": "anna", "login_id": None}) for role in VISITED),
        (Role.RESELLER, {"link": LinkStanding.ENDED}),
        (Role.STAFF, {"permissions": ()}),
        (Role.DEALER, {"permissions": ()}),
        (Role.PARTNER, {"is_locked": True}),
        (Role.RESELLER_COMPANY, {"is_locked": True}),
    ],
)
def test_no_page_leads_to_one_that_is_closed(
    browser, services, pages, app, role, standing
):
    client = browser(role)
    actor = replace(services.roles[f"token-of-{role.value}"], **standing)
    services.roles[f"token-of-{role.value}"] = actor
    found = {}
    for path, methods, roles in pages:
        if "GET" in methods and role in roles:
            page = client.get(path).get_data().decode(errors="replace")
            for address in re.findall(r'(?:href|action)="(/[^"#]*)', page):
                found.setdefault(address, path)
    with app.test_request_context():
        g.actor = actor
        closed = {one: path for one, path in found.items() if not may_send(one)}
    assert len(found) > 10
    assert not closed


def test_no_page_is_there_before_sign_in(client, pages):
    for path, methods, _ in pages:
        method = "GET" if "GET" in methods else "POST"
        answer = client.open(path, method=method)
        assert answer.location.startswith("/sign-in"), path


@pytest.mark.feature("UI-16")
def test_no_form_is_taken_without_its_token(browser, pages, services):
    client = browser(Role.PARTNER)
    services.calls.clear()
    refused = 0
    for path, methods, roles in pages:
        if "POST" in methods and Role.PARTNER in roles:
            answer = client.post(path, data={"name": "x"})
            assert (answer.status_code, "csrf" in text_of(answer)) == (403, True), path
            refused += 1
    assert refused > 15
    assert {verb for verb, *_ in services.calls} <= {"accounts.identify"}


@pytest.mark.feature("UI-16")
def test_every_page_forbids_inline_script_and_style(browser, pages):
    client = browser(Role.PARTNER)
    for path, methods, roles in pages:
        if "GET" in methods and Role.PARTNER in roles:
            answer = client.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            page = answer.get_data().decode(errors="replace")
            assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page)
            assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_sent_twice_carries_one_key(browser, form_of, services):
    client = browser(Role.PARTNER)
    hidden = form_of(text_of(client.get(f"/customers/{ID}/top-up")))
    for _ in range(2):
        client.post(f"/customers/{ID}/top-up", data=hidden | {"amount": "9.00"})

    first, second = services.calls_of("billing.top_up")
    assert first[0].idempotency_key == second[0].idempotency_key
    assert first[0].request_digest == second[0].request_digest
    assert first[1].amount == Money.of("9.00 EUR")


@pytest.mark.parametrize("amount", ["", "9,00,", "-9", "1e3", "x"])
def test_what_is_no_amount_is_told_at_its_field(browser, form_of, services, amount):
    client = browser(Role.PARTNER)

    answer = sent(client, form_of, f"/customers/{ID}/top-up", amount=amount)

    assert answer.status_code == 422
    assert 'id="amount-errors"' in text_of(answer)
    assert services.calls_of("billing.top_up") == []


def test_names_are_shown_as_text(browser, services, sample):
    view = sample(UserView, name="<b>&TV")
    services.answer_with("accounts.list_users", Page(items=[view]))

    page = text_of(browser(Role.PARTNER).get(f"/customers/{ID}/users"))

    assert "&lt;b&gt;&amp;TV" in page
    assert "<b>&TV" not in page


@pytest.mark.parametrize(
    ("role", "address", "missing"),
    [
        (Role.PARTNER, f"/users/{ID}", "The subscription"),
        (Role.CUSTOMER, "/my", "The balance"),
    ],
)
def test_while_billing_is_away_the_rest_of_the_page_works(
    browser, services, role, address, missing
):
    client = browser(role)
    services.silent.add("billing")
    services.calls.clear()

    answer = client.get(address)

    assert services.calls_share_one_limit()
    assert answer.status_code == 200
    assert "/p/text.m3u8" in text_of(answer)
    assert f"{missing} cannot be shown right now" in visible_text(answer)


@pytest.mark.parametrize(
    ("address", "verb"),
    [
        ("/customers", "accounts.list_customers"),
        ("/providers", "accounts.list_accounts"),
        ("/products", "billing.list_products"),
        ("/shops", "billing.list_shops"),
        ("/channels", "playlists.list_channels"),
        ("/packages", "playlists.list_packages"),
        ("/guide/sources", "playlists.list_guide_sources"),
        ("/deliveries", "notifications.list_deliveries"),
    ],
)
def test_a_list_says_when_it_is_empty_and_when_its_service_is_away(
    browser, services, address, verb
):
    client = browser(Role.PARTNER)
    services.answer_with(verb, Page(items=[]))
    assert 'class="empty"' in text_of(client.get(address))

    services.answer_with(verb, Unavailable(code="service_unavailable"))
    answer = client.get(address)
    assert answer.status_code == 200
    assert "cannot be shown right now" in visible_text(answer)


def test_a_list_leads_to_its_next_page_and_keeps_the_search(browser, services, sample):
    page = Page(items=[sample(CustomerView)], next_after=sample(CustomerView).id)
    services.answer_with("accounts.list_customers", page)

    shown = text_of(browser(Role.PARTNER).get("/customers?search=ana"))

    assert f'href="/customers?search=ana&amp;after={ID}&amp;from=2"' in shown
    assert 'value="ana"' in shown


def running(sample, **fields):
    return sample(SubscriptionView, state=SubscriptionState.RUNNING, **fields)


def test_stopping_shows_first_what_comes_back(browser, form_of, services):
    client = browser(Role.CUSTOMER)
    address = f"/subscriptions/{ID}/stop"

    rpc_request = client.get(address)
    assert "9.00 EUR will be refunded to the balance" in visible_text(rpc_request)
    assert services.calls_of("billing.stop_subscription") == []

    answer = sent(client, form_of, address)
    assert answer.location == "/my"
    assert len(services.calls_of("billing.stop_subscription")) == 1


@pytest.mark.feature("CU-24")
def test_deleting_a_running_user_is_refused_in_words(browser, form_of, services):
    client = browser(Role.PARTNER)
    running = DeletionBlockers(balances=[], running=1, subscriptions=[])
    services.answer_with("billing.get_deletion_blockers", running)

    answer = sent(client, form_of, f"/users/{ID}/delete")

    assert answer.status_code == 422
    assert "Stop the active subscription first." in visible_text(answer)
    assert services.calls_of("accounts.delete_user") == []


def for_sale(sample):
    plan = sample(PlanView, is_retired=False, name="Month")
    return Page(items=[sample(ProductView, plans=[plan], name="Family")])


def test_a_plan_is_bought_from_the_balance(browser, form_of, services, sample):
    services.answer_with("billing.list_products", for_sale(sample))
    client = browser(Role.CUSTOMER)
    page = visible_text(client.get(f"/users/{ID}/buy"))
    assert "Family, Month" in page
    assert "Buy for 9.00 EUR" in page

    answer = sent(client, form_of, f"/users/{ID}/buy", plan_id=ID)

    assert answer.location == "/my"
    [(context, rpc_request)] = services.calls_of("billing.purchase")
    assert (str(rpc_request.plan_id), str(rpc_request.user_id)) == (ID, ID)
    assert context.idempotency_key


def test_too_little_money_is_told_at_the_form(browser, form_of, services, sample):
    services.answer_with("billing.list_products", for_sale(sample))
    services.answer_with("billing.purchase", PaymentRequired("5.00 EUR are missing."))

    answer = sent(browser(Role.CUSTOMER), form_of, f"/users/{ID}/buy", plan_id=ID)

    assert answer.status_code == 422
    assert "5.00 EUR are missing." in visible_text(answer)


def test_the_renewal_switch_is_a_button(browser, form_of, services, sample):
    subscriptions = Page(items=[running(sample, renews=True)])
    services.answer_with("billing.list_subscriptions", subscriptions)
    client = browser(Role.CUSTOMER)
    page = text_of(client.get("/my"))

    client.post(f"/users/{ID}/renewal", data=form_of(page, f"/users/{ID}/renewal"))

    [(_, rpc_request)] = services.calls_of("billing.switch_renewal")
    assert rpc_request.renews is False


def test_a_list_is_imported_as_a_file_and_its_job_is_shown(
    browser, form_of, services, settings
):
    client = browser(Role.PARTNER)
    file = (io.BytesIO(b"#EXTM3U\n"), "list.m3u")

    answer = sent(client, form_of, "/channels/import", file=file)

    assert answer.location == f"/jobs/{ID}"
    [(_, rpc_request)] = services.calls_of("playlists.import_channels")
    assert BlobStore(settings.blob_url).read(rpc_request.upload) == b"#EXTM3U\n"
    assert 'http-equiv="refresh"' in text_of(client.get(f"/jobs/{ID}"))


def test_a_list_is_imported_from_an_address(browser, form_of, services):
    client = browser(Role.PARTNER)

    sent(client, form_of, "/channels/import", address="https://example.org/x.m3u")

    [(_, rpc_request)] = services.calls_of("playlists.import_channels")
    assert (rpc_request.upload, rpc_request.address) == (
        "",
        "https://example.org/x.m3u",
    )


def test_a_file_above_the_limit_is_refused(browser, form_of):
    client = browser(Role.PARTNER)
    body = b"x" * (3 << 20)

    answer = client.post(
        "/channels/import",
        data=body,
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.status_code == 413


def test_a_shops_secret_is_sealed_and_never_shown(browser, form_of, services, app):
    from gateway.app_context import app_context_of

    fields = {
        "kind": "woocommerce",
        "name": "Shop",
        "secret": "s3cret",
        "currency": "EUR",
        "other_product": "list",
    }

    answer = sent(browser(Role.PARTNER), form_of, "/shops/new", **fields)

    assert "is connected" in visible_text(answer)
    assert "s3cret" not in text_of(answer)
    [(_, rpc_request)] = services.calls_of("billing.connect_shop")
    assert app_context_of(app).keyring.open(rpc_request.secret) == "s3cret"


def test_the_operator_says_for_which_partner(browser, form_of, services):
    client = browser(Role.OPERATOR)
    assert 'name="partner_id"' in text_of(client.get("/packages/new"))

    sent(client, form_of, "/packages/new", name="All", partner_id=ID)

    [(_, rpc_request)] = services.calls_of("playlists.create_package")
    assert str(rpc_request.partner_id) == ID


def test_what_is_not_ours_is_not_found(browser, services):
    services.answer_with("accounts.get_customer", NotFound())

    answer = browser(Role.PARTNER).get(f"/customers/{ID}")

    assert answer.status_code == 404


@pytest.mark.feature("PR-14", "PL-01")
class TestJoining:
    def test_packages_are_offered_to_everybody(self, client):
        page = visible_text(client.get("/join"))

        assert "Small" in page
        assert "20.00 EUR" in page
        assert "500 customers" in page
        assert "Choose Small" in page

    @pytest.mark.feature("PL-14")
    def test_a_reseller_chooses_a_package_of_its_own(self, client, services, sample):
        resale = sample(
            OfferedPackage,
            id=uuid.UUID(ID),
            offered_to=Audience.RESELLERS,
            most_sellers=2,
        )
        offered = OfferedPackages(packages=[resale])
        services.answer_with("accounts.list_offered_packages", offered)
        page = visible_text(client.get("/join"))
        assert "For resellers" in page
        assert "For partners" not in page
        assert "2 sellers" not in page
        page = visible_text(client.get(f"/join/{ID}"))
        assert "Offer my products to resellers" not in page
        assert "Currency" not in page

    def test_registering_takes_a_package_that_is_offered(self, client):
        assert client.get(f"/join/{ID}").status_code == 200
        assert client.get(f"/join/{ID[:-1]}2").status_code == 404

    def test_what_is_missing_is_told_at_its_field(self, client, form_of, services):
        answer = sent(client, form_of, f"/join/{ID}", company="Nord")

        assert answer.status_code == 422
        assert services.calls_of("accounts.register_partner") == []

    def test_what_is_entered_is_asked_with_the_address(self, client, form_of, services):
        whole = {
            "company": "Nord",
            "company_number": "1",
            "contact": "Eva",
            "email": "eva@nord.example",
            "country": "NL",
            "time_zone": "UTC",
        }
        answer = sent(client, form_of, f"/join/{ID}", **whole)

        assert answer.location == "/join/welcome", visible_text(answer)
        [(_, rpc_request)] = services.calls_of("accounts.register_partner")
        assert (str(rpc_request.package_id), rpc_request.company) == (ID, "Nord")
        assert rpc_request.address == "127.0.0.1"


@pytest.mark.feature("PL-05", "PL-06")
def test_who_has_not_paid_sees_payment_export_and_help_alone(browser, services, pages):
    client = browser(Role.PARTNER)
    theirs = services.roles["token-of-partner"]
    services.roles["token-of-partner"] = replace(theirs, is_locked=True)

    assert client.get("/").location == "/package"
    assert "locked because payment is due" in visible_text(client.get("/package"))
    opened = set()
    for path, methods, roles in pages:
        if "GET" in methods and Role.PARTNER in roles:
            answer = client.get(path)
            answer.get_data()
            if answer.status_code == 200:
                opened.add("/".join(path.split("/")[:3]))
            else:
                assert answer.status_code == 402, path
    assert opened == {
        "/package",
        "/package/export.zip",
        f"/package/{ID}",
        "/help/",
        "/help/glossary",
        "/settings/password",
        "/settings/second-factor",
        "/settings/sessions",
        "/settings/support",
        "/sign-in/code",
    }


def test_who_has_not_paid_is_told_so_by_the_api(api, services):
    theirs = services.roles["token-of-partner"]
    services.roles["token-of-partner"] = replace(theirs, is_locked=True)

    refused = api("GET", "/customers", Role.PARTNER)
    assert (refused.status_code, refused.json["code"]) == (402, "payment_required")
    assert api("GET", "/partnership", Role.PARTNER).status_code == 200
    assert api("GET", "/me", Role.PARTNER).status_code == 200


@pytest.mark.feature("PL-04")
def test_a_package_without_the_api_has_none(api, services):
    theirs = services.roles["token-of-partner"]
    services.roles["token-of-partner"] = replace(theirs, lacks=(Feature.API,))

    refused = api("GET", "/customers", Role.PARTNER)
    assert (refused.status_code, refused.json["code"]) == (409, "package_limit")
