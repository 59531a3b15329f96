"""Tests find this checkout's servers without knowing of the tool."""

from importlib.metadata import entry_points

from lineup.testing.servers import PRIVATE
from lineup_local.for_tests import private_servers


def test_private_servers_are_offered_by_an_entry_point():
    assert [entry.load() for entry in entry_points(group=PRIVATE)] == [private_servers]
