"""Changes that are announced on a real broker are served at once."""

import time
from datetime import UTC, datetime

import amqp
import msgspec
import pytest
from werkzeug.test import Client

from gateway.public.start import listener_for
from lineup import broker
from lineup.context import Context
from lineup.contracts.playlists.events import AccessChanged, ChannelSetRendered
from lineup.delivery import token_name
from lineup.events import envelope, exchange_of
from lineup.ids import new_id


def announce(uri, state):
    body = msgspec.json.encode(envelope(state, datetime.now(UTC), Context()))
    connection = broker.connect(uri, name="test")
    try:
        connection.channel().basic_publish(
            amqp.Message(body), exchange_of(state.event_source), state.event_type
        )
    finally:
        broker.close(connection)


def until(is_so):
    end = time.monotonic() + 4
    while not is_so():
        assert time.monotonic() < end, "It is not seen, though it was announced."
        time.sleep(0.02)


@pytest.fixture
def heard(filled, fresh_vhost):
    """A player whose gateway listens, and a way to announce."""
    layer = filled.layer()
    listener = listener_for(layer.content_store, fresh_vhost)
    listener.start()
    assert listener.wait_until_it_hears(10)
    yield Client(layer), lambda state: announce(fresh_vhost, state)
    listener.close()


def test_a_changed_fact_is_obeyed_at_once(filled, heard):
    player, say = heard
    assert player.get(filled.link).status_code == 200
    fact = filled.put_user(is_active=False)

    say(AccessChanged(id=fact.user_id, version=2, keys=[token_name(fact.token)]))

    until(lambda: player.get(filled.link).status_code == 403)


def test_a_rendered_set_is_served_at_once(filled, heard):
    player, say = heard
    before = player.get(filled.link).headers["ETag"]
    manifest = filled.put_set(numbers=(1, 2))

    say(
        ChannelSetRendered(
            id=new_id(), version=2, set_id=filled.set_id, partner_id=manifest.partner_id
        )
    )

    until(lambda: player.get(filled.link).headers["ETag"] != before)


@pytest.mark.feature("OP-19")
def test_players_are_served_while_there_is_no_broker(filled):
    layer = filled.layer()
    listener = listener_for(layer.content_store, "amqp://guest:guest@127.0.0.1:1/")
    listener.start()

    assert Client(layer).get(filled.link).status_code == 200
    listener.close()
