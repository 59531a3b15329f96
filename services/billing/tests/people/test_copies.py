"""Copies keep the newest, whatever the order in which events arrive."""

import pytest

from billing.people import operations as people
from billing.people.models import AccountCopy, UserCopy
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.scope import ROOT, below


def named(partner_id, name, version, **details):
    facts = {
        "id": partner_id,
        "version": version,
        "kind": AccountKind.PARTNER,
        "name": name,
        "scope": below(ROOT, partner_id),
        "partner_id": partner_id,
        "parent_id": None,
        "email": "",
        "currency": "EUR",
        "time_zone": "UTC",
        "public_url": "",
        "status": Status.ACTIVE,
    }
    return AccountChanged(**(facts | details))


def test_a_late_older_event_changes_nothing(shop_floor, database):
    partner_id = new_id()
    for name, version in (("first", 1), ("third", 3), ("second", 2)):
        shop_floor.keep(people.upsert_accounts, named(partner_id, name, version))

    with database.transaction() as work:
        assert work.session.get(AccountCopy, partner_id).name == "third"


def test_a_user_expected_by_an_order_gives_way_to_its_first_event(
    shop_floor, database, customer, user
):
    user.id = new_id()
    with database.transaction() as work:
        people.expect_user(
            work,
            user_id=user.id,
            customer_id=customer.id,
            customer_scope=customer.scope,
        )
    shop_floor.user_says(user, version=1, name="Kids")

    with database.transaction() as work:
        assert work.session.get(UserCopy, user.id).name == "Kids"


def test_an_expected_user_does_not_replace_a_known_one(database, customer, user):
    with database.transaction() as work:
        people.expect_user(
            work,
            user_id=user.id,
            customer_id=customer.id,
            customer_scope=customer.scope,
        )
    with database.transaction() as work:
        assert work.session.get(UserCopy, user.id).name == "Living room"


def test_a_seller_is_no_partner(shop_floor, database, partner):
    seller_id = new_id()
    state = named(seller_id, "Stall", 1, kind=AccountKind.DEALER)
    shop_floor.keep(people.upsert_accounts, state)

    with database.transaction() as work, pytest.raises(NotFound):
        people.get_partner(work, seller_id)
