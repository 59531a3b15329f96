"""Payments of partners that extend nothing: found, and noted as returned."""

from uuid import UUID

import pytest

from lineup.context import Role
from lineup.contracts.accounts.partnerships import PartnershipDetails
from lineup.contracts.accounts.unmatched_payments import UnmatchedPayment
from lineup.contracts.paging import Page

from .test_sellers import ID, sent, text_of, visible_text

HERE = "/unmatched-payments"
SETTLE = f"{HERE}/{ID}/settle"

pytestmark = pytest.mark.feature("PL-19")


@pytest.fixture
def payment(services, sample):
    one = sample(UnmatchedPayment, reference="P-1234", handled_at=None)
    services.answer_with("accounts.list_unmatched_payments", Page(items=[one]))
    services.answer_with("accounts.get_unmatched_payment", one)
    return one


def test_the_operator_notes_what_became_of_the_money(
    browser, form_of, services, payment
):
    client = browser(Role.OPERATOR)
    assert SETTLE in text_of(client.get(HERE))
    assert "so nothing was extended" in visible_text(client.get(SETTLE))

    assert sent(client, form_of, SETTLE, note="Bank 77").location == HERE

    [(_, asked)] = services.calls_of("accounts.settle_unmatched_payment")
    assert (str(asked.payment_id), asked.note) == (ID, "Bank 77")


def test_support_looks_and_settles_nothing(browser, payment):
    client = browser(Role.SUPPORT)
    page = text_of(client.get(HERE))
    assert "P-1234" in page
    assert SETTLE not in page
    assert client.get(SETTLE).status_code == 403


def test_a_partner_s_page_leads_to_its_own(browser, services, sample):
    partner = sample(PartnershipDetails, notes=[], waiting_for=[])
    services.answer_with("accounts.get_partnership", partner)
    address = f"{HERE}?partner_id={ID}"
    client = browser(Role.OPERATOR)
    assert address in text_of(client.get(f"/partnerships/{ID}"))

    client.get(address)

    [(_, asked)] = services.calls_of("accounts.list_unmatched_payments")
    assert asked.partner_id == UUID(ID)
