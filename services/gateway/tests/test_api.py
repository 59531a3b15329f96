"""What the endpoints of the REST API read, ask and say."""

import io
import re
import time
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.api.endpoints import ROLES
from gateway.app import create_app
from lineup.blobs import BlobStore
from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.membership import CreatedCustomer
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.billing.shops import ConnectShop
from lineup.contracts.billing.subscriptions import Purchase
from lineup.contracts.billing.wallets import Booked, EntryView
from lineup.contracts.paging import Page
from lineup.delivery import token_name
from lineup.errors import NotFound, PreconditionFailed, TooMany
from lineup.money import Money
from lineup.secrets import Keyring
from lineup.verbs import verb_of

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
TEN = {"amount": "10.00", "currency": "EUR"}
PERSON = {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@example.org"}


CREDENTIALS = {"username": "partner", "password": "right"}


def test_signing_in_gives_a_token_and_who_it_is(api, services):
    body = {"username": "partner", "password": "right"}

    answer = api("POST", "/tokens", role=None, json=body)

    received = answer.get_json()
    assert answer.status_code == 201
    assert (received["token"], received["me"]["role"]) == (
        "token-of-partner",
        "partner",
    )
    [(_, rpc_request)] = services.calls_of("accounts.sign_in")
    assert rpc_request.wants_token


def test_a_signed_out_token_is_forgotten_at_once(api, services):
    assert api("GET", "/me").status_code == 200
    assert api("DELETE", "/tokens/current").status_code == 204
    services.roles.clear()

    assert api("GET", "/me").status_code == 401


def test_who_is_behind_a_token_is_remembered_for_a_while(api, services):
    for _ in range(3):
        api("GET", "/me")

    assert len(services.calls_of("accounts.identify")) == 1


def test_the_path_and_the_body_make_one_question(api, services):
    api("PATCH", f"/customers/{ID}", json={"person": PERSON})

    [(context, rpc_request)] = services.calls_of("accounts.update_customer")
    assert (str(rpc_request.customer_id), rpc_request.person.first_name) == (ID, "Ana")
    assert context.actor.role is Role.PARTNER


def test_a_new_customer_comes_with_its_user_its_links_and_its_password_once(
    api, services, sample, settings
):
    sealed = Keyring([settings.lineup_secret_keys]).seal("Rain-in-May-7")
    user = sample(UserView)
    made = sample(CreatedCustomer, users=[user], generated_password=sealed)
    services.answer_with("accounts.create_customer", made)

    received = api("POST", "/customers", json={"person": PERSON}).get_json()

    [card] = received["users"]
    assert card["id"] == str(user.id)
    assert card["playlist_url"].endswith(f"/p/{user.token}.m3u8")
    assert card["xtream"]["password"] == "player-password"
    assert received["login"] == {"username": "text", "password": "Rain-in-May-7"}
    again = api("GET", f"/customers/{ID}").get_json()
    assert {"users", "login"}.isdisjoint(again)


def test_a_password_that_was_chosen_is_not_told(api):
    received = api("POST", "/customers", json={"person": PERSON}).get_json()

    assert (received["login"]["password"], received["users"]) == (None, [])


@pytest.mark.parametrize(
    ("path", "verb", "body"),
    [
        (f"/customers/{ID}/top-ups", "top_up", {"amount": TEN}),
        (f"/customers/{ID}/payouts", "pay_out", {"amount": TEN}),
        (f"/transfers/{ID}/correction", "correct_booking", {"reason": "twice"}),
    ],
)
def test_a_booking_is_answered_with_its_line(api, services, sample, path, verb, body):
    booking = sample(EntryView, id=UUID(OTHER))
    services.answer_with(f"billing.{verb}", sample(Booked, booking=booking))

    answer = api("POST", path, json=body)

    assert (answer.status_code, answer.get_json()["id"]) == (201, OTHER)
    assert answer.get_json()["balance_after"] == {"amount": "9.00", "currency": "EUR"}


def test_money_is_text_in_its_currency_both_ways(api, services):
    amount = {"amount": "12.50", "currency": "EUR"}

    answer = api("POST", f"/customers/{ID}/top-ups", json={"amount": amount})

    assert answer.get_json()["amount"] == {"amount": "9.00", "currency": "EUR"}
    [(_, rpc_request)] = services.calls_of("billing.top_up")
    assert rpc_request.amount == Money.of("12.50 EUR")


@pytest.mark.parametrize(
    "amount", ["1.005", "1e3", "NaN", "", "9,00", 9, None, "1" * 30]
)
def test_what_is_no_amount_is_refused(api, services, amount):
    body = {"amount": {"amount": amount, "currency": "EUR"}}

    answer = api("POST", f"/customers/{ID}/top-ups", json=body)

    assert answer.status_code == 422
    assert set(answer.get_json()["fields"]) == {"amount.amount"}
    assert services.calls_of("billing.top_up") == []


def test_a_page_names_the_next_one_twice(api, services, sample):
    page = Page(items=[sample(ProductView)], next_after=sample(ProductView).id)
    services.answer_with("billing.list_products", page)

    answer = api("GET", "/products?limit=1")

    assert answer.get_json()["next_after"] == ID
    address = f"http://lineup.example/api/v1/products?limit=1&after={ID}"
    assert answer.headers["Link"] == f'<{address}>; rel="next"'
    [(_, rpc_request)] = services.calls_of("billing.list_products")
    assert (rpc_request.paging.limit, rpc_request.paging.after) == (1, None)


def test_the_last_page_names_no_other(api):
    answer = api("GET", "/products")

    assert answer.get_json()["next_after"] is None
    assert "Link" not in answer.headers


def test_a_search_fits_an_address_even_escaped(api, services):
    answer = api(
        "GET", "/customers", query_string={"search": "\N{GRINNING FACE}" * 201}
    )

    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == ["search"]


def test_a_search_is_asked_for(api, services):
    api("GET", f"/customers?search=ana&after={OTHER}")

    [(_, rpc_request)] = services.calls_of("accounts.list_customers")
    assert (rpc_request.search, str(rpc_request.paging.after)) == ("ana", OTHER)


@pytest.mark.feature("AP-07")
def test_an_idempotency_key_travels_with_the_call(api, services):
    body = {"user_id": ID, "plan_id": ID}

    api("POST", "/subscriptions", json=body, headers={"Idempotency-Key": "k-1"})
    api("POST", "/subscriptions", json=body)

    (keyed, _), (bare, _) = services.calls_of("billing.purchase")
    assert keyed.idempotency_key == "k-1"
    assert bare.idempotency_key is None


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\x7f"])
def test_a_key_that_cannot_be_one_is_refused(api, services, key):
    body = {"user_id": ID, "plan_id": ID}

    answer = api("POST", "/subscriptions", json=body, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.get_json()["code"]) == (
        422,
        "bad_idempotency_key",
    )
    assert services.calls_of("billing.purchase") == []


def test_the_same_secret_with_the_same_key_is_the_same_request(api, services, app):
    shop = {
        "kind": "woocommerce",
        "name": "Shop",
        "secret": "s3cret",
        "currency": "EUR",
    }
    for secret in ("s3cret", "s3cret", "other"):
        headers = {"Idempotency-Key": "shop-1"}
        api("POST", "/shops", json={**shop, "secret": secret}, headers=headers)

    first, again, other = services.calls_of("billing.connect_shop")
    assert first[0].request_digest == again[0].request_digest
    assert first[0].request_digest != other[0].request_digest
    assert first[1].secret != again[1].secret
    assert "s3cret" not in first[1].secret
    assert ConnectShop.__name__


def test_a_user_shows_its_link_and_xtream_data(api):
    received = api("GET", f"/users/{ID}").get_json()

    assert received["playlist_url"] == "text/p/text.m3u8"
    assert received["xtream"] == {
        "address": "text",
        "username": "text",
        "password": "player-password",
    }
    assert "token" not in received
    assert "scope" not in received


def test_an_address_of_its_own_is_not_needed(api, services, sample):
    services.answer_with("accounts.get_user", sample(UserView, public_url=""))

    received = api("GET", f"/users/{ID}").get_json()

    assert received["playlist_url"] == "http://lineup.example/p/text.m3u8"


@pytest.mark.parametrize(
    ("role", "password", "link"),
    [
        (Role.SUPPORT, None, None),
        (Role.DEALER, "player-password", "text/p/text"),
        (Role.CUSTOMER, "player-password", "text/p/text"),
    ],
)
def test_support_sees_no_players_password_nor_where_it_stands(
    api, role, password, link
):
    [user] = api("GET", "/users", role).get_json()["items"]

    assert user["xtream"]["password"] == password
    assert user["playlist_url"] == (link and f"{link}.m3u8")
    assert user["guide_url"] == (link and f"{link}.xml")


def test_a_new_user_is_shown_when_its_link_answers(
    api, services, settings, sample, put_link
):
    services.answer_with("accounts.create_user", sample(UserView, token="new"))
    store = BlobStore(settings.blob_url)

    def late(context, request):
        put_link(store, "new")
        return sample(UserView, token="new")

    services.answer_with("accounts.create_user", late)
    answer = api("POST", f"/customers/{ID}/users", json={"name": "TV"})

    assert answer.status_code == 201
    assert store.has(token_name("new"))


def test_a_link_that_stays_away_holds_the_answer_up_for_two_seconds_only(
    api, services, sample
):
    services.answer_with("accounts.create_user", sample(UserView, token="never"))
    began = time.monotonic()

    answer = api("POST", f"/customers/{ID}/users", json={"name": "TV"})

    assert answer.status_code == 201
    assert 1.9 < time.monotonic() - began < 8


def test_a_purchase_waits_for_billing_to_hear_of_the_user(api, services, sample):
    answers = [
        *[NotFound(code="user_not_found")] * 2,
        verb_of(Purchase),
    ]

    def slowly(context, request):
        answer = answers.pop(0)
        return answer if isinstance(answer, NotFound) else sample(answer.reply)

    services.answer_with("billing.purchase", slowly)
    body = {"user_id": ID, "plan_id": ID}
    headers = {"Idempotency-Key": "k"}

    assert api("POST", "/subscriptions", json=body, headers=headers).status_code == 201
    keys = {
        context.idempotency_key for context, _ in services.calls_of("billing.purchase")
    }
    assert keys == {"k"}


def test_a_purchase_for_nobody_is_404_without_waiting(api, services):
    services.answer_with("billing.purchase", NotFound(code="user_not_found"))
    services.answer_with("accounts.get_user", NotFound())

    answer = api("POST", "/subscriptions", json={"user_id": ID, "plan_id": ID})

    assert answer.status_code == 404
    assert len(services.calls_of("billing.purchase")) == 1


def test_an_unknown_plan_is_404_without_waiting(api, services):
    services.answer_with("billing.purchase", NotFound(code="plan_not_found"))

    answer = api("POST", "/subscriptions", json={"user_id": ID, "plan_id": ID})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "plan_not_found")
    assert len(services.calls_of("billing.purchase")) == 1


