"""What a form has written goes along with the calls of the pages that come next."""

import pytest

from gateway import written
from lineup.context import Role, Written
from lineup.ids import new_id

ID = "019d0000-0000-7000-8000-000000000001"
SUBSCRIPTION = Written("subscription_changed", new_id(), 3)
CUSTOMER = Written("customer_changed", new_id(), 2)


@pytest.fixture
def panel(browser, services):
    """A partner at the panel, whose purchases and switches are announced."""
    services.written["billing.switch_renewal"] = [SUBSCRIPTION]
    services.written["accounts.switch_customer"] = [CUSTOMER]
    return browser(Role.PARTNER)


@pytest.fixture
def send(panel, form_of):
    """`send(path)` posts a form as the panel's own pages do."""

    def send(path, **fields):
        hidden = form_of(panel.get("/settings").get_data(as_text=True))
        hidden.pop("key", None)
        return panel.post(path, data={**hidden, **fields})

    return send


def calls_after(services, panel, path):
    """What each call of a page was to find."""
    services.calls.clear()
    page = panel.get(path)
    assert page.status_code == 200
    return {
        verb: context.after
        for verb, context, _ in services.calls
        if verb != "accounts.identify"
    }


def test_every_call_of_the_next_page_is_to_find_it(services, panel, send):
    assert send(f"/users/{ID}/renewal", renews="on").status_code == 303

    calls = calls_after(services, panel, f"/customers/{ID}/subscriptions")
    assert set(calls.values()) == {(SUBSCRIPTION,)}
    assert {"accounts.get_customer", "billing.get_renewal_overview"} <= set(calls)


def test_what_was_written_before_goes_along(services, panel, send):
    send(f"/users/{ID}/renewal", renews="on")
    send(f"/customers/{ID}/switch-on")

    calls = calls_after(services, panel, f"/users/{ID}")
    assert set(calls.values()) == {(SUBSCRIPTION, CUSTOMER)}


def test_nothing_goes_along_before_a_write_and_long_after(
    services, panel, send, monkeypatch
):
    assert set(calls_after(services, panel, f"/users/{ID}").values()) == {()}

    send(f"/users/{ID}/renewal", renews="on")
    monkeypatch.setattr(written, "KEPT_SECONDS", -1)
    assert set(calls_after(services, panel, f"/users/{ID}").values()) == {()}


def test_a_page_that_is_behind_says_so(services, panel):
    services.behind.add("accounts.get_user")
    page = panel.get(f"/users/{ID}").get_data(as_text=True)
    assert "does not show all of them yet" in page

    services.behind.clear()
    page = panel.get(f"/users/{ID}").get_data(as_text=True)
    assert "does not show all of them yet" not in page


def test_a_session_stays_small(services, panel, send):
    many = [Written("user_changed", new_id(), version) for version in range(100)]
    services.written["billing.switch_renewal"] = many
    send(f"/users/{ID}/renewal", renews="on")

    calls = calls_after(services, panel, f"/users/{ID}")
    assert set(calls.values()) == {tuple(many[-written.MOST :])}


READS = ("get_", "list_", "quote_", "count_", "find_", "check_", "sum_", "identify")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER, Role.CUSTOMER])
def test_every_form_of_the_panel_remembers_what_it_wrote(
    role, browser, services, pages, form_of, sample
):
    """Whatever a form does, its session has it afterwards: no page does so by itself."""
    panel = browser(role)
    hidden = form_of(panel.get("/settings").get_data(as_text=True))
    forms = [path for path, methods, roles in pages if "POST" in methods]
    walked = 0
    for path in forms:
        if path in {"/sign-out", "/leave"} or path.endswith("/enter"):
            continue
        services.calls.clear()
        services.written = {verb: [CUSTOMER] for verb in services.verbs()}
        panel.post(path, data={**hidden, "key": new_id().hex})
        wrote = [verb for verb, *_ in services.calls if is_write(verb)]
        services.written = {}
        with panel.session_transaction() as session:
            kept = session.pop(written.KEY, None)
        assert not wrote or kept, path
        walked += bool(wrote)
    assert walked > (5 if role is Role.CUSTOMER else 20)


def is_write(verb):
    return not verb.partition(".")[2].startswith(READS)
