"""A login of another partner gets 404 on every id of this one (AH-01).

Both tests read what there is: every route of the API's own specification and every
RPC endpoint of every service. An endpoint that is added is tried without a word here.
"""

import hashlib
import json
import re
import secrets
from dataclasses import fields, replace
from importlib.metadata import entry_points
from uuid import UUID, uuid4

import pytest
import requests
from factories import is_for
from running import a_woo_order, until
from samples import names_of_ids, sample

from lineup.bus import endpoints_of
from lineup.context import Actor, Context, Role
from lineup.errors import NotFound, Refusal
from lineup.rpc import RpcClient
from lineup.scope import ROOT, below

SERVICES = ("accounts", "billing", "playlists", "notifications")
ROWS = {
    "account_id": "/accounts",
    "customer_id": "/customers",
    "group_id": "/customer-groups",
    "user_id": "/users",
    "device_id": "/devices",
    "product_id": "/products",
    "subscription_id": "/subscriptions",
    "shop_id": "/shops",
    "order_id": "/orders",
    "channel_id": "/channels",
    "package_id": "/packages",
    "source_id": "/guide-sources",
    "job_id": "/jobs",
    "delivery_id": "/deliveries",
    "set_id": "/permission-sets",
    "key_id": "/api-keys",
    "grant_id": "/support-grants",
    "seller_plan_id": "/seller-plans",
    "box_model_id": "/box-models",
    "box_id": "/boxes",
    "request_id": "/link-requests",
    "link_id": "/reseller-links",
}


@pytest.fixture(scope="module")
def victim(lineup):
    """An id of every kind that belongs to the demo partner."""
    lineup.order(a_woo_order(8001, "seen@example.org"), delivery="seen")
    api = lineup.partner()
    until(lambda: "seen@example.org" in lineup.receivers(), "an order and its mail")
    until(lineup.is_settled, "all events to be consumed")
    user_id = api.get("/users")["items"][0]["id"]
    api("POST", "/customer-groups", json={"name": "Regulars"})
    api("POST", "/api-keys", json={"name": "Webshop"})
    api("POST", "/support-grants", json={"hours": 1})
    api("POST", "/permission-sets", json={"name": "Desk", "permissions": ["sell"]})
    api("POST", "/seller-plans", json={"name": "Starter"})
    take_in_a_box(api)
    api("POST", f"/users/{user_id}/devices", json={"model": "Smart TV"})
    request_links(lineup)
    ids = {name: UUID(api.get(path)["items"][0]["id"]) for name, path in ROWS.items()}
    ids["plan_id"] = UUID(api.get("/products")["items"][0]["plans"][0]["id"])
    order = api.get(f"/orders/{ids['order_id']}")
    ids["seat_id"] = UUID(order["pieces"][0]["id"])
    ids |= things_of_money(api, ids["customer_id"])
    ids["session_id"] = UUID(api.get("/sessions")["items"][0]["id"])
    logins = api.get(f"/accounts/{ids['account_id']}/logins")["items"]
    ids["login_id"] = UUID(logins[0]["id"])
    ids["partner_id"] = UUID(api.get("/me")["partner_id"])
    ids["parent_id"] = ids["seller_id"] = ids["partner_id"]
    ids["to_account_id"] = ids["account_id"]
    return ids


def take_in_a_box(api):
    """A box in stock, and its model."""
    model_id = api("POST", "/box-models", json={"name": "MAG"}).json()["id"]
    box = {"box_model_id": model_id, "serial": "A1", "mac": "001A79000001"}
    api("POST", "/boxes", json=box)


def request_links(lineup):
    """The demo partner has a reseller, and another one asks it for a link."""
    demo = lineup.demo
    operator = lineup.sign_in(demo["operator_username"], demo["operator_password"])
    for kind, make in (
        ("reseller", lineup.partner()),
        ("reseller_company", operator),
    ):
        login = {"username": f"a-{kind}", "password": secrets.token_urlsafe(12)}
        account = {"kind": kind, "name": "Resale", "login": login}
        made = make("POST", "/accounts", json=account)
        assert made.status_code == 201, made.text
    company = lineup.sign_in(**login)
    made = company("POST", "/link-requests", json={"partner_id": demo["partner_id"]})
    assert made.status_code == 201, made.text


def a_top_up(api, customer_id):
    """Money from outside on a customer's balance: the transfer's id."""
    amount = {"amount": {"amount": "1.00", "currency": "EUR"}}
    made = api("POST", f"/customers/{customer_id}/top-ups", json=amount)
    assert made.status_code == 201, made.text
    entries = api.get(f"/customers/{customer_id}/entries")["items"]
    return UUID(entries[0]["transfer_id"])


