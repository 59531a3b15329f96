"""The broker or the database goes away: nothing dies, nothing is lost."""

import pytest
from drill import Ask, DrillClient
from sqlalchemy import text
from waits import no_longer_than, wait_for

from lineup.context import Context
from lineup.errors import Unavailable
from lineup.rpc import RpcClient

QUEUE = "evt-drill-note_changed--drill.on_note_changed"


@pytest.fixture
def gated(gate):
    """A client whose way to the broker can be closed."""
    client = RpcClient(gate.uri)
    yield DrillClient(client)
    client.close()


def test_a_lost_broker_fails_waiting_calls_fast_and_the_client_comes_back(
    service, gate, gated
):
    service()
    answer = gated.take_time.later(Context(), Ask(seconds=8), timeout=10)
    wait_for(gated.rpc.is_ready)

    gate.close()
    with no_longer_than(2), pytest.raises(Unavailable) as refused:
        answer.reply()
    assert refused.value.code == "service_unavailable"
    with no_longer_than(2), pytest.raises(Unavailable) as refused:
        gated.echo(Context(), Ask())
    assert refused.value.code == "service_unavailable"

    gate.open()
    wait_for(gated.rpc.is_ready, what="a new connection")
    assert gated.echo(Context(), Ask(note="again")).note == "again"


def test_a_service_that_loses_the_broker_in_mid_work_lives_and_answers(
    service, gate, drill, effects
):
    copy = service(AMQP_URI=gate.uri)
    answer = drill.take_time.later(Context(), Ask(note="x", seconds=1), timeout=15)
    wait_for(lambda: drill.echo(Context(), Ask()).by)

    gate.close()
    wait_for(lambda: effects("write_note"), what="the work's end without a broker")
    gate.open()

    assert answer.reply().note == "x"
    assert copy.process.poll() is None
    assert "not_settled_will_come_again" in copy.output()


def test_who_comes_over_http_is_served_while_the_broker_is_away(service, gate):
    import requests

    copy = service("ShopService", AMQP_URI=gate.uri)
    gate.close()
    wait_for(lambda: not copy.ready(), what="unreadiness")
    probes = f"http://127.0.0.1:{copy.port}/readyz"

    assert requests.get(f"{probes}/http", timeout=2).status_code == 200
    assert requests.get(f"{probes}/no-such-part", timeout=2).status_code == 404
    assert requests.post(f"http://{copy.web}/notes/x", timeout=5).status_code == 200


@pytest.mark.feature("OP-02")
def test_an_unready_service_says_so_and_lives(service, gate):
    import requests

    copy = service(AMQP_URI=gate.uri)
    gate.close()

    wait_for(lambda: not copy.ready(), what="unreadiness")
    live = requests.get(f"http://127.0.0.1:{copy.port}/livez", timeout=2)
    assert live.status_code == 200

    gate.open()
    wait_for(copy.ready, what="readiness")


@pytest.mark.feature("OP-04")
def test_what_is_announced_during_an_outage_arrives_after_it(
    service, gate, engine, effects
):
    copy = service(AMQP_URI=gate.uri)
    gate.close()
    wait_for(lambda: not copy.ready(), what="unreadiness")
    put_into_outbox(engine, "kept")
    wait_for(lambda: "relay_stalled" in copy.output(), what="a try in vain")

    gate.open()

    wait_for(lambda: effects("drill.on_note_changed") == ["kept"], what="the effect")
    wait_for(lambda: "relay_recovered" in copy.output(), what="recovery")
    assert copy.process.poll() is None


def test_publishers_that_were_cut_while_idle_are_replaced_before_they_are_needed(
    service, gate, gated, effects, queues, publish_note
):
    copy = service(AMQP_URI=gate.uri, EVENT_RETRY_SECONDS="0.1")
    gated.announce(Context(), Ask(note="one"))
    publish_note("poison")
    wait_for(lambda: queues.count(f"{QUEUE}.dlq") == 1, what="putting aside")
    gate.close()
    wait_for(lambda: not copy.ready(), what="unreadiness")
    gate.open()
    wait_for(copy.ready, what="readiness")
    wait_for(gated.rpc.is_ready, what="the client")

    gated.announce(Context(), Ask(note="two"))
    publish_note("poison")

    wait_for(lambda: "two" in effects("drill.on_note_changed"), what="the effect")
    wait_for(lambda: queues.count(f"{QUEUE}.dlq") == 2, what="putting aside")
    assert "relay_stalled" not in copy.output()
    assert effects("tries").count("poison") == 4


def test_a_missing_database_stops_no_door_that_does_not_need_it(
    service, database_gate, drill, effects
):
    database_gate.close()
    copy = service(ready=False, DATABASE_URI=database_gate.uri)
    wait_for(lambda: copy.ready("/calls"), what="readiness for calls")
    assert drill.echo(Context(), Ask(note="here")).note == "here"
    with pytest.raises(Unavailable) as refused:
        drill.write_once(Context(), Ask(note="x"))
    assert refused.value.code == "service_unavailable"

    database_gate.open()

    assert drill.write_once(Context(), Ask(note="back")).note == "back"
    assert copy.process.poll() is None


def test_events_wait_for_the_database_and_are_not_put_aside(
    service, database_gate, publish_note, queues, effects
):
    copy = service(DATABASE_URI=database_gate.uri, EVENT_RETRY_SECONDS="0.1")
    database_gate.close()
    publish_note("patient")
    wait_for(lambda: copy.output().count("event_waits") > 3, what="waiting")

    database_gate.open()

    wait_for(lambda: effects("drill.on_note_changed") == ["patient"], what="the effect")
    assert queues.count(f"{QUEUE}.dlq") == 0


def put_into_outbox(engine, note):
    from datetime import UTC, datetime

    from drill import NoteChanged
    from sqlalchemy.orm import Session

    from lineup.database import UnitOfWork
    from lineup.ids import new_id

    with Session(engine) as session, session.begin():
        work = UnitOfWork(session, datetime.now(UTC), Context())
        work.announce(NoteChanged(id=new_id(), version=1, note=note))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar() == 1