def test_an_uploaded_list_lies_in_the_store_for_the_worker(api, services, settings):
    content = b"#EXTM3U\n" * 1000
    fields = {"file": (io.BytesIO(content), "list.m3u")}

    answer = api("POST", f"/channel-imports/file?package_id={ID}", data=fields)

    assert answer.status_code == 202
    [(_, rpc_request)] = services.calls_of("playlists.import_channels")
    assert str(rpc_request.package_id) == ID
    assert rpc_request.upload.startswith("uploads/")
    assert BlobStore(settings.blob_url).read(rpc_request.upload) == content


def test_a_guide_is_uploaded_with_its_name(api, services):
    fields = {"file": (io.BytesIO(b"<tv/>"), "guide.xml")}

    answer = api("POST", "/guide-sources/file?name=Ours&shift_minutes=60", data=fields)

    assert answer.status_code == 201, answer.get_json()
    [(_, rpc_request)] = services.calls_of("playlists.create_guide_source")
    assert (rpc_request.name, rpc_request.shift_minutes) == ("Ours", 60)


def test_an_empty_upload_is_refused(api, services):
    fields = {"file": (io.BytesIO(b""), "list.m3u")}

    answer = api("POST", "/channel-imports/file", data=fields)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "empty_upload")
    assert services.calls_of("playlists.import_channels") == []


