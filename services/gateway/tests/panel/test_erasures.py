"""Pages about erasing personal data: what goes is said first, and how far it is after."""

from datetime import UTC, datetime

import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView, PersonDetails
from lineup.contracts.accounts.erasure import ErasureView
from lineup.contracts.billing.deletion_blockers import DeletionBlockers
from lineup.contracts.paging import Page
from lineup.money import Money

from .test_customers import CUSTOMER, ID, sent, visible_text

ERASE = f"{CUSTOMER}/erase"
ANA = PersonDetails(first_name="Ana", last_name="Ruiz", email="a@example.org")

pytestmark = pytest.mark.feature("CU-39")


@pytest.fixture
def erasure(services, sample):
    view = sample(
        ErasureView,
        id=ID,
        number="#6C753076",
        waiting_for=["billing", "playlists"],
        requested_at=datetime(2026, 3, 2, tzinfo=UTC),
        finished_at=None,
    )
    customer = sample(CustomerView, id=ID, person=ANA)
    services.answer_with("accounts.get_customer", customer)
    services.answer_with("accounts.erase_customer", view)
    services.answer_with("accounts.list_erasures", Page(items=[view], total=1))
    return view


def test_what_goes_and_what_stays_is_said_first(browser, form_of, services, erasure):
    nothing = DeletionBlockers(running=0, subscriptions=[], balances=[])
    services.answer_with("billing.get_deletion_blockers", nothing)
    client = browser(Role.PARTNER)
    words = visible_text(client.get(ERASE))
    assert "cannot be undone" in words
    assert "amounts and dates stay" in words

    answer = sent(client, form_of, ERASE, typed="Ana Ruiz")

    assert answer.location == "/customers/erasures"
    [(_, asked)] = services.calls_of("accounts.erase_customer")
    assert (str(asked.customer_id), asked.force) == (ID, False)


def test_money_that_would_be_lost_wants_a_reason(browser, form_of, services, erasure):
    money = DeletionBlockers(
        running=0, subscriptions=[], balances=[Money.of("5.00 EUR")]
    )
    services.answer_with("billing.get_deletion_blockers", money)
    client = browser(Role.PARTNER)

    refused = sent(client, form_of, ERASE, typed="Ana Ruiz")
    assert refused.status_code == 422
    assert services.calls_of("accounts.erase_customer") == []
    sent(client, form_of, ERASE, typed="Ana Ruiz", reason="Asked by letter")

    [(_, asked)] = services.calls_of("accounts.erase_customer")
    assert (asked.force, asked.reason) == (True, "Asked by letter")


def test_who_is_waited_for_is_shown(browser, erasure):
    words = visible_text(browser(Role.PARTNER).get("/customers/erasures"))
    assert "#6C753076" in words
    assert "billing, playlists" in words


def test_support_looks_and_erases_nobody(browser, erasure):
    client = browser(Role.SUPPORT)
    assert client.get("/customers/erasures").status_code == 200
    assert client.get(ERASE).status_code == 403
