"""Of an erased customer playlists keeps nothing by which anybody was let in."""

import pytest
from sqlalchemy import delete, update

from lineup.contracts.accounts.erasure import erased_username
from lineup.database.records import OUTBOX
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.testing.leftovers import found_in
from playlists.channels.models import Package
from playlists.entitlements.models import CustomerPackage, User
from playlists.erasure.operations import ERASING
from playlists.pending.models import AccessFile, StaleShard

from .conftest import PARTNER

CUSTOMER = new_id()
SCOPE = below(below(ROOT, PARTNER), CUSTOMER)
NAMING = ("quintessa", "token-of-hers")


@pytest.fixture
def user_id(database, partner):
    """A customer's user that players are let in as, and a package of its own."""
    user_id, package_id = new_id(), new_id()
    with database.transaction() as work:
        work.session.add(
            User(
                id=user_id,
                version=1,
                customer_id=CUSTOMER,
                partner_id=PARTNER,
                scope=SCOPE,
                name="quintessa",
                username="quintessa",
                password="sealed",
                token="token-of-hers",
                public_url="",
                status="active",
                created_at=work.now,
            )
        )
        names = ["access/by-token/token-of-hers", "access/by-username/quintessa"]
        work.session.add(AccessFile(user_id=user_id, names=names, fact={}))
        work.session.add(
            Package(
                id=package_id,
                version=1,
                partner_id=PARTNER,
                scope=below(ROOT, PARTNER),
                name="Sport",
                created_at=work.now,
            )
        )
        work.session.flush()
        work.session.add(
            CustomerPackage(
                id=new_id(),
                customer_id=CUSTOMER,
                package_id=package_id,
                partner_id=PARTNER,
                is_included=True,
                created_at=work.now,
            )
        )
    return user_id


def erase(database, clock):
    clock.forward(minutes=1)
    for _ in range(20):
        if not ERASING.go_on(database):
            return


def confirmations(database):
    with database.transaction() as work:
        types = work.session.scalars(OUTBOX.select().with_only_columns(OUTBOX.c.type))
        return [one for one in types if one == "playlists_erased"]


@pytest.mark.feature("CU-39")
def test_an_erasure_waits_for_the_copies_and_for_every_file(database, clock, user_id):
    with database.transaction() as work:
        ERASING.request(work, CUSTOMER, SCOPE, version=1)
    erase(database, clock)
    assert found_in(database.engine, *NAMING).keys() >= {"users", "access_files"}

    nobody = {"name": "", "username": erased_username(user_id), "token": "gone"}
    with database.transaction() as work:
        work.session.execute(update(User).values(nobody))
    erase(database, clock)
    assert "access_files" in found_in(database.engine, *NAMING)

    with database.transaction() as work:
        work.session.execute(update(AccessFile).values(names=[]))
    erase(database, clock)
    assert confirmations(database) == []  # a file still holds what its row said

    with database.transaction() as work:
        work.session.execute(delete(StaleShard))
    for _ in range(3):
        erase(database, clock)
        with database.transaction() as work:
            work.session.execute(delete(StaleShard))

    assert found_in(database.engine, *NAMING) == {}
    assert "customer_packages" not in found_in(database.engine, CUSTOMER.hex)
    assert len(confirmations(database)) == 1
