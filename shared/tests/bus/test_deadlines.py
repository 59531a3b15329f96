"""Nothing waits without an end, and nothing is done for who no longer waits."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from drill import Ask
from waits import no_longer_than, wait_for

from lineup import broker, wire
from lineup.context import Context
from lineup.errors import Unavailable
from lineup.rpc import gather


@pytest.mark.feature("OP-06")
def test_a_slow_service_is_a_timeout_and_its_late_reply_is_ignored(standing):

    with no_longer_than(0.7), pytest.raises(Unavailable) as refused:
        standing.wait(Context(), Ask(note="late", seconds=1.0), timeout=0.4)

    assert refused.value.code == "timeout"
    time.sleep(1.0)  # the late reply has come
    assert standing.echo(Context(), Ask(note="next")).note == "next"


@pytest.mark.feature("OP-06")
def test_a_service_nobody_ever_started_is_told_at_once(queues, drill):
    with no_longer_than(2), pytest.raises(Unavailable) as refused:
        drill.echo(Context(), Ask())

    assert refused.value.code == "service_unavailable"


def test_calls_that_waited_too_long_for_a_worker_are_not_begun(
    service, drill, effects, publish_note
):
    service(MAX_WORKERS="2")
    publish_note("slow event", seconds=1.5)
    wait_for(lambda: effects("tries"), what="the event's begin")
    first = drill.take_time.later(Context(), Ask(note="first", seconds=1), timeout=5)
    late = drill.take_time.later(Context(), Ask(note="late"), timeout=0.3)
    with pytest.raises(Unavailable):
        late.reply()

    first.reply()
    drill.take_time(Context(), Ask(note="last"))

    assert effects("write_note") == ["first", "last"]


def test_calls_whose_caller_is_gone_expire_in_the_queue(
    service, drill, effects, queues
):
    assert service().end() == 0
    with pytest.raises(Unavailable):
        drill.take_time(Context(), Ask(note="gone"), timeout=0.3)

    wait_for(lambda: queues.count("rpc-drill.transient") == 0, what="expiry")
    service()

    drill.take_time(Context(), Ask(note="new"))
    assert effects("write_note") == ["new"]


def test_a_call_survives_a_short_absence_of_the_service(service, drill):
    assert service().end() == 0
    answer = drill.echo.later(Context(), Ask(note="patient"), timeout=15)

    service()

    assert answer.reply().note == "patient"


def test_a_call_without_a_place_to_reply_to_harms_nobody(
    service, drill, queues, effects
):
    copy = service()
    body = wire.encode_request(Ask(note="one way"))

    queues.publish(wire.RPC_EXCHANGE, "drill.take_time", body)
    queues.publish(wire.RPC_EXCHANGE, "drill.break_down", body)
    queues.publish(wire.RPC_EXCHANGE, "drill.take_time", b"no json")
    queues.publish(wire.RPC_EXCHANGE, "drill.nowhere", body)

    wait_for(lambda: effects("write_note") == ["one way"], what="the work")
    assert drill.echo(Context(), Ask()).by == copy.process.pid
    assert copy.end() == 0
    assert queues.count("rpc-drill.transient") == 0, "all were acknowledged"


def test_answers_are_gathered_in_the_time_of_the_slowest(standing):
    standing.echo(Context(), Ask())
    answers = [
        standing.wait.later(Context(), Ask(note=str(n), seconds=0.5)) for n in range(4)
    ]
    late = standing.wait.later(Context(), Ask(seconds=2), timeout=0.8)

    with no_longer_than(1.2):
        gather(*answers, late)

    assert [answer.reply().note for answer in answers] == ["0", "1", "2", "3"]
    assert late.reply_or("none") == "none"


def test_one_client_serves_many_threads(standing):
    wrong = []

    def ask(thread):
        for number in range(30):
            note = f"{thread}.{number}"
            if standing.echo(Context(), Ask(note=note)).note != note:
                wrong.append(note)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert wrong == []


def test_a_large_reply_arrives_whole_among_small_ones(standing):
    large = "x" * 3_000_000
    answers = [standing.echo.later(Context(), Ask(note=large)) for _ in range(3)]
    small = [standing.echo.later(Context(), Ask(note=str(n))) for n in range(20)]

    assert [answer.reply().note for answer in small] == [str(n) for n in range(20)]
    assert all(answer.reply().note == large for answer in answers)


def test_a_closed_client_fails_what_waits(standing):
    answer = standing.wait.later(Context(), Ask(seconds=3), timeout=10)

    standing.rpc.close()

    with no_longer_than(2), pytest.raises(Unavailable):
        answer.reply()


def test_connections_tell_who_they_are(service, broker_uri):
    connection = broker.connect(broker_uri, name="somebody")
    assert connection.client_properties["connection_name"] == "somebody"
    broker.close(connection)
    broker.close(connection)


def test_calls_in_one_context_share_its_deadline(standing):
    in_time = Context(deadline_at=datetime.now(UTC) + timedelta(seconds=0.4))

    with no_longer_than(0.7):
        for _ in range(3):
            with pytest.raises(Unavailable):
                standing.wait(in_time, Ask(note="shared", seconds=1.0), timeout=5)


def test_a_call_in_a_context_that_is_over_is_not_sent(standing):
    over = Context(deadline_at=datetime.now(UTC) - timedelta(seconds=1))
    told = set()

    with no_longer_than(0.3):
        for _ in range(100):
            with pytest.raises(Unavailable) as refused:
                standing.echo(over, Ask(note="too late"))
            told.add(refused.value.code)

    assert told == {"timeout"}
