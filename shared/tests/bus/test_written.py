"""What a caller has written is carried by copies before a service answers from them."""

import threading
from uuid import UUID

import pytest
from drill import Ask
from sqlalchemy import text

from lineup.context import Context, Written
from lineup.ids import new_id

A_NOTE = UUID(int=7)


def written(version, note=A_NOTE):
    return Written("note_changed", note, version)


def after(*what, **context):
    return Context(after=what, **context)


@pytest.fixture
def copied(engine):
    """`copied(3)` puts version 3 of the note into the service's copy."""

    def put(version, note=A_NOTE):
        insert = (
            "INSERT INTO note_copies VALUES (:id, :version)"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version"
        )
        with engine.begin() as connection:
            connection.execute(text(insert), {"id": note, "version": version})

    return put


@pytest.fixture
def heard(rpc):
    """What replies said of themselves: (written, is behind) each time."""
    said = []
    rpc.heed = lambda written, is_behind: said.append((written, is_behind))
    return said


@pytest.fixture
def copying(service, drill):
    """A client of a service that keeps a copy of notes."""
    service("CopyingService")
    return drill


def test_a_reply_tells_what_was_announced(copying, heard):
    copying.announce(Context(), Ask(note="new"))

    [([told], is_behind)] = heard
    assert (told.type, told.version, is_behind) == ("note_changed", 1, False)


@pytest.mark.parametrize("verb", ["announce", "announce_many"])
def test_a_repeat_tells_what_was_announced_the_first_time(copying, heard, verb):
    ask = getattr(copying, verb)
    replies = [ask(Context(idempotency_key="twice"), Ask(note="new")) for _ in "12"]

    assert replies[0] == replies[1]
    first, again = heard
    assert first == again


def test_a_reply_tells_a_few_of_many(copying, heard):
    copying.announce_many(Context(), Ask(note="many"))

    [(told, _)] = heard
    assert [one.version for one in told] == [18, 19, 20]


def test_a_call_waits_until_the_copy_carries_what_was_written(copying, copied, heard):
    copied(1)
    answers = []
    context = after(written(2))
    asking = threading.Thread(
        target=lambda: answers.append(copying.echo(context, Ask(note="there")))
    )
    asking.start()
    copying.echo(Context(), Ask(note="in between"))
    assert answers == []

    copied(2)
    asking.join(10)
    assert [one.note for one in answers] == ["there"]
    assert heard == []


def test_a_newer_copy_is_as_good(copying, copied, heard):
    copied(9)
    assert copying.echo(after(written(2)), Ask(note="there")).note == "there"
    assert heard == []


def test_what_no_copy_is_kept_of_is_not_waited_for(copying, heard):
    other = Written("song_changed", new_id(), 1)
    assert copying.echo(after(other), Ask(note="there")).note == "there"
    assert heard == []


def test_a_copy_that_stays_away_is_told_and_the_answer_comes_in_time(copying, heard):
    answer = copying.echo(after(written(2)), Ask(note="old"), timeout=2.0)

    assert answer.note == "old"
    assert heard == [([], True)]


def test_waiting_takes_no_worker_from_the_events_that_are_waited_for(
    copying, publish_note, heard
):
    context = after(written(1))
    answers = [copying.echo.later(context, Ask(note=f"{n}")) for n in range(10)]
    publish_note("the cause", about=A_NOTE)

    assert [answer.reply().note for answer in answers] == [f"{n}" for n in range(10)]
    assert heard == []


def test_an_event_does_not_carry_what_its_cause_was_to_find(copying, engine, heard):
    copying.announce(after(written(2)), Ask(note="new"), timeout=2.0)

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT envelope FROM outbox")).scalars().all()
    assert all(row["context"]["after"] == [] for row in rows)
