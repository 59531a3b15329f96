"""Connections: who takes one, and who asks whether there is something to take it for."""

from lineup.ids import new_id
from notifications.deliveries.connections import ConnectionPool
from notifications.deliveries.queues import QueueClaim


class Queue:
    """Says whose turn it is, and counts how often it was asked."""

    def __init__(self, *turns):
        self.turns = list(turns)
        self.calls = 0

    def __call__(self, _room):
        self.calls += 1
        return self.turns.pop(0) if self.turns else None


def a_claim():
    return QueueClaim(new_id(), is_shared=False, is_doubtful=False)


def test_of_many_that_rest_one_asks_when_nothing_is_due():
    connections, queue = ConnectionPool(), Queue()

    for _ in range(16):
        with connections.acquire(queue, rests=True) as claim:
            assert claim is None

    assert queue.calls == 1


def test_who_does_not_rest_asks_though_nothing_was_due_a_moment_ago():
    connections, queue = ConnectionPool(), Queue()
    with connections.acquire(queue, rests=True):
        pass
    queue.turns = [a_claim()]

    with connections.acquire(queue) as claim:
        assert claim is not None


def test_while_there_is_work_everybody_finds_some():
    connections, queue = ConnectionPool(), Queue(a_claim(), a_claim())

    with (
        connections.acquire(queue, rests=True) as first,
        connections.acquire(queue, rests=True) as second,
    ):
        assert None not in {first, second}
