"""When a message is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.deliveries.retries import LEASE, next_try_at
from notifications.deliveries.routing import limits_of
from notifications.settings import NotificationsSettings

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_pauses_grow_and_end():
    pauses = [next_try_at(tries, NOW) for tries in range(1, 6)]

    assert pauses == [
        NOW + timedelta(minutes=1),
        NOW + timedelta(minutes=5),
        NOW + timedelta(minutes=30),
        NOW + timedelta(minutes=120),
        None,
    ]


@pytest.mark.parametrize(("mail_seconds", "holds"), [(30, 30), (90, 90), (600, 105)])
def test_no_mail_takes_longer_than_its_lease(mail_seconds, holds):
    settings = NotificationsSettings(
        amqp_uri="",
        database_uri="",
        lineup_secret_keys="",
        smtp_mail_seconds=mail_seconds,
    )

    limit = limits_of(settings).mail_seconds
    assert limit == holds
    assert timedelta(seconds=limit) < LEASE
