"""Many events at once: what waits is taken together, and who fails fails alone."""

import json
from itertools import count

import pytest
from drill import BatchService
from waits import wait_for

from lineup.bus import dead_letters, endpoints_of, on_event
from lineup.context import Event

QUEUE = "evt-drill-note_changed--drill.on_note_changed"
ASIDE = f"{QUEUE}.dlq"


def lines(copy, name):
    """What a copy logged by that name."""
    told = (json.loads(line) for line in copy.output().splitlines() if line[:1] == "{")
    return [line for line in told if line["event"] == name]


def of_events(copy):
    return [line for line in lines(copy, "done") if line["kind"] == "event"]


def test_what_waits_is_taken_together_up_to_the_limit_and_nothing_is_waited_for(
    service, effects, publish_note
):
    copy = service("BatchService")
    publish_note("first", seconds=1.0)
    wait_for(lambda: effects("batches") == ["1"], what="the first, by itself")

    for number in range(12):
        publish_note(str(number))

    wait_for(lambda: len(effects("drill.on_note_changed")) == 13, what="all")
    sizes = [int(size) for size in effects("batches")]
    assert sum(sizes) == 13
    assert max(sizes) == 5
    assert len(sizes) <= 5
    assert [line["events"] for line in of_events(copy)] == sizes


def test_one_line_tells_of_a_batch_and_whose_requests_it_served(
    service, effects, publish_note
):
    copy = service("BatchService", LOG_LEVEL="DEBUG")
    publish_note("first", seconds=1.0)
    wait_for(lambda: effects("batches"), what="the first to be begun")
    for note in ("two", "three"):
        publish_note(note, context={"request_id": f"of {note}"})

    wait_for(lambda: len(of_events(copy)) == 2, what="both lines")

    first, second = of_events(copy)
    assert "request_ids" not in first
    assert second["request_ids"] == ["of three", "of two"]
    singles = [line["of"] for line in lines(copy, "event_done")]
    assert singles == [first["request_id"], "of two", "of three"]


def test_one_span_of_a_batch_leads_to_the_traces_of_its_events(
    service, effects, publish_note, collector
):
    copy = service("BatchService", OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    traces = [f"{number}" * 32 for number in (1, 2)]
    publish_note("first", seconds=1.0)
    wait_for(lambda: effects("batches"), what="the first to be begun")
    for trace in traces:
        publish_note(trace, context={"traceparent": f"00-{trace}-{'5' * 16}-01"})
    wait_for(lambda: len(effects("drill.on_note_changed")) == 3, what="all")

    assert copy.end() == 0

    span = collector.spans["drill.on_note_changed"]
    assert [link.trace_id.hex() for link in span.links] == traces
    assert span.trace_id.hex() not in traces


@pytest.mark.feature("OP-05")
def test_poison_in_a_batch_goes_aside_alone_with_one_traceback(
    service, effects, publish_note, queues, broker_uri
):
    copy = service("BatchService")
    publish_note("first", seconds=1.0)
    wait_for(lambda: effects("batches"), what="the first to be begun")
    for note in ("a", "poison", "b", "c"):
        publish_note(note)

    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")

    expected = ["a", "b", "c", "first"]
    wait_for(lambda: sorted(effects("drill.on_note_changed")) == expected)
    (dead_letter,) = dead_letters.listed(broker_uri, QUEUE)
    assert (dead_letter.reason, dead_letter.tries) == ("RuntimeError", 3)
    assert effects("batches")[:2] == ["1", "4"]
    assert len(lines(copy, "batch_failed")) == 1
    assert copy.output().count("Traceback") == 1
    assert [line["tries"] for line in lines(copy, "endpoint_failed_again")] == [2, 3]


def test_what_is_no_event_goes_aside_and_the_others_of_its_batch_go_on(
    service, effects, publish_note, queues, broker_uri
):
    service("BatchService")
    publish_note("first", seconds=1.0)
    wait_for(lambda: effects("batches"), what="the first to be begun")
    publish_note("a")
    publish_note("x", state={"id": "no id"})
    publish_note("b")

    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")

    wait_for(lambda: effects("drill.on_note_changed") == ["first", "a", "b"])
    assert dead_letters.listed(broker_uri, QUEUE)[0].reason == "malformed"


@pytest.mark.feature("OP-03", "OP-16")
def test_a_killed_copy_leaves_its_batch_to_the_next_with_one_effect_each(
    service, effects, publish_note
):
    first = service("BatchService")
    notes = [str(number) for number in range(8)]
    for note in notes:
        publish_note(note, seconds=0.5)
    wait_for(lambda: effects("batches"), what="a batch to be begun")

    first.kill()

    service("BatchService")
    wait_for(lambda: len(effects("drill.on_note_changed")) >= 8, what="the effects")
    assert sorted(effects("drill.on_note_changed")) == notes


def test_a_stop_finishes_the_batches_that_were_taken_and_repeats_nothing(
    service, effects, publish_note
):
    first = service("BatchService")
    notes = [str(number) for number in range(8)]
    for note in notes:
        publish_note(note, seconds=0.3)
    wait_for(lambda: effects("batches"), what="a batch to be begun")

    assert first.end() == 0

    service("BatchService")
    wait_for(lambda: len(effects("drill.on_note_changed")) >= 8, what="the effects")
    assert sum(int(size) for size in effects("batches")) == 8


def test_a_batch_waits_for_the_database_and_is_not_put_aside(
    service, database_gate, publish_note, queues, effects
):
    copy = service(
        "BatchService", DATABASE_URI=database_gate.uri, EVENT_RETRY_SECONDS="0.1"
    )
    database_gate.close()
    for note in ("a", "b", "c"):
        publish_note(note)
    wait_for(lambda: copy.output().count("event_waits") > 3, what="waiting")

    database_gate.open()

    wait_for(lambda: sorted(effects("drill.on_note_changed")) == ["a", "b", "c"])
    assert queues.count(ASIDE) == 0


def test_an_event_that_ends_the_process_takes_no_other_down_with_it(
    service, effects, publish_note, queues
):
    copy = service("BatchService")
    publish_note("deadly")
    notes = [str(number) for number in range(8)]
    for note in notes:
        publish_note(note)

    for ended in count(1):
        assert copy.process.wait(60) == 9
        if sorted(effects("drill.on_note_changed")) == notes:
            break
        assert (ended < 19, queues.count(ASIDE)) == (True, 0)
        copy = service("BatchService", ready=False)


def test_how_many_at_once_is_said_by_the_method():
    (many,) = [one for one in endpoints_of(BatchService) if one.kind == "event"]
    assert many.at_once == 5

    with pytest.raises(TypeError, match=r"takes no Event\[...\]"):

        @on_event
        def on_nothing(self, events: list[Event]) -> None: ...