@pytest.mark.feature("IE-13")
def test_an_upload_above_the_limit_is_refused(api, services):
    body = b"x" * (3 << 20)
    kind = "multipart/form-data; boundary=b"

    answer = api("POST", "/channel-imports/file", data=body, content_type=kind)

    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert services.calls_of("playlists.import_channels") == []


def test_nobody_names_a_blob_of_somebody_else(api):
    answer = api("POST", "/channel-imports", json={"upload": "uploads/x"})

    assert answer.status_code == 422


def test_who_must_wait_is_told_for_how_long(api, services):
    refusal = TooMany("Try again in 4 minutes.", details={"retry_after": 240})
    services.answer_with("accounts.sign_in", refusal)

    answer = api("POST", "/tokens", role=None, json=CREDENTIALS)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "240"
    received = answer.get_json()
    assert received["code"] == "too_many_requests"
    assert received["message"] == "Try again in 4 minutes."
    assert received["details"] == {"retry_after": 240}


def test_the_gateway_itself_holds_nobody_up(api):
    wrong = CREDENTIALS | {"password": "wrong"}
    received = [api("POST", "/tokens", role=None, json=wrong) for _ in range(40)]
    received += [api("POST", "/tokens", role=None, json=CREDENTIALS)]

    assert [answer.status_code for answer in received] == [401] * 40 + [201]


@pytest.mark.feature("DC-09")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
    ],
)
def test_accounts_hears_the_address_that_trusted_proxies_tell(
    services, settings, blobs, proxies, forwarded, address
):
    behind = replace(settings, trusted_proxies=proxies)
    client = create_app(behind, services).test_client()

    client.post(
        "/api/v1/tokens", json=CREDENTIALS, headers={"X-Forwarded-For": forwarded}
    )

    [(_, rpc_request)] = services.calls_of("accounts.sign_in")
    assert rpc_request.address == address


