"""Selling at the counter: several steps in one form, each of them once."""

import pytest
from answers import text_of

from lineup.context import Role
from lineup.contracts.accounts.membership import CreatedCustomer
from lineup.contracts.accounts.tree import AccountView
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelView
from lineup.errors import Conflict, Invalid
from lineup.money import Money
from lineup.secrets import Keyring

ID = "019d0000-0000-7000-8000-000000000001"
SALE = {"first_name": "Wim", "last_name": "Walk", "plan_id": ID}
FIRST = {
    "product_name": "Basic",
    "devices": "2",
    "amount": "9.00",
    "first_name": "Flo",
    "last_name": "First",
}


@pytest.fixture
def on_sale(services, sample):
    """One plan is on sale."""
    plan = sample(PlanView, is_retired=False)
    product = sample(ProductView, plans=[plan], is_trial=False)
    services.answer_with("billing.list_products", Page(items=[product]))


@pytest.fixture
def counter(browser, services, sample, settings, on_sale):
    """A partner at the panel with one plan on sale; passwords are generated."""
    sealed = Keyring.of(settings.lineup_secret_keys).seal("made-by-chance")
    made = sample(
        CreatedCustomer,
        username="wim.walk",
        users=[sample(UserView)],
        generated_password=sealed,
    )
    services.answer_with("accounts.create_customer", made)
    services.answer_with("accounts.get_account", sample(AccountView, currency="EUR"))
    return browser(Role.PARTNER)


def sent(client, form_of, path, **fields):
    hidden = form_of(client.get(path).get_data(as_text=True), path)
    return client.post(path, data={**hidden, **fields})


@pytest.mark.feature("CU-28")
def test_customer_money_and_purchase_are_made_by_one_form(counter, services, form_of):
    answer = sent(counter, form_of, "/sell", **SALE)

    assert answer.location == f"/users/{ID}"
    [(making, made)] = services.calls_of("accounts.create_customer")
    [(taking, taken)] = services.calls_of("billing.top_up")
    [(buying, bought)] = services.calls_of("billing.purchase")
    assert (made.person.first_name, made.user_name) == ("Wim", "TV")
    assert (taken.amount, taken.note) == (Money.of("9.00 EUR"), "Paid in cash")
    assert (str(bought.user_id), str(bought.plan_id)) == (ID, ID)
    keys = {one.idempotency_key for one in (making, taking, buying)}
    assert len(keys) == 3
    assert all(key.rpartition(" ")[0] for key in keys)


def test_a_form_sent_twice_asks_by_the_same_keys(counter, services, form_of):
    hidden = form_of(text_of(counter.get("/sell")), "/sell")
    for _ in range(2):
        counter.post("/sell", data={**hidden, **SALE})

    for verb in ("accounts.create_customer", "billing.top_up", "billing.purchase"):
        (first, _), (second, _) = services.calls_of(verb)
        assert first.idempotency_key == second.idempotency_key


def test_a_generated_password_is_shown_once(counter, form_of):
    sent(counter, form_of, "/sell", **SALE)
    first, second = (text_of(counter.get(f"/users/{ID}")) for _ in range(2))

    assert "Login details of Wim Walk" in first
    assert "made-by-chance" in first
    assert "made-by-chance" not in second
    with counter.session_transaction() as session:
        assert "made-by-chance" not in str(dict(session))


def test_a_new_customers_password_is_shown_without_a_mail_address(counter, form_of):
    path = "/customers/new"
    sent(counter, form_of, path, first_name="Ada", last_name="New", email="")
    page = text_of(counter.get(f"/customers/{ID}"))
    assert "Login details of text text" in page
    assert "made-by-chance" in page


def test_nothing_is_taken_for_what_is_free(counter, services, sample, form_of):
    plan = sample(PlanView, is_retired=False, price=Money.of("0.00 EUR"))
    product = sample(ProductView, plans=[plan])
    services.answer_with("billing.list_products", Page(items=[product]))
    sent(counter, form_of, "/sell", **SALE)

    assert services.calls_of("billing.top_up") == []
    assert len(services.calls_of("billing.purchase")) == 1


