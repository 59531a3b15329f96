"""The whole system, started as a newcomer starts it: `./lineup up`, in a home of its own."""

import pytest
from running import Running, free_ports


@pytest.fixture(scope="session")
def lineup(tmp_path_factory):
    """Everything up, with the demo partner, on ports of its own; down at the end."""
    home = tmp_path_factory.mktemp("home") / ".lineup"
    system = Running(home, free_ports())
    try:
        system.up()
        yield system
    finally:
        system.down()
