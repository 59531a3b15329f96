"""One button renews all users of a customer, for the total that it shows."""

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.billing.renewing import UserRenewal, UserRenewals
from lineup.errors import Conflict
from lineup.money import Money

pytestmark = pytest.mark.feature("SU-25")
ID = "019d0000-0000-7000-8000-000000000001"
ADDRESS = f"/customers/{ID}/renew-all"


@pytest.fixture
def quoted(services, sample):
    """`quoted("24.00 EUR")`: what renewing everybody costs, and is charged for."""

    def quoted(total):
        one = sample(UserRenewal, user_name="Anna", obstacle="")
        out = sample(UserRenewal, user_name="Ben", obstacle="suspended")
        nothing = Money.of("0.00 EUR")
        quote = sample(
            UserRenewals, lines=[one, out], total=Money.of(total), missing=nothing
        )
        services.answer_with("billing.quote_user_renewals", quote)
        services.answer_with("billing.renew_users", quote)

    return quoted


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PARTNER])
def test_it_renews_for_the_total_it_shows(browser, services, quoted, form_of, role):
    quoted("24.00 EUR")
    client = browser(role)
    page = client.get(ADDRESS)
    shown = visible_text(page)
    assert "Renew for 24.00 EUR" in shown
    assert "Not renewed: it is suspended" in shown
    fields = form_of(text_of(page))
    quoted("25.00 EUR")  # a price rose meanwhile
    client.post(ADDRESS, data=fields)

    [(_, asked)] = services.calls_of("billing.renew_users")
    assert str(asked.total) == "24.00 EUR"


def test_a_total_that_changed_is_shown_anew(browser, services, quoted, form_of):
    quoted("24.00 EUR")
    client = browser(Role.CUSTOMER)
    fields = form_of(text_of(client.get(ADDRESS)))
    quoted("25.00 EUR")
    refusal = Conflict("The total is another one by now.", code="total_changed")
    services.answer_with("billing.renew_users", refusal)
    page = client.post(ADDRESS, data=fields)

    assert page.status_code == 422
    shown = visible_text(page)
    assert "The total is another one by now." in shown
    assert "Renew for 25.00 EUR" in shown
    assert form_of(text_of(page))["amount"] == "25.00"


def test_nobody_to_renew_is_said(browser, services, sample):
    nobody = sample(UserRenewals, lines=[])
    services.answer_with("billing.quote_user_renewals", nobody)

    shown = visible_text(browser(Role.CUSTOMER).get(ADDRESS))
    assert "No user can be renewed." in shown
