"""What is installed here, found by entry points.

Groups: `lineup.services` (name -> service class), `lineup.runners` (name -> callable
that becomes a process), `lineup.commands` (name -> click command of its own tasks),
`lineup.verbs` (click group whose commands stand at the top), `lineup.environments`
(callable that gives a service's settings where nobody else does).
"""

import os
from importlib.metadata import EntryPoint, entry_points

import click


def names(group: str) -> list[str]:
    """The names of a group, in alphabetical order."""
    return sorted(entry_points(group=group).names)


def find(group: str, name: str) -> EntryPoint | None:
    """One entry of a group."""
    return next(iter(entry_points(group=group, name=name)), None)


def selected_services(service: str | None) -> list[str]:
    """The named service, or all installed ones; an unknown name is refused."""
    known = names("lineup.services")
    if service is None:
        return known
    if service not in known:
        raise click.BadParameter(
            f"{service!r} is not installed. Available: {', '.join(known)}."
        )
    return [service]


def environment_of(service: str) -> dict[str, str]:
    """What a service's process sees: this environment over the installation's own."""
    environment = dict(os.environ)
    for entry in entry_points(group="lineup.environments"):
        environment = entry.load()(service) | environment
    return environment
