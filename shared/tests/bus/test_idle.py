"""A connection on which nothing happens is not lost, and holds nobody up."""

import threading
import time

import amqp

from lineup import broker

SOON = 5.0


def test_a_heartbeat_alone_is_taken_without_waiting_for_more(fresh_vhost):
    connection = broker.connect(fresh_vhost, name="idle", heartbeat=1)
    connection.channel()
    assert broker.readable(connection, SOON), "no heartbeat came"

    taking = threading.Thread(
        target=broker.handle_frame, args=(connection,), daemon=True
    )
    taking.start()
    taking.join(0.4)

    assert not taking.is_alive()
    broker.close(connection)


def test_an_idle_connection_outlives_many_heartbeats(fresh_vhost):
    connection = broker.connect(fresh_vhost, name="idle", heartbeat=1)
    channel = connection.channel()
    taken = []
    channel.queue_declare("letters", exclusive=True)
    channel.basic_consume("letters", no_ack=True, callback=taken.append)
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        connection.heartbeat_tick()
        if broker.readable(connection, 0.1):
            broker.handle_frame(connection)

    channel.basic_publish(amqp.Message(b"still here" * 50_000), "", "letters")
    while not taken:
        assert broker.readable(connection, SOON)
        broker.handle_frame(connection)

    assert len(taken[0].body) == 500_000
    broker.close(connection)
