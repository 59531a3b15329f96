"""A queue of calls, or the way to it, is lost under those who use it."""

import threading
from contextlib import suppress

import amqp
import pytest
from drill import Ask, DrillClient, Reported
from waits import no_longer_than, wait_for

from lineup import broker, wire
from lineup.call_queues import FORMER, KINDS, QUORUM, TRANSIENT
from lineup.context import Context
from lineup.errors import Unavailable
from lineup.rpc import RpcClient

QUEUE = TRANSIENT.name_for("drill")


@pytest.fixture
def gated(gate):
    """A client whose way to the broker can be closed."""
    client = RpcClient(gate.uri)
    yield DrillClient(client)
    client.close()


@pytest.mark.feature("OP-19")
def test_a_call_whose_reply_lost_its_way_is_sent_again_and_acts_once(
    service, gate, gated, effects
):
    service()
    ask = Ask(note="x", seconds=1)
    answer = gated.write_once_and_linger.later(Context(), ask, timeout=20)
    wait_for(lambda: effects("write_note"), what="the work")

    gate.close()
    gate.open()

    assert answer.reply().note == "x"
    assert effects("write_note") == ["x"]


def test_a_call_whose_publisher_was_cut_is_sent_by_another(service, gate, gated):
    service()
    gated.echo(Context(), Ask())
    gate.close()
    gate.open()

    assert gated.echo(Context(), Ask(note="again")).note == "again"


@pytest.mark.feature("OP-19")
def test_an_answer_reaches_its_caller_though_the_queue_is_gone(
    service, gate, drill, queues, effects
):
    service(AMQP_URI=gate.uri)
    answer = drill.take_time.later(Context(), Ask(note="x", seconds=1), timeout=20)
    wait_for(lambda: drill.echo(Context(), Ask()).by)

    gate.close()
    queues.channel.queue_delete(QUEUE)
    wait_for(lambda: effects("write_note"), what="the work's end without a broker")
    gate.open()

    assert answer.reply().note == "x"
    assert effects("write_note") == ["x"]


@pytest.mark.feature("OP-19")
def test_a_queue_that_is_lost_is_declared_anew_and_waited_for(service, drill, queues):
    service()
    drill.echo(Context(), Ask())

    for number in range(5):
        for kind in KINDS:
            queues.channel.queue_delete(kind.name_for("drill"))
        assert drill.echo(Context(), Ask(note=str(number))).note == str(number)


def test_a_service_that_is_gone_is_told_after_the_grace(service, drill, queues):
    service().end()
    for kind in KINDS:
        queues.channel.queue_delete(kind.name_for("drill"))

    with no_longer_than(2.5), pytest.raises(Unavailable) as refused:
        drill.echo(Context(), Ask())

    assert refused.value.code == "service_unavailable"


def test_copies_with_queues_of_two_kinds_share_the_calls(service, drill, effects):
    first = service()
    drill.echo(Context(), Ask())
    second = service(CALL_QUEUES="quorum")
    notes = [str(number) for number in range(20)]

    for note in notes:
        drill.write_once(Context(), Ask(note=note))
    assert first.end() == 0
    assert drill.echo(Context(), Ask()).by == second.process.pid

    assert effects("write_note") == notes


def test_a_call_to_a_quorum_queue_expires_and_is_refused_like_any_other(
    service, drill, effects, queues
):
    assert service(CALL_QUEUES="quorum").end() == 0
    queues.channel.queue_delete(FORMER.name_for("drill"))
    with pytest.raises(Unavailable) as refused:
        drill.take_time(Context(), Ask(note="gone"), timeout=0.3)
    assert refused.value.code == "timeout"
    wait_for(lambda: queues.count(QUORUM.name_for("drill")) == 0, what="expiry")

    service(CALL_QUEUES="quorum")

    drill.take_time(Context(), Ask(note="new"))
    assert effects("write_note") == ["new"]


class FormerService:
    """A copy of before: it knows one queue, and answers every call there."""

    def __init__(self, uri):
        self._connection = broker.connect(uri, name="former")
        self._channel = self._connection.channel()
        queue = FORMER.name_for("drill-former")
        self._channel.exchange_declare(
            wire.RPC_EXCHANGE, "topic", durable=True, auto_delete=False
        )
        self._channel.queue_declare(
            queue, durable=True, auto_delete=False, arguments=FORMER.arguments
        )
        self._channel.queue_bind(queue, wire.RPC_EXCHANGE, "drill-former.*")
        self._channel.basic_consume(queue, callback=self._answer)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self):
        self._over.set()
        self._thread.join(10)
        broker.close(self._connection)

    def _run(self):
        while not self._over.is_set():
            with suppress(TimeoutError):
                self._connection.drain_events(timeout=0.2)

    def _answer(self, message: amqp.Message):
        content = broker.message(
            wire.encode_result(Reported(note=message.delivery_info["routing_key"])),
            correlation_id=message.properties["correlation_id"],
        )
        reply_to = message.properties["reply_to"]
        broker.publish(self._channel, wire.RPC_EXCHANGE, reply_to, content)
        self._channel.basic_ack(message.delivery_tag)


class FormerClient(DrillClient):
    service = "drill-former"


def test_a_copy_of_before_is_called_by_the_queue_it_knows(queues, broker_uri, rpc):
    former = FormerService(broker_uri)
    try:
        said = FormerClient(rpc).echo(Context(), Ask(note="x"))
    finally:
        former.close()

    assert said.note == "drill-former.echo"


def test_a_caller_of_before_is_heard(service, queues, effects):
    service()
    body = wire.encode_request(Ask(note="by the former key"))

    queues.publish(wire.RPC_EXCHANGE, "drill.take_time", body)

    wait_for(lambda: effects("write_note") == ["by the former key"], what="the work")
