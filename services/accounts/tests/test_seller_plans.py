from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.membership.operations import create_customer
from accounts.membership.trash import delete_customer, purge_customer
from accounts.sellers.operations import create_account
from accounts.sellers.plans import (
    create_seller_plan,
    delete_seller_plan,
    get_seller_plan,
    list_seller_plans,
    set_seller_plan,
    update_seller_plan,
)
from accounts.users.limits import get_seller_limits
from accounts.users.operations import create_user
from lineup.context import Context, Role
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.refusals import (
    LimitReached,
    SellerPlanNotFound,
    SellerPlanUsed,
)
from lineup.contracts.accounts.seller_plans import (
    CreateSellerPlan,
    DeleteSellerPlan,
    GetSellerLimits,
    GetSellerPlan,
    ListSellerPlans,
    SetSellerPlan,
    UpdateSellerPlan,
)
from lineup.contracts.accounts.trash import PurgeCustomer
from lineup.contracts.accounts.tree import AccountKind
from lineup.contracts.accounts.users import CreateUser
from lineup.errors import Conflict, Invalid

from .conftest import a_person, actor_at, an_account


@pytest.fixture
def make_plan(ask, tree):
    """`make_plan("Starter", most_users=3)` makes a plan of the partner's."""

    def make(name="Starter", actor=None, **limits):
        return ask(
            actor or tree.partner,
            create_seller_plan,
            CreateSellerPlan(name=name, **limits),
        )

    return make


@pytest.fixture
def give(ask, tree):
    """`give(plan)` gives it to the reseller, or to whom is named."""

    def give(plan, seller=None):
        request = SetSellerPlan(
            account_id=(seller or tree.reseller).account_id,
            seller_plan_id=plan and plan.id,
        )
        return ask(tree.partner, set_seller_plan, request)

    return give


@pytest.fixture
def have(make_plan, give):
    """`have(most_users=3)` limits the reseller."""

    def have(**limits):
        plan = make_plan(**limits)
        give(plan)
        return plan

    return have


@pytest.mark.feature("AH-37")
class TestLimits:
    def test_one_customer_more_is_refused_whoever_makes_it(
        self, have, make_customer, tree
    ):
        have(most_customers=1)
        make_customer(tree.reseller, email="one@tv.example")

        with pytest.raises(LimitReached) as refusal:
            make_customer(tree.reseller, email="two@tv.example")

        assert refusal.value.details == {"limit": "customers", "most": 1, "used": 1}
        make_customer(tree.dealer, email="three@tv.example")
        make_customer(tree.partner, email="four@tv.example")

    def test_one_user_more_is_refused_to_the_customer_too(
        self, have, make_customer, ask, tree, dependencies
    ):
        have(most_users=1)
        anna = make_customer(tree.reseller, user_name="Kids")
        request = CreateUser(customer_id=anna.id, name="Attic")
        for actor in (tree.reseller, tree.partner, actor_at(anna, Role.CUSTOMER)):
            with pytest.raises(LimitReached) as refusal:
                ask(actor, create_user, request, dependencies=dependencies)
        assert refusal.value.details["limit"] == "users"

    def test_a_customer_is_not_made_when_its_user_may_not_be(
        self, have, make_customer, ask, tree
    ):
        have(most_users=0)
        with pytest.raises(LimitReached):
            make_customer(tree.reseller, user_name="Kids")
        assert limits_of(ask, tree).customers == 0

    def test_changing_the_plan_changes_the_limits_of_all_who_have_it(
        self, have, give, make_customer, ask, tree
    ):
        plan = have(most_customers=0)
        give(plan, tree.dealer)
        for number, seller in enumerate((tree.reseller, tree.dealer)):
            with pytest.raises(LimitReached):
                make_customer(seller, email=f"{number}@tv.example")

        request = UpdateSellerPlan(seller_plan_id=plan.id, most_customers=1)
        assert ask(tree.partner, update_seller_plan, request).seller_count == 2

        for number, seller in enumerate((tree.reseller, tree.dealer)):
            make_customer(seller, email=f"{number}@tv.example")

    def test_without_a_plan_nothing_is_limited(
        self, have, give, make_customer, ask, tree
    ):
        have(most_customers=0)
        assert give(None).seller_plan_id is None
        make_customer(tree.reseller)
        limits = limits_of(ask, tree)
        assert (limits.most_customers, limits.seller_plan_name) == (None, "")

    def test_who_is_in_the_trash_counts_until_purged(
        self, have, make_customer, ask, tree, dependencies
    ):
        have(most_customers=1)
        anna = make_customer(tree.reseller, user_name="Kids")
        request = DeleteCustomer(customer_id=anna.id)
        ask(tree.reseller, delete_customer, request, dependencies=dependencies)
        assert (limits_of(ask, tree).customers, limits_of(ask, tree).users) == (1, 1)
        with pytest.raises(LimitReached):
            make_customer(tree.reseller)

        request = PurgeCustomer(customer_id=anna.id)
        ask(tree.reseller, purge_customer, request, dependencies=dependencies)
        assert (limits_of(ask, tree).customers, limits_of(ask, tree).users) == (0, 0)
        make_customer(tree.reseller)

    def test_of_many_at_the_same_time_one_gets_the_last_place(
        self, have, database, dependencies, tree
    ):
        have(most_customers=3)

        def make(number):
            request = CreateCustomer(person=a_person(email=f"{number}@tv.example"))
            try:
                with database.transaction(Context(actor=tree.reseller)) as work:
                    create_customer(work, request, dependencies=dependencies)
            except LimitReached:
                return False
            return True

        with ThreadPoolExecutor(6) as threads:
            assert sum(threads.map(make, range(6))) == 3

    def test_billing_hears_how_many_trials_a_seller_may_sell(
        self, have, give, ask, tree, announced
    ):
        plan = have(most_trials_per_day=5)
        request = UpdateSellerPlan(seller_plan_id=plan.id, most_trials_per_day=7)
        ask(tree.partner, update_seller_plan, request)
        give(None)

        states = [one for one in announced("account_changed") if one.name == "shop"]
        told = [(one.version, one.most_trials_per_day) for one in states]
        assert told == [(1, None), (2, 5), (3, 7), (4, None)]


