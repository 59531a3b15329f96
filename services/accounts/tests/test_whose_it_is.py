"""Whoever names another's partner, seller or company is refused, never served as if not."""

import pytest

from accounts.customers.groups import create_group
from accounts.membership.operations import create_customer
from accounts.sellers.operations import create_account
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.tree import AccountKind
from lineup.errors import Invalid, NotFound

from .conftest import a_person, an_account


@pytest.fixture
def make(ask, dependencies):
    """`make(actor, partner_id=…, seller_id=…)` makes a customer."""

    def make(actor, **whose):
        request = CreateCustomer(person=a_person(), **whose)
        return ask(actor, create_customer, request, dependencies=dependencies)

    return make


class TestACustomer:
    @pytest.mark.parametrize("who", ["partner", "reseller", "dealer", "operator"])
    def test_is_made_where_ones_own_is_named(self, make, tree, who):
        own = tree.partner.account_id
        made = make(getattr(tree, who), partner_id=own)
        assert made.partner_id == own

    @pytest.mark.parametrize("field", ["partner_id", "seller_id"])
    @pytest.mark.parametrize("who", ["partner", "reseller", "dealer"])
    def test_is_not_where_anothers_is(self, make, tree, who, field):
        with pytest.raises(NotFound) as refusal:
            make(getattr(tree, who), **{field: tree.neighbour.account_id})
        assert list(refusal.value.fields) == [field]

    def test_is_not_where_a_seller_is_named_beside_anothers_partner(self, make, tree):
        whose = {
            "seller_id": tree.dealer.account_id,
            "partner_id": tree.neighbour.account_id,
        }
        for actor, answer in ((tree.partner, NotFound), (tree.operator, Invalid)):
            with pytest.raises(answer) as refusal:
                make(actor, **whose)
            assert list(refusal.value.fields) == ["partner_id"]

    def test_is_not_where_the_operator_names_nobody(self, make, tree):
        with pytest.raises(Invalid) as refusal:
            make(tree.operator)
        assert list(refusal.value.fields) == ["partner_id"]


def test_a_seller_is_not_made_below_anothers_partner(ask, tree, dependencies):
    request = an_account(
        AccountKind.DEALER, "stray", parent_id=tree.neighbour.account_id
    )
    with pytest.raises(NotFound) as refusal:
        ask(tree.partner, create_account, request, dependencies=dependencies)
    assert list(refusal.value.fields) == ["parent_id"]


def test_a_group_is_not_made_for_anothers_company(ask, tree):
    request = CreateCustomerGroup(name="VIP", account_id=tree.neighbour.account_id)
    with pytest.raises(NotFound) as refusal:
        ask(tree.partner, create_group, request)
    assert list(refusal.value.fields) == ["account_id"]
