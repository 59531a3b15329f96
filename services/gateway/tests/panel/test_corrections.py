"""Pages that pay out a balance and correct a booking."""

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.billing.wallets import EntryView, WalletView
from lineup.contracts.paging import Page
from lineup.errors import NotFound, PaymentRequired
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
WALLET = f"/customers/{ID}/wallet"
CORRECT = f"/customers/{ID}/bookings/{ID}/correct"


@pytest.fixture
def listed(services, sample):
    """A statement with a booking that can be corrected, and one that cannot."""
    rows = [
        sample(EntryView, cause="top_up", is_correctable=True),
        sample(EntryView, cause="purchase", is_correctable=False),
    ]
    services.answer_with("billing.list_entries", Page(items=rows))


@pytest.mark.usefixtures("listed")
class TestTheStatement:
    def test_what_can_be_corrected_has_a_button(self, browser):
        page = text_of(browser(Role.PARTNER).get(WALLET))

        assert page.count(CORRECT) == 1
        assert f"/customers/{ID}/pay-out" in page

    @pytest.mark.parametrize("role", [Role.DEALER, Role.SUPPORT])
    def test_who_may_not_is_offered_nothing(self, browser, role):
        client = browser(role)
        page = text_of(client.get(WALLET))

        assert CORRECT not in page
        assert "/pay-out" not in page
        assert client.get(CORRECT).status_code == 403

    def test_of_a_deleted_customer_it_is_shown_without_a_top_up(
        self, browser, services, sample
    ):
        closed = sample(WalletView, balance=Money.of("7.00 EUR"), is_closed=True)
        services.answer_with("billing.get_wallet", closed)
        services.answer_with("accounts.get_customer", NotFound())
        answer = browser(Role.PARTNER).get(WALLET)

        assert "This customer was deleted" in visible_text(answer)
        assert f"/customers/{ID}/pay-out" in text_of(answer)
        assert f"/customers/{ID}/top-up" not in text_of(answer)


def test_a_correction_says_why(browser, form_of, services):
    client = browser(Role.STAFF)
    hidden = form_of(text_of(client.get(CORRECT)))
    assert client.post(CORRECT, data=hidden).status_code == 422

    answer = client.post(CORRECT, data=hidden | {"reason": "typed twice"})

    assert answer.location == WALLET
    [(_, rpc_request)] = services.calls_of("billing.correct_booking")
    assert (str(rpc_request.transfer_id), rpc_request.reason) == (ID, "typed twice")


def test_a_refused_correction_is_told(browser, form_of, services):
    refusal = PaymentRequired("The balance has 1.00 EUR left of the 10.00 EUR.")
    services.answer_with("billing.correct_booking", refusal)
    client = browser(Role.PARTNER)
    hidden = form_of(text_of(client.get(CORRECT)))
    answer = client.post(CORRECT, data=hidden | {"reason": "x"})

    assert answer.status_code == 422
    assert "1.00 EUR left of the 10.00 EUR" in visible_text(answer)


def test_a_payout_is_booked_with_its_note(browser, form_of, services):
    client = browser(Role.PARTNER)
    address = f"/customers/{ID}/pay-out"
    page = text_of(client.get(address))
    assert 'value="9.00"' in page
    fields = form_of(page) | {"amount": "4.00", "note": "by bank"}

    assert client.post(address, data=fields).location == WALLET
    [(_, rpc_request)] = services.calls_of("billing.pay_out")
    assert (str(rpc_request.amount), rpc_request.note) == ("4.00 EUR", "by bank")
