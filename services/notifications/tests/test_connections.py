"""Connections: who takes one, and who asks whether there is something to take it for."""

from lineup.ids import new_id
from notifications.deliveries.connections import ConnectionPool
from notifications.deliveries.queues import Turn


class Queue:
    """Says whose turn it is, and counts how often it was asked."""

    def __init__(self, *turns):
        self.turns = list(turns)
        self.asked = 0

    def __call__(self, _room):
        self.asked += 1
        return self.turns.pop(0) if self.turns else None


def a_turn():
    return Turn(new_id(), is_shared=False, is_doubtful=False)


def test_of_many_that_rest_one_asks_when_nothing_is_due():
    connections, queue = ConnectionPool(), Queue()

    for _ in range(16):
        with connections.taken(queue, rests=True) as turn:
            assert turn is None

    assert queue.asked == 1


def test_who_does_not_rest_asks_though_nothing_was_due_a_moment_ago():
    connections, queue = ConnectionPool(), Queue()
    with connections.taken(queue, rests=True):
        pass
    queue.turns = [a_turn()]

    with connections.taken(queue) as turn:
        assert turn is not None


def test_while_there_is_work_everybody_finds_some():
    connections, queue = ConnectionPool(), Queue(a_turn(), a_turn())

    with (
        connections.taken(queue, rests=True) as first,
        connections.taken(queue, rests=True) as second,
    ):
        assert None not in {first, second}
