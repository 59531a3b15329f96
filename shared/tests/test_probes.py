"""What every process of ours says of itself, however it is served."""

import json

import pytest

from lineup.metrics import CONTENT_TYPE
from lineup.probes import answer

READY = {"broker": lambda: True, "database": lambda: False}


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/livez", 200, {"live": True}),
        ("/readyz", 503, {"broker": True, "database": False}),
        ("/readyz/broker", 200, {"broker": True}),
        ("/readyz/database", 503, {"database": False}),
        ("/readyz/", 404, {}),
        ("/readyz/else", 404, {}),
        ("broker", 404, {}),
        ("/", 404, {}),
        ("/metrics", 404, {}),
    ],
)
def test_what_is_asked_of_is_told_and_nothing_else(path, status, body):
    said = answer(path, ready=READY)

    assert (said.status, said.kind) == (status, "application/json")
    assert json.loads(said.body) == body


def test_a_process_that_stands_still_does_not_live():
    said = answer("/livez", ready={}, live={"moves": lambda: False})

    assert (said.status, json.loads(said.body)) == (503, {"moves": False})


def test_metrics_are_told_where_there_are_any():
    said = answer("/metrics", ready={}, exposition=lambda: b"lineup_up 1\n")

    assert said == (200, CONTENT_TYPE, b"lineup_up 1\n")
