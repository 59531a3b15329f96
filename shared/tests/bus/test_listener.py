"""Listeners and clients in the gateway's processes."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from drill import DrillClient, NoteChanged
from waits import wait_for

from lineup.rpc import Listener, RpcClient


def test_every_listener_hears_every_event(broker_uri, queues, publish_note):
    heard = [[], []]
    listeners = [
        Listener(broker_uri, [NoteChanged], lambda event, ear=ear: ear.append(event))
        for ear in heard
    ]
    for listener in listeners:
        listener.start()
        assert listener.wait_until_it_hears(5)

    publish_note("news")

    wait_for(lambda: all(heard), what="hearing")
    assert [ear[0].state.note for ear in heard] == ["news", "news"]
    for listener in listeners:
        listener.close()


def test_a_listener_outlives_an_outage_and_says_that_it_may_have_missed_something(
    gate, queues, publish_note
):
    heard, connected = [], []
    listener = Listener(
        gate.uri,
        [NoteChanged],
        lambda event: heard.append(event.state.note),
        on_connected=lambda: connected.append(True),
    )
    listener.start()
    assert listener.wait_until_it_hears(5)

    gate.close()
    wait_for(lambda: not listener.hears(), what="noticing")
    gate.open()
    assert listener.wait_until_it_hears(10)
    publish_note("again")

    wait_for(lambda: heard == ["again"], what="hearing")
    assert len(connected) == 2
    listener.close()


def test_a_listener_outlives_a_receiver_that_fails(broker_uri, queues, publish_note):
    heard = []

    def receive(event):
        heard.append(event.state.note)
        raise RuntimeError("receiver")

    listener = Listener(broker_uri, [NoteChanged], receive)
    listener.start()
    assert listener.wait_until_it_hears(5)

    publish_note("one")
    queues.publish("drill.events", "note_changed", b"no event")
    publish_note("two")

    wait_for(lambda: heard == ["one", "two"], what="hearing both")
    listener.close()


FORKING = """
import os, sys
from drill import Ask, DrillClient
from lineup.context import Context
from lineup.rpc import RpcClient

client = DrillClient(RpcClient(sys.argv[1]))
said = client.echo(Context(), Ask(note="before")).note
child = os.fork()
side = "parent" if child else "child"
for _ in range(20):
    said += client.echo(Context(), Ask(note=side), timeout=5).note
if child:
    assert os.waitpid(child, 0)[1] == 0
assert said == "before" + side * 20, said
os._exit(0)
"""


def test_a_client_made_before_a_fork_works_on_both_sides(service, broker_uri):
    service()
    ended = subprocess.run(
        [sys.executable, "-c", FORKING, broker_uri],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 0, ended.stderr


def test_making_a_client_connects_to_nothing():
    before = threading.active_count()

    DrillClient(RpcClient("amqp://nobody@127.0.0.1:1/"))

    assert threading.active_count() == before
