"""Both ends of every conversation agree: consumers with events."""

import inspect
import re
from importlib.metadata import entry_points

import pytest

from lineup.bus import endpoints_of
from lineup.contracts.billing.shops import DeliveryTaken
from lineup.events import EVENTS

SERVICES = ("accounts", "billing", "playlists", "notifications")
KEEPS = re.compile(r"database\.apply_cop(y|ies)\(")
NO_COPIES = {DeliveryTaken}
"""Kept as often as it comes, though as no copy of what another service owns."""


def service(name):
    return entry_points(group="lineup.services")[name].load()


def test_every_event_that_is_heard_is_a_contract_of_its_source():
    heard = [
        endpoint.request_type
        for name in SERVICES
        for endpoint in endpoints_of(service(name))
        if endpoint.kind == "event"
    ]

    assert heard
    for contract in heard:
        assert EVENTS[contract.event_source, contract.event_type] is contract


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_has_written_can_wait_for_every_copy(name):
    kept = {
        endpoint.request_type
        for endpoint in endpoints_of(service(name))
        if endpoint.kind == "event"
        and KEEPS.search(inspect.getsource(getattr(service(name), endpoint.name)))
    }

    assert kept - NO_COPIES == set(service(name).copies)
    for models in service(name).copies.values():
        assert all({"id", "version"} <= set(dir(model)) for model in models)
