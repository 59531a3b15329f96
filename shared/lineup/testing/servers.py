"""The servers tests run on: named ones, containers, or private instances.

Private instances are started by whoever offers them as an entry point of the group
`lineup.test_servers`: a context manager that gives `TestServers`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points

from lineup.testing import containers
from lineup.testing.named import TestServers, named

PRIVATE = "lineup.test_servers"


def origin(environment: Mapping[str, str] = os.environ) -> str:
    """Where the servers will come from, in words, before any of them is started."""
    if named(environment):
        return "the servers named in the environment"
    if containers.engine_answers():
        return "containers, or private instances if the images cannot be had"
    return "private instances of this checkout"


@contextmanager
def running_servers(
    environment: Mapping[str, str] = os.environ,
) -> Iterator[TestServers]:
    """Servers for as long as the body runs.

    In this order: those the environment names, containers where an engine answers and
    the images are to be had, private instances.
    """
    with ExitStack() as stack:
        servers = named(environment)
        if servers is None and containers.engine_answers():
            servers = containers.started(stack)
        if servers is None:
            servers = _private(stack)
        yield servers


def _private(stack: ExitStack) -> TestServers:
    for entry in entry_points(group=PRIVATE):
        servers: TestServers = stack.enter_context(entry.load()())
        return servers
    raise LookupError("Nothing installed here starts servers; name some to test on.")