def things_of_money(api, customer_id):
    """A payment of a customer with its receipt, and a tax rate."""
    rate = api("POST", "/tax-rates", json={"country": "NL", "percent": "21"})
    return {
        "transfer_id": a_top_up(api, customer_id),
        "document_id": a_receipt(api, customer_id),
        "rate_id": UUID(rate.json()["rates"][0]["id"]),
    }


def a_receipt(api, customer_id):
    """The document of what was paid in just now, which follows within seconds."""
    query = {"customer_id": customer_id, "kind": "receipt"}
    found = until(lambda: api.get("/documents", **query)["items"], "a receipt")
    return UUID(found[0]["id"])


@pytest.fixture(scope="module")
def neighbour(lineup):
    """The REST API as another partner."""
    operator = lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )
    password = secrets.token_urlsafe(12)
    made = operator(
        "POST",
        "/accounts",
        json={
            "kind": "partner",
            "name": "Neighbour TV",
            "login": {"username": "neighbour", "password": password},
        },
    )
    assert made.status_code == 201, made.text
    return lineup.sign_in("neighbour", password)


@pytest.fixture(scope="module")
def rpc(lineup):
    uri = re.search(
        r"^AMQP_URI=(.*)$", lineup.command("environment", "gateway"), re.MULTILINE
    )
    client = RpcClient(uri[1])
    yield client
    client.close()


def everything_of(api):
    """A digest of all that the victim has, as the victim sees it."""
    return {
        path: hashlib.sha256(json.dumps(api.every(path)).encode()).hexdigest()
        for path in ROWS.values()
    }


@pytest.mark.feature("AH-01")
def test_every_rpc_answers_404_to_a_neighbour(lineup, victim, neighbour, rpc):
    me = neighbour.get("/me")
    stranger = Actor(
        role=Role.PARTNER,
        scopes=(below(ROOT, UUID(me["partner_id"])),),
        login_id=uuid4(),
        account_id=UUID(me["account_id"]),
        partner_id=UUID(me["partner_id"]),
    )
    before = everything_of(lineup.partner())

    outcomes = {
        f"{service}.{endpoint.name}": answer_to(
            rpc, service, endpoint, stranger, victim
        )
        for service in SERVICES
        for endpoint in endpoints_of(
            entry_points(group="lineup.services")[service].load()
        )
        if endpoint.kind == "rpc" and Role.PARTNER in endpoint.allowed
        if names_of_ids(endpoint.request_type)
    }

    assert len(outcomes) >= 40
    assert {
        name: outcome for name, outcome in outcomes.items() if outcome != "nothing"
    } == {}
    assert everything_of(lineup.partner()) == before


WHOSE = {"partner_id", "seller_id", "parent_id"}
READS = ("get_", "list_", "count_", "find_", "quote_")


@pytest.mark.parametrize("whose", ["neighbour", "oneself"])
def test_naming_another_partner_is_refused_by_field(
    lineup, victim, rpc, neighbour, whose
):
    me = neighbour.get("/me")
    own = UUID(me["partner_id"])
    actor = Actor(
        role=Role.PARTNER,
        scopes=(below(ROOT, own),),
        login_id=uuid4(),
        account_id=UUID(me["account_id"]),
        partner_id=own,
    )
    victim_fields = victim["partner_id"] if whose == "neighbour" else own
    before = everything_of(lineup.partner())

    outcomes = {
        f"{service}.{endpoint.name} {field}": fields_refused(
            rpc, service, endpoint, actor, {field: victim_fields}
        )
        for service in SERVICES
        for endpoint in endpoints_of(
            entry_points(group="lineup.services")[service].load()
        )
        if endpoint.kind == "rpc" and Role.PARTNER in endpoint.allowed
        if not endpoint.name.startswith(READS)
        for field in WHOSE & {field.name for field in fields(endpoint.request_type)}
    }

    assert len(outcomes) >= 10
    refused = {name for name, names in outcomes.items() if name.split()[1] in names}
    assert refused == (set(outcomes) if whose == "neighbour" else set())
    assert everything_of(lineup.partner()) == before


def fields_refused(rpc, service, endpoint, actor, victim_fields):
    """Which fields an endpoint refuses as naming nothing that is there."""
    request = replace(
        sample(endpoint.request_type, {}), **(no_owner(endpoint) | victim_fields)
    )
    context = Context(actor=actor)
    answer = rpc.call(
        service,
        endpoint.name,
        context,
        request,
        reply_type=endpoint.reply_type,
        timeout=10,
    )
    try:
        answer.reply()
    except NotFound as refusal:
        return set(refusal.fields)
    except Refusal:
        return set()
    return set()