def test_a_plan_that_is_not_on_sale_makes_nobody(counter, services, form_of):
    other = ID.replace("1", "2")
    answer = sent(counter, form_of, "/sell", **{**SALE, "plan_id": other})

    assert answer.status_code == 422
    assert "Choose a plan." in text_of(answer)
    assert services.calls_of("accounts.create_customer") == []


def test_a_name_that_lacks_is_told_at_its_field(counter, services, form_of):
    refusal = Invalid(fields={"person.last_name": ["This field is required."]})
    services.answer_with("accounts.create_customer", refusal)
    answer = sent(counter, form_of, "/sell", **{**SALE, "last_name": ""})

    assert answer.status_code == 422
    assert "This field is required." in text_of(answer)
    assert services.calls_of("billing.top_up") == []


def test_a_purchase_that_is_refused_leaves_the_customer_with_a_way_on(
    counter, services, form_of
):
    services.answer_with("billing.purchase", Conflict("Not now."))
    answer = sent(counter, form_of, "/sell", **SALE)

    assert answer.location == f"/users/{ID}/buy?plan_id={ID}"
    page = text_of(counter.get(answer.location))
    assert "the plan could not be sold: Not now." in page
    assert "made-by-chance" in page


def test_without_a_plan_the_page_leads_to_the_first_line(counter, services):
    services.answer_with("billing.list_products", Page(items=[]))
    assert 'href="/first-line"' in text_of(counter.get("/sell"))


def test_everything_is_put_on_sale_and_sold_at_once(counter, services, sample, form_of):
    channels = Page(items=[sample(ChannelView)], total=3)
    services.answer_with("playlists.list_channels", channels)
    answer = sent(counter, form_of, "/first-line", **FIRST)

    assert answer.location == f"/users/{ID}"
    [(_, filled)] = services.calls_of("playlists.add_package_channels")
    [(_, product)] = services.calls_of("billing.create_product")
    [(_, plan)] = services.calls_of("billing.create_plan")
    assert filled.matching is not None
    assert [str(one) for one in product.package_ids] == [ID]
    assert (plan.price.decimal(), plan.months) == ("9.00", 1)
    assert len(services.calls_of("billing.purchase")) == 1


def test_without_channels_the_first_line_leads_to_the_import(counter, services):
    services.answer_with("playlists.list_channels", Page(items=[], total=0))
    assert 'href="/channels/import"' in text_of(counter.get("/first-line"))


def test_a_refused_plan_leaves_what_was_made(counter, services, sample, form_of):
    services.answer_with(
        "playlists.list_channels", Page(items=[sample(ChannelView)], total=3)
    )
    services.answer_with("billing.create_plan", Conflict("Not in this currency."))
    answer = sent(counter, form_of, "/first-line", **FIRST)

    assert answer.location == "/products"
    assert "Not in this currency." in text_of(counter.get("/products"))


class TestCashForAPlan:
    def test_what_is_missing_is_taken_and_bought(self, counter, services, form_of):
        path = f"/users/{ID}/buy"
        page = text_of(counter.get(path))
        assert 'name="taken" value="9.00"' in page
        answer = counter.post(path, data={**form_of(page, path), "taken": "4.00"})

        assert answer.status_code == 303
        [(_, taken)] = services.calls_of("billing.top_up")
        assert taken.amount == Money.of("4.00 EUR")
        assert len(services.calls_of("billing.purchase")) == 1

    def test_who_cannot_top_up_takes_none(self, browser, services, form_of, on_sale):
        client = browser(Role.CUSTOMER)
        path = f"/users/{ID}/buy"
        page = text_of(client.get(path))
        assert 'name="taken"' not in page
        answer = client.post(path, data={**form_of(page, path), "taken": "4.00"})

        assert answer.status_code == 403
        assert services.calls_of("billing.top_up") == []

    def test_no_amount_is_no_amount(self, counter, services, form_of):
        path = f"/users/{ID}/buy"
        page = text_of(counter.get(path))
        answer = counter.post(path, data={**form_of(page, path), "taken": "1e9"})

        assert answer.status_code == 422
        assert services.calls_of("billing.top_up") == []