@pytest.mark.feature("AH-37")
class TestPlans:
    def test_one_is_made_listed_and_changed(self, make_plan, ask, tree):
        make_plan("Zenith")
        plan = make_plan("Starter", most_users=5, most_customers=0)

        listed = ask(tree.partner, list_seller_plans, ListSellerPlans())
        assert [one.name for one in listed.items] == ["Starter", "Zenith"]
        assert (plan.most_customers, plan.most_users) == (0, 5)

        request = UpdateSellerPlan(seller_plan_id=plan.id, most_users=None)
        changed = ask(tree.partner, update_seller_plan, request)
        assert (changed.name, changed.most_users) == ("Starter", None)
        assert changed.most_customers == 0

    def test_a_name_is_used_once_by_a_partner(self, make_plan, tree):
        make_plan("Starter")
        with pytest.raises(Conflict) as refusal:
            make_plan("STARTER")
        assert refusal.value.code == "seller_plan_name_taken"
        make_plan("Starter", tree.neighbour)

    def test_one_in_use_stays_and_one_without_sellers_goes(self, have, give, ask, tree):
        plan = have(most_users=1)
        request = DeleteSellerPlan(seller_plan_id=plan.id)
        with pytest.raises(SellerPlanUsed):
            ask(tree.partner, delete_seller_plan, request)
        give(None)
        ask(tree.partner, delete_seller_plan, request)
        with pytest.raises(SellerPlanNotFound):
            ask(tree.partner, get_seller_plan, GetSellerPlan(seller_plan_id=plan.id))

    def test_a_neighbours_is_neither_seen_nor_given(self, make_plan, give, ask, tree):
        plan = make_plan(actor=tree.neighbour)
        listed = ask(tree.partner, list_seller_plans, ListSellerPlans())
        assert listed.items == []
        with pytest.raises(SellerPlanNotFound):
            give(plan)
        given = SetSellerPlan(
            account_id=tree.reseller.account_id, seller_plan_id=plan.id
        )
        with pytest.raises(SellerPlanNotFound):
            ask(tree.operator, set_seller_plan, given)

    def test_only_sellers_have_one(self, make_plan, give, tree):
        with pytest.raises(Invalid):
            give(make_plan(), tree.partner)

    def test_the_operator_names_the_partner(self, ask, tree, dependencies):
        named = CreateSellerPlan(name="One", partner_id=tree.partner.account_id)
        made = ask(tree.operator, create_seller_plan, named)
        assert made.partner_id == tree.partner.account_id
        for partner_id in (None, tree.reseller.account_id):
            request = CreateSellerPlan(name="Two", partner_id=partner_id)
            with pytest.raises(Invalid):
                ask(tree.operator, create_seller_plan, request)

    def test_a_seller_made_later_has_none(self, have, ask, tree, dependencies):
        have(most_users=1)
        request = an_account(AccountKind.DEALER, "later")
        made = ask(tree.partner, create_account, request, dependencies=dependencies)
        assert made.seller_plan_id is None


def limits_of(ask, tree):
    request = GetSellerLimits(account_id=tree.reseller.account_id)
    return ask(tree.reseller, get_seller_limits, request)
