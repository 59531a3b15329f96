"""What the service's timers do can be done by hand."""

import pytest
from click.testing import CliRunner

from lineup.command.main import main
from lineup.secrets import make_key


@pytest.fixture
def job(monkeypatch, engine):
    uri = engine.url.render_as_string(hide_password=False)
    told = {
        "AMQP_URI": "amqp://nowhere",
        "DATABASE_URI": uri.replace("+psycopg2", ""),
        "LINEUP_SECRET_KEYS": make_key(),
    }
    return lambda *words: CliRunner().invoke(main, ["job", *words], env=told)


def test_jobs_are_listed_and_done(job, shop_floor, partner, user, clock):
    subscription = shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR", days=1))
    listed = job("billing")
    assert "announce_ends: Mark and announce subscriptions" in listed.output

    done = job("billing", "announce_ends")

    assert (done.exit_code, done.output) == (0, "billing: announce_ends finished\n")
    assert shop_floor.look(subscription).state == "expired"  # its clock is today's


def test_an_unknown_job_is_refused_with_those_there_are(job):
    refused = job("billing", "no_such_job")

    assert refused.exit_code == 2
    assert "announce_ends" in refused.output
