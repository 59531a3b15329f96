"""Messages that wait are told to whoever watches."""

from lineup.ids import new_id
from notifications.deliveries.operations import Message, queue
from notifications.metrics import deliveries, mail_servers
from notifications.transports.models import Transport, TransportHealth


def metric_values(database):
    with database.transaction() as work:
        samples = [*deliveries(work), *mail_servers(work)]
        return {sample.gauge.name: sample.value for sample in samples}


def test_a_message_that_nobody_sends_grows_old(database, keyring, clock):
    nothing = {
        "lineup_due_rows": 0,
        "lineup_due_oldest_seconds": 0,
        "lineup_mail_servers_failing": 0,
    }
    assert metric_values(database) == nothing
    partner_id = new_id()
    with database.transaction() as work:
        message = Message(
            cause_id=new_id(),
            template="test",
            values={"partner": "Wave TV"},
            receiver="wanda@example.org",
            partner_id=partner_id,
            scope="/",
        )
        queue(work, keyring, message)

    clock.forward(seconds=90)

    assert metric_values(database) == {
        **nothing,
        "lineup_due_rows": 1,
        "lineup_due_oldest_seconds": 90,
    }

    with database.transaction() as work:
        own = Transport(
            partner_id=partner_id,
            scope="/",
            sender_address="tv@example.org",
            sender_name="",
            host="mail.example.org",
            port=25,
            security="none",
            username="",
            password=None,
        )
        health = TransportHealth(id=partner_id, failures=0)
        work.session.add_all([own, health])
        health.fail("No answer.", work.now)

    assert metric_values(database) == {**nothing, "lineup_mail_servers_failing": 1}
