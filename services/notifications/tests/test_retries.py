"""When a message is tried again."""

from datetime import UTC, datetime, timedelta

from notifications.deliveries.retries import next_try_at

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
