"""A PATCH of one field changes that field and nothing else, on the real thing.

Every route of the specification that takes a PATCH is walked; one that is added must
be given a resource and values here.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from factories import euros, is_for, one_of_everything

WORDS = {"name": "Another"}
PERSON = {
    "first_name": "Eva",
    "last_name": "Lund",
    "email": "eva.patched@example.org",
    "phone": "030 12",
    "mobile": "+31612345678",
    "address": "Dam 1",
    "city": "Delft",
    "country": "NL",
}
SETTINGS = {
    "inactivity_seconds": 60,
    "time_zone": "Europe/Paris",
    "takes_messages": False,
    "takes_ads": True,
    "is_tester": True,
    "shows_adult": True,
}
COMPANY = {"legal_name": "Ltd", "address": "Dam 1", "city": "Delft", "country": "NL"}
DETAILS = {
    "number": 77,
    "name": "Another",
    "logo": "https://i.example/1.png",
    "group": "Info",
    "guide_id": "another",
    "is_adult": True,
    "catchup_days": 3,
    "signing": "none",
    "guide_shift_minutes": 60,
    "is_on": False,
    "address": "https://edge.example.net/77.m3u8",
}
VALUES = {
    "/accounts/{account_id}": {
        **WORDS,
        "email": "stall@example.org",
        "phone": "030 12",
        "time_zone": "Europe/Paris",
        "company": COMPANY,
        "state": "inactive",
    },
    "/customers/{customer_id}": {"person": PERSON, "settings": SETTINGS},
    "/customer-groups/{group_id}": WORDS,
    "/accounts/{account_id}/access": {
        "api_is_enabled": False,
        "networks": ["127.0.0.0/8", "192.0.2.7/32"],
    },
    "/api-keys/{key_id}": {**WORDS, "permissions": ["sell"]},
    "/permission-sets/{set_id}": {**WORDS, "permissions": ["refund", "import"]},
    "/seller-plans/{seller_plan_id}": {
        **WORDS,
        "most_customers": 0,
        "most_users": 7,
        "most_trials_per_day": 3,
    },
    "/partner-listing": {
        "offers_to_resellers": False,
        "visible_fields": ["email"],
        "approach": "Call us.",
    },
    "/logins/{login_id}": {"email": "aid@example.org", "must_change_password": True},
    "/users/{user_id}": WORDS,
    "/devices/{device_id}": {
        "model": "Smart TV",
        "app": "IPTV",
        "mac": "00:1A:79:12:34:56",
    },
    "/box-models/{box_model_id}": {**WORDS, "maker": "Formuler"},
    "/boxes/{box_id}": {"serial": "A2", "mac": "00:1A:79:00:00:02"},
    "/products/{product_id}": {**WORDS, "devices": 4, "addresses": 3},
    "/plans/{plan_id}": {**WORDS, "price": euros("7.00")},
    "/document-settings": {
        "prefix": "NTV-",
        "tax_name": "BTW",
        "note": "Thank you.",
    },
    "/shops/{shop_id}": {
        **WORDS,
        "shop_domain": "shop.example.org",
        "accepts_low_amounts": True,
        "tolerance_percent": 15,
        "paid_statuses": ["shipped"],
    },
    "/channels/{channel_id}": {"details": DETAILS, "package_ids": []},
    "/packages/{package_id}": WORDS,
    "/guide-sources/{source_id}": {
        **WORDS,
        "every_hours": 12,
        "shift_minutes": 30,
        "time_zone": "Europe/Paris",
        "address": "http://127.0.0.1:9/other.xml",
        "is_on": True,
    },
    "/stream-settings": {
        "session_minutes": 30,
        "session_is_renewed": False,
        "session_is_bound": True,
        "stream_hosts": ["*.cdn.example", "edge.example"],
    },
    "/mail-transport": {
        "sender_address": "tv2@example.org",
        "sender_name": "TV 2",
        "host": "mail.example.org",
        "port": 587,
        "security": "starttls",
        "username": "tv",
    },
}
FOLLOWING = {
    "updated_at": "it changed",
    "said_by_staff": "whoever changes a detail has said it",
    "noted_at": "a device was told of again",
    "next_fetch_at": "the schedule follows how often, where from and whether",
    "is_tied_by_staff": "whoever names its guide ties it",
    "group_name": "follows the group",
}


@pytest.fixture(scope="module")
def ids(lineup):
    return one_of_everything(lineup)


def leaves(values, path=()):
    """Every field that can be changed by itself, with a value for it."""
    for name, value in values.items():
        if isinstance(value, dict) and name != "price":
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def with_one(whole, path, value):
    """A resource with one field otherwise."""
    name, *rest = path
    return {**whole, name: with_one(whole[name], rest, value) if rest else value}


def at(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


def steady(resource):
    return {name: v for name, v in resource.items() if name not in FOLLOWING}


def test_every_route_that_takes_a_patch_is_walked_here(ids):
    paths = ids.api.get("/openapi.json")["paths"]

    patched = {
        path.removeprefix("/api/v1")
        for path, item in paths.items()
        if "patch" in item and is_for("partner", item["patch"])
    }
    assert patched == set(VALUES)


@pytest.mark.parametrize("path", VALUES)
def test_each_field_alone_and_all_at_once(ids, path):
    address = path.format(**ids.ids)
    headers = {"Content-Type": "application/merge-patch+json"}

    def patch(**body):
        answer = ids.api("PATCH", address, json=body, headers=headers)
        assert answer.status_code == 200, (body, answer.text)
        return steady(answer.json())

    first = patch()
    assert patch() == first
    expected = first
    for field, value in leaves(VALUES[path]):
        expected = with_one(expected, field, value)
        assert patch(**at(field, value)) == expected, field
    put = ids.api("PUT", address, json={})
    assert put.status_code in {422, 405}
    assert patch() == expected
    changes = [at(field, value) for field, value in leaves(back_to(first, path))]
    with ThreadPoolExecutor(2) as several:
        list(several.map(lambda body: patch(**body), changes))
    assert patch() == first


def back_to(first, path):
    """What every field was at first."""
    return only(first, VALUES[path])


def only(resource, names):
    return {
        name: only(resource[name], inner)
        if isinstance(inner, dict) and name != "price"
        else resource[name]
        for name, inner in names.items()
    }
