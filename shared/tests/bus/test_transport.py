"""What is read and written in large pieces comes whole, in order and at once."""

from contextlib import closing

import pytest

from lineup import broker
from lineup.broker import ConfirmingPublisher

SOON = 5.0
LARGE = b"more than a frame " * 20_000


@pytest.fixture
def connection(fresh_vhost):
    opened = broker.connect(fresh_vhost, name="pieces")
    yield opened
    broker.close(opened)


@pytest.fixture
def letters(connection):
    """What has been taken from the queue `letters`, which is empty as yet."""
    taken = []
    channel = connection.channel()
    channel.queue_declare("letters", exclusive=False)
    channel.basic_consume("letters", no_ack=True, callback=taken.append)
    return taken


def send(uri, bodies):
    with closing(ConfirmingPublisher(uri, name="pieces")) as publisher:
        publisher.publish_all(
            ("", "letters", broker.message(body, type=str(number)))
            for number, body in enumerate(bodies)
        )
        publisher.confirm()


def as_bytes(body):
    return body.encode() if isinstance(body, str) else bytes(body)


def test_messages_written_together_arrive_each_by_itself(
    fresh_vhost, connection, letters
):
    bodies = [b"one", LARGE, *([b"many"] * 300)]

    send(fresh_vhost, bodies)
    while len(letters) < len(bodies):
        assert broker.readable(connection, SOON)
        broker.handle_frame(connection)

    assert [as_bytes(letter.body) for letter in letters] == bodies
    assert [letter.properties["type"] for letter in letters] == [
        str(number) for number in range(len(bodies))
    ]


def test_what_was_read_ahead_need_not_be_waited_for(fresh_vhost, connection, letters):
    send(fresh_vhost, [b"one", b"two", b"three"])
    while not letters:
        assert broker.readable(connection, SOON)
        broker.handle_frame(connection)

    while broker.has_read_ahead(connection):
        assert broker.readable(connection, 0)
        broker.handle_frame(connection)
    assert len(letters) > 1, "nothing was read ahead"


def test_of_messages_one_of_which_cannot_be_written_none_is(fresh_vhost):
    with closing(ConfirmingPublisher(fresh_vhost, name="pieces")) as publisher:
        publisher.channel.queue_declare("letters", exclusive=False)
        fine, broken = broker.message(b"one"), broker.message(b"two", type=object())

        with pytest.raises(TypeError):
            publisher.publish_all([("", "letters", fine), ("", "letters", broken)])

        declared = publisher.channel.queue_declare("letters", passive=True)
        assert declared.message_count == 0
