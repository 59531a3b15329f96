"""What a service tells whoever watches it: metrics at the probe port, spans by OTLP."""

import socket
import subprocess
import sys

import pytest
import requests
from drill import Ask
from prometheus_client.parser import text_string_to_metric_families
from waits import wait_for

from lineup import probes
from lineup.context import Context
from lineup.errors import Conflict
from lineup.rpc import ServiceFault

QUEUE = "evt-drill-note_changed--drill.on_note_changed"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def scraped(copy):
    """Every sample a copy tells: {(name, *labels): value}."""
    text = requests.get(f"http://127.0.0.1:{copy.port}/metrics", timeout=5).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(copy, name, **labels):
    return scraped(copy).get((name, *sorted({"service": "drill", **labels}.items())))


def requests_of(copy, endpoint, outcome, kind="rpc"):
    told = value(
        copy, "lineup_requests_total", kind=kind, endpoint=endpoint, outcome=outcome
    )
    return told or 0


def test_each_door_counts_how_its_work_ended_and_how_long_it_took(service, drill):
    copy = service()
    drill.echo(Context(), Ask())
    drill.echo(Context(), Ask())
    with pytest.raises(Exception, match="taken"):
        drill.refuse(Context(), Ask())
    for broken in (drill.break_down, drill.give_nonsense):
        with pytest.raises(ServiceFault):
            broken(Context(), Ask())

    assert requests_of(copy, "echo", "ok") == 2
    assert requests_of(copy, "refuse", "refused") == 1
    assert requests_of(copy, "break_down", "failed") == 1
    assert requests_of(copy, "give_nonsense", "failed") == 1
    seconds = "lineup_request_duration_seconds_count"
    assert value(copy, seconds, kind="rpc", endpoint="echo") == 2


def test_probes_and_metrics_listen_where_they_are_told(service):
    near = service()
    far = service(PROBE_ADDRESS="0.0.0.0")

    with pytest.raises(ConnectionRefusedError):  # 127.0.0.1 alone, if nothing is said
        socket.create_connection(("127.0.0.2", near.port), timeout=5)
    assert requests.get(f"http://127.0.0.2:{far.port}/livez", timeout=5).ok


def test_a_process_of_threads_listens_where_it_is_told():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    probes.serve("127.0.0.1", port, "drill", live={}, ready={})

    assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=5).ok
    assert requests.get(f"http://127.0.0.1:{port}/else", timeout=5).status_code == 404
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_who_may_not_come_in_is_counted_too(service, drill):
    copy = service()
    with pytest.raises(Exception, match="sign in"):
        drill.for_sellers(Context(), Ask())

    assert requests_of(copy, "for_sellers", "refused") == 1


def test_events_timers_and_http_are_counted(service, drill, effects):
    copy = service("TimerService")
    wait_for(lambda: requests_of(copy, "tick", "failed", "timer") > 1, what="turns")
    copy.end()

    copy = service("WebService")
    requests.post(f"http://{copy.web}/notes/fine", timeout=5)
    requests.post(f"http://{copy.web}/notes/taken", timeout=5)
    requests.post(f"http://{copy.web}/notes/broken", timeout=5)
    for outcome in ("ok", "refused", "failed"):
        assert requests_of(copy, "take_note", outcome, "http") == 1
    copy.end()

    copy = service()
    drill.announce(Context(), Ask(note="news"))
    wait_for(lambda: requests_of(copy, "on_note_changed", "ok", "event"), what="event")
    assert value(copy, "lineup_events_sent_total") == 1


def test_what_waits_is_told_from_the_outbox_to_the_set_aside(
    service, publish_note, effects
):
    copy = service()
    publish_note("poison")
    wait_for(
        lambda: value(copy, "lineup_set_aside_messages", queue=QUEUE) == 1,
        what="the message set aside",
    )
    assert value(copy, "lineup_queue_messages", queue=QUEUE) == 0
    assert value(copy, "lineup_outbox_rows") == 0
    assert value(copy, "lineup_due_rows", work="notes") == len(effects("tries"))


def test_the_outbox_grows_while_the_broker_is_away(service, gate, engine, database_uri):
    copy = service(AMQP_URI=gate.uri)
    gate.close()
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO outbox (event_id, source, type, envelope) VALUES"
            " (gen_random_uuid(), 'drill', 'note_changed', '{\"context\": {}}')"
        )

    wait_for(lambda: value(copy, "lineup_outbox_rows") == 1, what="the row that waits")
    wait_for(
        lambda: value(copy, "lineup_outbox_oldest_seconds") > 1, what="its age to rise"
    )
    wait_for(
        lambda: value(copy, "lineup_figures_fresh", source="broker") == 0,
        what="the broker's figures to be unknown",
    )
    assert value(copy, "lineup_queue_messages", queue=QUEUE) is None
    assert value(copy, "lineup_ready", check="calls") == 0
    assert value(copy, "lineup_build_info") is None
    assert [key for key in scraped(copy) if key[0] == "lineup_build_info"]


def test_a_trace_goes_through_calls_and_events(service, drill, effects, collector):
    copy = service(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    context = Context(request_id="traced-1", traceparent=f"00-{TRACE}-{SPAN}-01")
    drill.announce(context, Ask(note="news"))
    with pytest.raises(Conflict):
        drill.refuse(context, Ask())
    wait_for(lambda: effects("drill.on_note_changed"), what="the event")
    assert copy.end() == 0

    spans = collector.spans
    called, heard = spans["drill.announce"], spans["drill.on_note_changed"]
    assert called.trace_id.hex() == heard.trace_id.hex() == TRACE
    assert called.parent_span_id.hex() == SPAN
    assert heard.parent_span_id == called.span_id
    told = {a.key: a.value.string_value for a in spans["drill.refuse"].attributes}
    assert told == {"lineup.request_id": "traced-1", "lineup.outcome": "refused"}


def test_a_trace_is_handed_on_by_services_that_collect_none(
    service, drill, queues, effects
):
    service()
    queues.channel.queue_declare("heard by drill", exclusive=True)
    queues.channel.queue_bind("heard by drill", "drill.events", "#")
    context = Context(traceparent=f"00-{TRACE}-{SPAN}-01")

    drill.announce(context, Ask(note="news"))

    message = wait_for(lambda: queues.channel.basic_get("heard by drill", no_ack=True))
    assert message.headers["traceparent"] == context.traceparent


def test_without_a_collector_nothing_of_opentelemetry_is_imported():
    code = (
        "import sys, lineup.bus.run as run, lineup.rpc; from lineup import tracing;"
        "tracing.configure('', 'drill'); tracing.flush();"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=30)
    assert ended.returncode == 0