def filled(rule):
    return rule.replace("/api/v1", "", 1).split("<")[0] + ID if "<" in rule else rule


@pytest.mark.feature("AH-02")
def test_every_role_passes_the_endpoints_that_are_its_own_and_no_others(api, app):
    rpc_request = 0
    for rule in app.url_map.iter_rules():
        roles = ROLES.get(rule.endpoint)
        if not roles:
            continue
        with app.test_request_context():
            path = rule.build(dict.fromkeys(rule.arguments, ID))[1]
        [method] = rule.methods - {"HEAD", "OPTIONS"}
        for role in set(Role) - {Role.SYSTEM}:
            status = api(method, path.removeprefix("/api/v1"), role).status_code
            assert (status == 403) == (role not in roles), (rule, role, status)
            assert status < 500, (rule, role)
            rpc_request += 1
    assert rpc_request >= 7 * 50


@pytest.mark.feature("CU-10")
def test_a_pin_is_told_to_players_and_never_in_a_list(api):
    received = api("GET", f"/customers/{ID}/player-settings").get_json()
    assert received["pin"] == "player-password"

    listed = api("GET", "/customers").get_data(as_text=True)
    assert "pin" not in listed
    assert api("GET", f"/customers/{ID}/player-settings", Role.SUPPORT).status_code == (
        403
    )


def test_customers_are_narrowed_and_counted_by_the_same_words(api, services):
    query = "state=trial&is_grouped=true&ends_until=2026-03-01T00:00:00Z"
    for path, verb in (
        (f"/customers?{query}", "accounts.list_customers"),
        (f"/customers/count?{query}", "accounts.count_customers"),
    ):
        assert api("GET", path).status_code == 200
        [(_, rpc_request)] = services.calls_of(verb)
        assert (rpc_request.state, rpc_request.is_grouped) == ("trial", True)
        assert rpc_request.ends_until.year == 2026


def a_role_for(operation):
    """One that may ask an operation of the specification; the operator where it may."""
    allowed = operation["description"].rpartition("For: ")[2].split(".")[0].split(", ")
    found = [role for role in Role if role.value in allowed]
    return Role.OPERATOR if Role.OPERATOR in found or not found else found[0]


def test_a_parameter_that_means_nothing_is_refused_by_name(api, services, client):
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    tried = 0
    for path, item in described.items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            filled = re.sub(r"\{\w+\}", ID, path.removeprefix("/api/v1"))
            role = a_role_for(item[method])
            answer = api(method.upper(), f"{filled}?surprise=1", role)
            received = answer.get_json()
            assert (answer.status_code, received["code"]) == (
                422,
                "unknown_parameter",
            ), path
            assert list(received["fields"]) == ["surprise"], path
            tried += 1
    rpc_request = {verb for verb, *_ in services.calls} - {"accounts.identify"}
    assert (rpc_request, tried > 100) == (set(), True)


def test_what_is_the_same_still_is_not_sent_again(api, services, sample):
    for path in (f"/customers/{ID}", "/customers", f"/users/{ID}"):
        first = api("GET", path)
        again = api("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == first.headers["ETag"]
    services.answer_with(
        "accounts.get_customer", sample(CustomerView, username="other")
    )

    changed = api(
        "GET", f"/customers/{ID}", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("sent", "received"),
    [('"a", "b"', ("a", "b")), ("*", ()), ('W/"a"', ("",)), (None, ())],
)
def test_what_a_caller_has_seen_is_told_to_the_service(api, services, sent, received):
    headers = {"If-Match": sent} if sent else {}

    api("PATCH", f"/customers/{ID}", json={}, headers=headers)

    [(context, _)] = services.calls_of("accounts.update_customer")
    assert context.if_match == received


def test_an_answer_to_a_change_has_the_tag_of_what_is_got_next(api):
    changed = api("PATCH", f"/users/{ID}", json={})

    assert changed.headers["ETag"] == api("GET", f"/users/{ID}").headers["ETag"]


def test_the_tag_of_what_was_changed_meanwhile_is_refused(api, services):
    services.answer_with("accounts.update_customer", PreconditionFailed())

    answer = api("PATCH", f"/customers/{ID}", json={}, headers={"If-Match": '"old"'})

    assert (answer.status_code, answer.get_json()["code"]) == (
        412,
        "precondition_failed",
    )


@pytest.mark.feature("AH-38")
def test_a_token_is_made_at_the_business_that_is_meant(client, services):
    credentials = {"username": "partner", "password": "right", "service": "north-tv"}
    answer = client.post("/api/v1/tokens", json=credentials)

    assert answer.status_code == 201, answer.text
    [(_, rpc_request)] = services.calls_of("accounts.sign_in")
    assert rpc_request.service == "north-tv"
