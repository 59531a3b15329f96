"""Of a purged partner billing keeps a tombstone; of its neighbour everything."""

import pytest
from sqlalchemy import text

from billing.purging.operations import PURGING


@pytest.fixture
def purge(database):
    """Deletes everything of a partner, to the end; a step that fails fails the test."""

    def purge(partner):
        with database.transaction() as work:
            PURGING.request(work, partner.id, partner.scope, version=1)
        is_at_it = True
        while is_at_it:
            with database.transaction() as work:
                is_at_it = PURGING.do_some(work)

    return purge


@pytest.mark.feature("PL-08", "PL-21")
def test_all_that_was_sold_goes_with_its_partner(shop_floor, purge, engine, announced):
    sells(shop_floor, shop_floor.partner())
    others = counts(engine)
    partner = shop_floor.partner()
    sells(shop_floor, partner)

    purge(partner)

    assert counts(engine) == others | {"account_copy": 2, "purges": 1}
    [purged] = announced("billing_purged")
    assert purged.id == str(partner.id)
    assert shop_floor.books().is_sound


def sells(shop_floor, partner):
    """Sell to a customer twice; the first sale is stopped and refunded."""
    customer = shop_floor.customer(partner, "50.00 EUR")
    user = shop_floor.user(customer, renews=True)
    plan = shop_floor.plan(partner)
    shop_floor.stop(shop_floor.buy(user, plan))
    shop_floor.buy(user, plan)


def counts(engine):
    """How many rows each table holds that is not empty, events to be sent aside."""
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        found = {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"'))
            for name in set(names) - {"outbox", "alembic_version"}
        }
    return {name: count for name, count in found.items() if count}
