"""The whole system, started as a newcomer starts it: `./lineup up`, in a home of its own."""

from contextlib import contextmanager

import pytest
from running import Running, free_ports


@pytest.fixture(scope="session")
def lineup(tmp_path_factory):
    """Everything up, with the demo partner, on ports of its own; down at the end."""
    with running(tmp_path_factory) as system:
        yield system


@pytest.fixture(scope="session")
def lineup_in_time(tmp_path_factory):
    """Another one, whose clock tests may move; the demo's guide would not bear it."""
    with running(tmp_path_factory) as system:
        yield system


@contextmanager
def running(tmp_path_factory):
    home = tmp_path_factory.mktemp("home") / ".lineup"
    system = Running(home, free_ports())
    try:
        system.up()
        yield system
    finally:
        system.down()
