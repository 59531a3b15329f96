"""Whose pages stand at an address: one partner's, or nobody's."""

import pytest

from accounts.sellers.companies import find_company
from accounts.sellers.editing import update_account
from accounts.tree.operations import set_account_state
from lineup.context import NOBODY
from lineup.contracts.accounts.tree import (
    FindCompany,
    SetAccountState,
    Status,
    UpdateAccount,
)

INSTALLATION = "https://lineup.example"


@pytest.fixture
def company_at(ask, dependencies):
    return lambda address: (
        ask(
            NOBODY,
            find_company,
            FindCompany(address=address),
            dependencies=dependencies,
        ).name
    )


@pytest.fixture
def move_to(ask, tree):
    """`move_to(partner, address)` gives a partner an address of its own."""

    def move(partner, address):
        change = UpdateAccount(account_id=partner.account_id, public_url=address)
        ask(tree.operator, update_account, change)

    return move


@pytest.mark.parametrize(
    "address",
    [
        "https://tv.example",
        "http://tv.example",
        "https://tv.example:443",
        "http://tv.example:80",
    ],
)
def test_a_partner_is_known_by_its_address(company_at, move_to, tree, address):
    move_to(tree.partner, "https://tv.example")
    assert company_at(address) == "north"


@pytest.mark.parametrize(
    "address", ["https://tv.example:8443", "https://www.tv.example", "https://example"]
)
def test_another_address_is_nobody_s(company_at, move_to, tree, address):
    move_to(tree.partner, "https://tv.example")
    assert company_at(address) == ""


def test_an_address_of_several_tells_nobody(company_at, move_to, tree):
    assert company_at(INSTALLATION) == ""

    move_to(tree.partner, "https://tv.example")
    assert company_at(INSTALLATION) == "south"
    move_to(tree.neighbour, "https://tv.example")
    assert (company_at(INSTALLATION), company_at("https://tv.example")) == ("", "")


def test_who_is_switched_off_is_told_no_longer(company_at, move_to, ask, tree):
    move_to(tree.partner, "https://tv.example")
    off = SetAccountState(account_id=tree.partner.account_id, state=Status.INACTIVE)
    ask(tree.operator, set_account_state, off)
    assert company_at("https://tv.example") == ""
