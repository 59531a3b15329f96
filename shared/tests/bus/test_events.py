"""Events: each takes effect, once; what cannot be handled goes aside, not around."""

from itertools import pairwise

import pytest
from amqp.exceptions import PreconditionFailed
from drill import Ask, DrillService
from sqlalchemy import insert, select, text
from waits import wait_for

from lineup.bus import dead_letters as aside
from lineup.context import Context
from lineup.database.records import OUTBOX
from lineup.ids import new_id

QUEUE = "evt-drill-note_changed--drill.on_note_changed"
ASIDE = f"{QUEUE}.dlq"


def test_what_is_announced_takes_effect(service, drill, effects, engine):
    service()

    drill.announce(Context(), Ask(note="news"))

    wait_for(lambda: effects("drill.on_note_changed") == ["news"], what="the effect")
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM outbox"))
        assert count.scalar() == 0


@pytest.mark.feature("OP-03")
def test_an_event_that_comes_twice_takes_effect_once(service, effects, publish_note):
    service()
    same = str(new_id())
    for note in ("event", "event", "last"):
        publish_note(note, **({"id": same} if note == "event" else {}))

    wait_for(lambda: len(effects("tries")) == 3, what="all deliveries")
    wait_for(lambda: len(effects("drill.on_note_changed")) == 2, what="both effects")
    assert sorted(effects("drill.on_note_changed")) == ["event", "last"]


def test_events_wait_for_a_consumer_that_is_down(service, effects, publish_note):
    assert service().end() == 0
    publish_note("patient")

    service()

    wait_for(lambda: effects("drill.on_note_changed") == ["patient"], what="the effect")


@pytest.mark.feature("OP-05")
def test_poison_is_tried_again_later_and_later_then_put_aside(
    service, queues, publish_note, engine, broker_uri, effects
):
    service()
    publish_note("poison")

    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")

    with engine.connect() as connection:
        select = text("SELECT at FROM effects WHERE consumer = 'tries' ORDER BY seq")
        tried = list(connection.execute(select).scalars())
    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(tried)]
    assert len(tried) == 3
    assert pauses[0] >= 0.1
    assert pauses[1] >= 0.2
    (dead_letter,) = aside.listed(broker_uri, QUEUE)
    assert (dead_letter.reason, dead_letter.tries) == ("RuntimeError", 3)
    assert dead_letter.type == "note_changed"


@pytest.mark.feature("OP-05")
def test_what_lies_aside_can_be_counted_and_sent_again(
    service, queues, publish_note, broker_uri, effects
):
    service(EVENT_RETRY_SECONDS="0.1")
    publish_note("poison")
    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")
    assert aside.queues_of(DrillService) == [QUEUE]
    assert aside.counted(broker_uri, [QUEUE, "never-made"]) == [
        aside.DeadLetterQueue(queue=QUEUE, messages=1),
        aside.DeadLetterQueue(queue="never-made", messages=0),
    ]

    assert aside.resend(broker_uri, QUEUE) == 1

    wait_for(lambda: len(effects("tries")) == 4, what="two more tries")
    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside again")


@pytest.mark.feature("PL-08")
def test_what_lies_aside_of_a_purged_partner_is_dropped_and_nothing_else(
    service, queues, publish_note, broker_uri
):
    service(EVENT_RETRY_SECONDS="0.1")
    partner, neighbour = new_id(), new_id()
    for whose in (str(partner), f"/{partner.hex}/", str(neighbour)):
        publish_note("poison", context={"request_id": whose})
    wait_for(lambda: queues.count(ASIDE) == 3, what="putting aside")

    assert aside.forget(broker_uri, [QUEUE, "never-made"], [partner]) == 2

    [kept] = aside.listed(broker_uri, QUEUE)
    assert kept.request_id == str(neighbour)


@pytest.mark.parametrize(
    "changes",
    [{"state": {"id": "no id"}}, {"id": "no id"}, {"context": {"actor": 5}}],
    ids=["state", "id", "context"],
)
def test_what_is_no_event_goes_aside_at_once(
    service, queues, publish_note, broker_uri, effects, changes
):
    service()
    publish_note("x", **changes)

    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")

    assert aside.listed(broker_uri, QUEUE)[0].reason == "malformed"
    assert effects("tries") == []


@pytest.mark.parametrize(
    "body",
    [
        b"\xff{",
        b'{"state": ' + b"[" * 100_000,
        b'{"state": {"a": ' + b'{"a": ' * 20_000 + b"1" + b"}" * 20_002,
        b"9" * 5000,
        b"",
    ],
    ids=["no text", "open", "deep", "long", "empty"],
)
def test_what_cannot_be_read_goes_aside_at_once_and_ends_nothing(
    service, queues, broker_uri, publish_note, effects, body
):
    copy = service()
    queues.publish("drill.events", "note_changed", body, delivery_mode=2)

    wait_for(lambda: queues.count(ASIDE) == 1, what="putting aside")
    publish_note("next")
    wait_for(lambda: effects("drill.on_note_changed") == ["next"], what="the next")
    assert copy.process.poll() is None
    assert aside.listed(broker_uri, QUEUE)[0].reason == "malformed"


def test_a_row_that_the_broker_refuses_holds_up_no_other(
    service, drill, effects, engine, queues
):
    queues.channel.exchange_declare("poison.events", "fanout", auto_delete=True)
    poison = insert(OUTBOX).values(
        event_id=new_id(),
        source="poison",
        type="drunk",
        envelope={"id": str(new_id()), "context": {}},
    )
    with engine.begin() as connection:
        connection.execute(poison)
    copy = service()

    for note in ("one", "two", "three"):
        drill.announce(Context(), Ask(note=note))

    expected = {"one", "two", "three"}
    wait_for(lambda: set(effects("drill.on_note_changed")) == expected, what="all")
    wait_for(lambda: "event_put_off" in copy.output(), what="a line of the log")
    with engine.connect() as connection:
        left = connection.execute(select(OUTBOX.c.source)).scalars().all()
    assert left == ["poison"], "it is kept, and tried again later"


def test_fields_of_a_newer_version_are_ignored(service, effects, publish_note):
    service()

    publish_note("new", added_tomorrow=1)

    wait_for(lambda: effects("drill.on_note_changed") == ["new"], what="the effect")


def test_a_queue_with_other_arguments_ends_the_process_loudly(service, queues):
    queues.channel.queue_declare(QUEUE, durable=True, auto_delete=False)
    copy = service(ready=False)

    assert copy.process.wait(15) == 1

    assert "BusMisconfigured" in copy.output()
    assert QUEUE in copy.output()
    assert (
        PreconditionFailed.__name__ in copy.output() or "inequivalent" in copy.output()
    )


def test_events_never_take_all_workers(service, drill, publish_note, effects):
    service(MAX_WORKERS="4")
    for number in range(8):
        publish_note(f"slow {number}", seconds=1.0)
    wait_for(lambda: len(effects("tries")) == 2, what="two events in work")

    assert drill.echo(Context(), Ask(note="quick"), timeout=0.9).note == "quick"
    assert len(effects("tries")) == 2
