"""Stopping and dying: nothing is done twice, nothing is lost."""

import subprocess
import sys
import threading

import pytest
from drill import Ask
from waits import wait_for

from lineup.context import Context


@pytest.mark.feature("OP-16")
def test_a_stop_in_mid_work_finishes_it_and_repeats_nothing(
    service, drill, effects, publish_note, engine
):
    copy = service()
    publish_note("event", seconds=1.5)
    answer = drill.take_time.later(Context(), Ask(note="call", seconds=1.5), timeout=15)
    wait_for(lambda: effects("tries"), what="the event's begin")

    assert copy.end() == 0

    assert answer.reply().note == "call"
    service()
    drill.echo(Context(), Ask())
    assert effects("write_note") == ["call"]
    assert effects("tries") == ["event"]
    assert effects("drill.on_note_changed") == ["event"]


def test_while_one_copy_stops_the_other_takes_the_calls(service, drill):
    first = service()
    slow = drill.take_time.later(Context(), Ask(note="slow", seconds=2.5), timeout=15)
    service()
    stopping = threading.Thread(target=first.end)
    stopping.start()

    def answered_by():
        return {drill.echo(Context(), Ask()).by for _ in range(10)}

    wait_for(lambda: first.process.pid not in answered_by(), what="the handover")
    assert first.process.poll() is None, "it still works on what it took"
    assert slow.reply().note == "slow"
    stopping.join(10)
    assert first.process.returncode == 0


@pytest.mark.feature("OP-03", "OP-16")
def test_a_killed_copy_leaves_its_event_to_the_next_with_one_effect(
    service, effects, publish_note
):
    first = service()
    publish_note("event", seconds=1.0)
    wait_for(lambda: effects("tries"), what="the event's begin")

    first.kill()

    service()
    wait_for(lambda: effects("drill.on_note_changed"), what="the effect")
    assert effects("tries") == ["event", "event"]
    assert effects("drill.on_note_changed") == ["event"]


def test_a_killed_copy_leaves_its_call_to_the_next(service, drill, effects):
    first = service()
    answer = drill.take_time.later(Context(), Ask(note="call", seconds=1.0), timeout=20)
    wait_for(lambda: drill.echo(Context(), Ask()).by == first.process.pid)

    first.kill()

    service()
    assert answer.reply().note == "call"
    assert effects("write_note") == ["call"]


def test_a_copy_killed_between_its_commit_and_its_reply_acts_once(
    service, drill, effects
):
    first = service()
    request = Ask(note="paid", seconds=1.0)
    answer = drill.write_once_and_linger.later(Context(), request, timeout=20)
    wait_for(lambda: effects("write_note") == ["paid"], what="the commit")

    first.kill()

    service()
    assert answer.reply().note == "paid"
    assert effects("write_note") == ["paid"]


def test_a_stop_before_the_broker_answers_ends_at_once(service, gate):
    gate.close()
    copy = service(ready=False, AMQP_URI=gate.uri)
    wait_for(lambda: "broker_lost" in copy.output(), what="a try to connect")

    assert copy.end(seconds=10) == 0


INTERRUPTED = """
import lineup.bus.run as run, eventlet, os, signal, sys
from types import SimpleNamespace
from lineup import logs

class Line:
    begun = False

    def write(self, text):
        if self.begun:
            raise RuntimeError("reentrant call")  # as a real stream does
        self.begun = True
        os.kill(os.getpid(), signal.SIGTERM)
        sys.__stderr__.write(text)
        self.begun = False

    def flush(self):
        sys.__stderr__.flush()

over = run.Event()
signal.signal(signal.SIGTERM, run.Stopping(SimpleNamespace(stop=int), over))
sys.stderr = Line()
logs.configure("json", "info", "drill")
run.log.info("a line")
with eventlet.Timeout(10):
    sys.exit(over.wait())
"""


def test_a_stop_amid_a_line_of_the_log_stops():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"stopped"' in done.stderr
