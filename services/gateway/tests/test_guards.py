"""Nothing goes before billing has said what would be lost (AH-40)."""

from dataclasses import replace

import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.billing.catalog import CreateProduct, CurrencyUse
from lineup.contracts.billing.deletion_blockers import (
    DeletionBlockers,
    RunningSubscription,
)
from lineup.errors import Conflict, NotFound
from lineup.money import Money
from lineup.verbs import Done, verb_of

ID = "019d0000-0000-7000-8000-000000000001"
MONEY = DeletionBlockers(
    balances=[Money.of("11.00 EUR"), Money.of("300 JPY")], running=0, subscriptions=[]
)


@pytest.fixture
def blocked(services, sample):
    """`blocked(MONEY)` is what billing says is in the way."""

    def blocked(found):
        services.answer_with("billing.get_deletion_blockers", found)

    return blocked


class TestACustomer:
    @pytest.mark.feature("AH-40")
    def test_money_is_named_with_its_amounts(self, api, services, blocked):
        blocked(MONEY)
        answer = api("DELETE", f"/customers/{ID}")

        received = answer.get_json()
        assert (answer.status_code, received["code"]) == (409, "balance_left")
        assert "11.00 EUR and 300 JPY is on the balance" in received["message"]
        assert received["details"]["blockers"] == [
            {"kind": "balance", "amount": {"amount": "11.00", "currency": "EUR"}},
            {"kind": "balance", "amount": {"amount": "300", "currency": "JPY"}},
        ]
        assert services.calls_of("accounts.delete_customer") == []

    @pytest.mark.feature("AH-40")
    def test_what_runs_is_named_beside_the_money(self, api, services, blocked, sample):
        running = sample(RunningSubscription, user_name="Kids", product_name="Family")
        blocked(replace(MONEY, running=1, subscriptions=[running]))
        answer = api("DELETE", f"/customers/{ID}")

        received = answer.get_json()
        assert (answer.status_code, received["code"]) == (409, "subscription_active")
        assert (
            "1 subscription is active, and 11.00 EUR and 300 JPY" in received["message"]
        )
        assert received["details"]["action"] == "stop_subscription"
        kinds = [one["kind"] for one in received["details"]["blockers"]]
        assert kinds == ["subscription", "balance", "balance"]
        assert services.calls_of("accounts.delete_customer") == []

    @pytest.mark.feature("AH-40")
    def test_by_force_accounts_is_told_why_and_what_becomes_of_the_money(
        self, api, services, blocked
    ):
        blocked(replace(MONEY, is_deleted=True))
        query = "force=true&reason=moved+away&settlement=write_off"
        answer = api("DELETE", f"/customers/{ID}?{query}")

        assert answer.status_code == 204
        [(_, rpc_request)] = services.calls_of("accounts.delete_customer")
        assert (rpc_request.force, rpc_request.reason) == (True, "moved away")
        assert rpc_request.settlement is BalanceSettlement.WRITE_OFF

    def test_the_answer_waits_until_its_balance_takes_no_money(
        self, api, services, blocked
    ):
        nothing = replace(MONEY, balances=[])
        replies = [nothing, nothing, nothing, replace(nothing, is_deleted=True)]
        blocked(lambda *_: replies.pop(0))

        assert api("DELETE", f"/customers/{ID}").status_code == 204
        assert replies == []

    def test_without_billing_nobody_knows_and_nothing_goes(self, api, services):
        services.silent.add("billing")

        assert api("DELETE", f"/customers/{ID}").status_code in {503, 504}
        assert services.calls_of("accounts.delete_customer") == []

    def test_what_was_stopped_a_moment_ago_is_no_obstacle(self, api, services):
        late = [
            Conflict(code="subscription_active"),
            Conflict(code="subscription_active"),
        ]
        services.answer_with(
            "accounts.delete_user", lambda *_: late.pop() if late else Done()
        )

        assert api("DELETE", f"/users/{ID}").status_code == 204

    def test_what_was_bought_a_moment_ago_is_one(self, api, services, blocked):
        blocked(DeletionBlockers(balances=[], running=1, subscriptions=[]))
        answer = api("DELETE", f"/users/{ID}", Role.CUSTOMER)

        assert answer.get_json()["code"] == "subscription_active"
        assert services.calls_of("accounts.delete_user") == []


