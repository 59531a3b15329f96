"""The audit log: four services' changes as one list, and one change before and after."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.audit import SERVICES
from lineup.context import Role
from lineup.contracts.audit import AuditEntry, ChangeCount, FieldChange
from lineup.contracts.paging import Page
from lineup.contracts.refusals import AuditEntryNotFound
from lineup.ids import id_at

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def an_entry(minute, **facts):
    at = MORNING + timedelta(minutes=minute)
    given = {
        "id": id_at(at),
        "service": "",
        "at": at,
        "actor": f"user{minute}",
        "role": "partner",
        "on_behalf_of": "",
        "action": "update_customer",
        "kind": "customer",
        "thing_id": UUID(int=7),
        "name": f"Thing {minute}",
        "partner_id": None,
        "request_id": "request-one",
        "channel": "panel",
        "address": "192.0.2.7",
        "user_agent": "Firefox",
        "request": {"person.email": "anna@tv.example"},
        "changes": [
            FieldChange(
                kind="customer",
                id="7",
                field="email",
                before=None,
                after="new@x.example",
            )
        ],
        "counts": [ChangeCount(kind="customer", change="updated", count=1)],
    }
    return AuditEntry(**(given | facts))


@pytest.fixture
def logs(services):
    """Accounts has the even minutes, billing the odd ones, each paged as services do."""
    held = {
        "accounts": [an_entry(minute) for minute in range(0, 120, 2)],
        "billing": [an_entry(minute) for minute in range(1, 121, 2)],
        "playlists": [],
        "notifications": [],
    }

    def answer(entries):
        rows = sorted(entries, key=lambda row: row.id, reverse=True)

        def page(_, request):
            paging = request.paging
            fit = [
                row
                for row in rows
                if (paging.after is None or row.id < paging.after)
                and (paging.before is None or row.id > paging.before)
            ]
            back = paging.before is not None
            shown = fit[-paging.limit :] if back else fit[: paging.limit]
            is_more = len(fit) > paging.limit
            return Page(
                items=shown,
                next_after=shown[-1].id if shown and (back or is_more) else None,
                previous_before=shown[0].id
                if shown and (is_more if back else paging.after)
                else None,
                total=len(rows),
            )

        return page

    for service in SERVICES:
        services.answer_with(f"{service}.list_audit_entries", answer(held[service]))
    return held


def minutes(answer):
    return [int(row["name"].split()[1]) for row in answer.json["items"]]


@pytest.mark.feature("AH-32")
def test_changes_of_all_services_are_one_list_by_time(api, logs):
    seen, after = [], ""
    for _ in range(10):
        answer = api("GET", f"/audit-log?limit=50{after and '&after=' + after}")
        assert answer.status_code == 200, answer.json
        seen += minutes(answer)
        if (after := answer.json["next_after"]) is None:
            break

    assert seen == list(range(119, -1, -1))


def test_the_page_before_is_the_one_that_was(api, logs):
    first = api("GET", "/audit-log?limit=7")
    second = api("GET", f"/audit-log?limit=7&after={first.json['next_after']}")
    back = api("GET", f"/audit-log?limit=7&before={second.json['previous_before']}")

    assert minutes(back) == minutes(first) == [119, 118, 117, 116, 115, 114, 113]
    assert minutes(second)[0] == 112
    assert first.json["previous_before"] is None


def test_programs_miss_none_where_a_service_is_away(api, logs, services):
    services.silent.add("billing")

    assert api("GET", "/audit-log").status_code == 503


def test_the_page_says_what_is_missing(browser, logs, services):
    services.silent.add("billing")

    page = browser(Role.PARTNER).get("/audit-log").get_data(as_text=True)

    assert "Billing cannot be reached right now" in page
    assert "Thing 118" in page
    assert "Thing 119" not in page


@pytest.fixture
def kept(services):
    """`kept(entry)` is in billing's log, and in no other."""

    def kept(entry):
        for service in SERVICES:
            services.answer_with(f"{service}.get_audit_entry", AuditEntryNotFound())
        if entry is not None:
            services.answer_with("billing.get_audit_entry", entry)

    return kept


def test_one_change_is_shown_before_and_after(browser, kept):
    entry = an_entry(1, actor="anna", on_behalf_of="stall")
    kept(entry)

    page = browser(Role.PARTNER).get(f"/audit-log/{entry.id}")

    text = page.get_data(as_text=True)
    for words in ("Update customer", "new@x.example", "anna", "stall", "192.0.2.7"):
        assert words in text
    assert f"/customers/{UUID(int=7)}" in text


def test_what_is_nowhere_is_not_found_unless_somebody_is_away(browser, kept, services):
    kept(None)
    person = browser(Role.PARTNER)

    assert person.get(f"/audit-log/{UUID(int=1)}").status_code == 404
    services.silent.add("playlists")
    assert person.get(f"/audit-log/{UUID(int=1)}").status_code == 503


def test_filters_reach_every_service(browser, logs, services):
    browser(Role.PARTNER).get(
        "/audit-log?actor=anna&action=top_up&made_from=2026-03-02&made_until=2026-03-02"
        "&request_id=request-one&thing_id=00000000-0000-0000-0000-000000000007"
    )

    for service in SERVICES:
        [(_, asked)] = services.calls_of(f"{service}.list_audit_entries")
        assert (asked.actor, asked.action) == ("anna", "top_up")
        assert asked.made_until - asked.made_from == timedelta(days=1)
        assert (asked.request_id, asked.thing_id) == ("request-one", UUID(int=7))


def test_the_list_is_had_as_a_file(browser, logs):
    file = browser(Role.PARTNER).get("/audit-log.csv").get_data(as_text=True)

    lines = file.splitlines()
    assert len(lines) == 121
    assert lines[0].startswith("Time,Who,Role")
    assert "customer email:  → new@x.example" in lines[1]


def test_a_call_says_from_where_it_came(browser, api, services):
    browser(Role.PARTNER).get("/audit-log", headers={"User-Agent": "Fox"})
    api("GET", "/audit-log")

    by_panel, by_api = (
        one for one, _ in services.calls_of("billing.list_audit_entries")
    )
    assert (by_panel.origin.channel, by_panel.origin.user_agent) == ("panel", "Fox")
    assert by_panel.origin.address
    assert by_api.origin.channel == "api"
