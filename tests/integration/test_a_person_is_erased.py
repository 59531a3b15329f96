"""Whoever is erased is named in no database or file of the running system."""

import secrets
from uuid import UUID

import pytest
import requests
from factories import BOUGHT, create_tenant, euros, soon
from leftovers import files_with, in_tables
from running import until

from lineup.contracts.accounts.erasure import erased_username

MARK = secrets.token_hex(5)
"""Stands in all that is known of the person."""
MOBILE = f"+3161{secrets.randbelow(10**7):07}"
MAC = ":".join(f"{byte:02X}" for byte in (2, *secrets.token_bytes(5)))
KEPT = {"billing.document"}
"""Invoices and receipts, which the law wants kept."""
DATABASES = ("accounts", "billing", "notifications", "playlists")


@pytest.mark.feature("CU-39")
def test_a_person_is_erased(lineup):
    tenant = create_tenant(lineup)
    customer, user = becomes_a_customer(tenant)
    words = (MARK, MOBILE, MAC, user["xtream"]["username"], token_of(user))
    assert [word for word in words if not named(lineup, (word,))] == []
    before = named(lineup, words)
    assert {"accounts.customers", "billing.transfer", "playlists.users"} <= before
    assert {"notifications.delivery", "accounts.audit_log"} <= before

    lineup.freeze("notifications")
    try:
        refused = tenant.api("POST", f"/customers/{customer}/erasure", json={})
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "subscription_active",
        )
        why = {"force": True, "reason": "Asked by letter", "settlement": "write_off"}
        tenant.make(f"/customers/{customer}/erasure", **why)
        path = f"/customers/erasures/{customer}"
        until(
            lambda: tenant.api.get(path)["waiting_for"] == ["notifications"],
            "all others to finish",
        )
    finally:
        lineup.thaw("notifications")

    until(lambda: tenant.api.get(path)["finished_at"], "the last service to finish")
    until(lambda: named(lineup, words) == KEPT, "nothing else to be left")
    for token in (token_of(user), erased_username(UUID(user["id"]))):
        url = user["playlist_url"].replace(token_of(user), token)
        assert requests.get(url, timeout=10).status_code == 404
    assert tenant.api("GET", f"/customers/{customer}").status_code == 404
    report = tenant.api.get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])


def becomes_a_customer(tenant):
    """Somebody of whom all is known that can be, who has money and watches."""
    person = {
        "first_name": f"Quinta {MARK}",
        "last_name": f"Zwanenburg {MARK}",
        "email": f"{MARK}@example.net",
        "mobile": MOBILE,
        "address": f"{MARK} Street 1",
        "city": MARK,
    }
    made = tenant.make(
        "/customers",
        person=person,
        login={"username": f"login{MARK}", "password": MARK},
        settings={"external_id": f"crm-{MARK}"},
        user_name=f"Attic of {MARK}",
    )
    [user] = made["users"]
    tenant.make(f"/users/{user['id']}/devices", model=f"Box {MARK}", mac=MAC)
    note = f"Envelope of {MARK}"
    tenant.make(f"/customers/{made['id']}/top-ups", amount=euros("50.00"), note=note)
    tenant.buy(user["id"], tenant.plan("10.00", months=1))
    soon(user, BOUGHT)
    return made["id"], user


def token_of(user):
    return user["playlist_url"].rpartition("/")[2].removesuffix(".m3u8")


def named(lineup, words):
    """Where one of some words stands: tables and files."""
    tables = {
        f"{database}.{table}"
        for database in DATABASES
        for table, _ in in_tables(lineup, database, words)
    }
    return tables | {name for name, _ in files_with(lineup, words)}