class TestASeller:
    def test_money_of_its_customers_is_named(self, api, services, blocked):
        blocked(MONEY)
        answer = api("DELETE", f"/accounts/{ID}?confirmation=stall")

        assert answer.status_code == 409
        assert answer.get_json()["code"] == "balance_left"
        assert services.calls_of("accounts.delete_account") == []

        query = "confirmation=stall&force=true&reason=bankrupt"
        assert api("DELETE", f"/accounts/{ID}?{query}").status_code == 202
        [(_, rpc_request)] = services.calls_of("accounts.delete_account")
        assert (rpc_request.force, rpc_request.reason) == (True, "bankrupt")
        assert rpc_request.settlement is BalanceSettlement.PAY_OUT


class TestACurrency:
    @pytest.fixture
    def account(self, services, sample):
        """`account(AccountKind.PARTNER)` has euros."""

        def account(kind):
            view = sample(AccountView, kind=kind, currency="EUR")
            services.answer_with("accounts.get_account", view)
            return view

        return account

    def change(self, api, currency):
        body = {"name": "North", "currency": currency}
        answer = api("PATCH", f"/accounts/{ID}", json=body)
        return (
            answer
            if answer.status_code != 405
            else api("PUT", f"/accounts/{ID}", json=body)
        )

    def test_it_stays_under_plans_on_sale(self, api, services, account):
        account(AccountKind.PARTNER)
        services.answer_with(
            "billing.get_currency_use", CurrencyUse(currency="EUR", plans=2)
        )
        answer = self.change(api, "JPY")

        received = answer.get_json()
        assert (answer.status_code, received["code"]) == (409, "currency_in_use")
        assert received["fields"] == {
            "currency": ["2 plans on sale use EUR. Retire them first."]
        }
        assert services.calls_of("accounts.update_account") == []

    @pytest.mark.parametrize(
        ("kind", "currency", "plans"),
        [
            (AccountKind.PARTNER, "eur", 2),
            (AccountKind.PARTNER, "JPY", 0),
            (AccountKind.DEALER, "JPY", 2),
        ],
    )
    def test_where_nothing_is_harmed_accounts_decides(
        self, api, services, account, kind, currency, plans
    ):
        account(kind)
        services.answer_with(
            "billing.get_currency_use", CurrencyUse(currency="EUR", plans=plans)
        )

        assert self.change(api, currency).status_code == 200
        assert len(services.calls_of("accounts.update_account")) == 1


PRODUCT = {"name": "x", "package_ids": [ID]}


class TestWaiting:
    def test_several_copies_that_are_missing_one_after_the_other(
        self, api, services, sample
    ):
        partner = sample(AccountView, kind=AccountKind.PARTNER)
        services.answer_with("accounts.get_account", partner)
        usual = services._usual
        late = [
            NotFound(code="package_not_found"),
            NotFound(code="partner_not_found"),
            NotFound(code="partner_not_found"),
        ]

        def answer(context, request):
            if late:
                return late.pop()
            return usual("billing.create_product", verb_of(CreateProduct), request)

        services.answer_with("billing.create_product", answer)

        assert api("POST", "/products", json=PRODUCT).status_code == 201
        assert late == []

    def test_what_its_owner_does_not_know_either_is_refused_at_once(
        self, api, services
    ):
        services.answer_with(
            "billing.create_product", NotFound(code="package_not_found")
        )
        services.answer_with(
            "playlists.get_package", NotFound(code="package_not_found")
        )

        answer = api("POST", "/products", json=PRODUCT)
        assert answer.get_json()["code"] == "package_not_found"
        assert len(services.calls_of("billing.create_product")) == 1
