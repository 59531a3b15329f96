"""Messages that wait are told to whoever watches."""

from lineup.ids import new_id
from notifications.deliveries.operations import Message, queue
from notifications.watching import deliveries


def told(database):
    with database.transaction() as work:
        return {figure.gauge.name: figure.value for figure in deliveries(work)}


def test_a_message_that_nobody_sends_grows_old(database, keyring, clock):
    assert told(database) == {"lineup_due_rows": 0, "lineup_due_oldest_seconds": 0}
    with database.transaction() as work:
        message = Message(
            cause_id=new_id(),
            template="test",
            values={"partner": "Wave TV"},
            receiver="wanda@example.org",
            partner_id=new_id(),
            scope="/",
        )
        queue(work, keyring, message)

    clock.forward(seconds=90)

    assert told(database) == {"lineup_due_rows": 1, "lineup_due_oldest_seconds": 90}