def no_owner(endpoint):
    """No other id that says whose it is."""
    return dict.fromkeys(
        WHOSE & {field.name for field in fields(endpoint.request_type)}
    )


def answer_to(rpc, service, endpoint, actor, victim):
    """What the endpoint tells: "nothing" for a 404, an empty list, or figures of nobody."""
    request = sample(endpoint.request_type, victim)
    answer = rpc.call(
        service,
        endpoint.name,
        Context(actor=actor),
        request,
        reply_type=endpoint.reply_type,
        timeout=10,
    )
    try:
        reply = answer.reply()
    except NotFound:
        return "nothing"
    except Refusal as refusal:
        return f"{refusal.kind}: {refusal.message} {refusal.fields}"
    is_empty = getattr(reply, "items", None) == []
    return "nothing" if is_empty or is_empty_summary(reply) else reply


def is_empty_summary(reply):
    """Whether a reply is figures, all of them zero or empty: a mere "done" is none."""
    values = list(vars(reply).values()) if reply else []
    is_zero = bool(values) and not any(values)
    return getattr(reply, "total", None) == 0 or is_zero


@pytest.mark.feature("AH-01")
def test_every_route_with_an_id_answers_404_to_a_neighbour(lineup, victim, neighbour):
    spec = requests.get(f"{neighbour.address}/api/v1/openapi.json", timeout=10).json()
    outcomes = {}
    for path, operations in spec["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if not names:
            continue
        address = path.removeprefix("/api/v1")
        for name in names:
            address = address.replace(f"{{{name}}}", str(victim[name]))
        for method in set(operations) & {"get", "put", "post", "patch", "delete"}:
            if not is_for("partner", operations[method]):
                continue
            body = body_of(spec, operations[method], victim)
            query = query_of(operations[method], victim)
            answer = neighbour(method.upper(), address, json=body, params=query)
            outcomes[f"{method} {path}"] = answer.status_code

    assert len(outcomes) >= 30
    assert {
        endpoint: outcome for endpoint, outcome in outcomes.items() if outcome != 404
    } == {}


@pytest.mark.feature("AH-01")
def test_no_list_of_a_neighbour_holds_a_row_of_ours(victim, neighbour):
    ours = {str(value) for value in victim.values()}

    for path in ROWS.values():
        rows = neighbour.every(path)
        assert not {row["id"] for row in rows} & ours, path


def test_every_route_wants_a_login(lineup, victim):
    spec = requests.get(f"{lineup.url('GATEWAY')}/api/v1/openapi.json", timeout=10)
    requests_sent = 0
    for path, operations in spec.json()["paths"].items():
        address = re.sub(r"{(\w+)}", lambda m: str(victim[m[1]]), path)
        for method, operation in operations.items():
            if method == "parameters" or not operation.get("security"):
                continue
            answer = requests.request(
                method, lineup.url("GATEWAY") + address, json={}, timeout=10
            )
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["code"] == "unauthenticated"
            requests_sent += 1
    assert requests_sent >= 40


def query_of(operation, ids):
    """What a route must be told in its address."""
    wanted = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    return {one["name"]: ids[one["name"]] for one in wanted if one.get("required")}


def body_of(spec, operation, ids):
    """A valid body for a route, made from what the specification says of it."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    return _made(spec, content["application/json"]["schema"], "", ids)


def _made(spec, schema, name, ids):
    schema = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "properties" in schema:
        required = schema.get("required", [])
        return {
            key: _made(spec, part, key, ids)
            for key, part in schema["properties"].items()
            if key in required
        }
    return _leaf(spec, schema, name, ids)


def _leaf(spec, schema, name, ids):
    if "enum" in schema:
        return schema["enum"][0]
    if name.removesuffix("s") in ids and schema.get("format") == "uuid":
        return str(ids[name.removesuffix("s")])
    kind = schema.get("type", "")
    kind = kind if isinstance(kind, str) else kind[0]
    return SAMPLES.get(name, BY_TYPE.get(kind, {}))


SAMPLES = {
    "email": "someone@example.org",
    "ends_at": "2099-01-01T00:00:00Z",
    "amount": "1.00",
    "currency": "EUR",
    "time_zone": "UTC",
    "address": "https://example.org/x",
    "password": "long-enough-password",
    "phone": "+31612345678",
    "mobile": "+31612345678",
    "country": "NL",
    "mac": "00:1A:79:12:34:56",
    "logo": "https://example.org/x.png",
    "public_url": "https://example.org",
}
BY_TYPE = {"string": "sample", "integer": 1, "boolean": False, "number": 1, "array": []}
