"""Which ports a home has: those its programs listen on, and free ones for new ones.

What runs is believed: the record of each program says where it listens, and counts
only while that very process lives. What starts takes the ports that somebody set, or is
refused; those that nobody set move on until they are free, and that is told.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from lineup_local import ports
from lineup_local.daemons import living_records
from lineup_local.place import folders_of
from lineup_local.ports import Claim
from lineup_local.settings import Settings

STEP = 100
"""All ports of a checkout move so far, so they stay beside each other."""


def as_running(settings: Settings) -> Settings:
    """The settings with the ports that programs of this home listen on right now."""
    return settings.at(running_ports(settings.home))


def running_ports(home: Path) -> dict[str, int]:
    """The ports of all programs of a home that run, by field."""
    found: dict[str, int] = {}
    for folder in folders_of(home):
        for record in living_records(folder):
            found |= record.ports
    return found


@contextmanager
def chosen(settings: Settings, claims: Sequence[Claim]) -> Iterator[Settings]:
    """The settings with the ports of what starts now, kept from other starters
    meanwhile; LocalError when one that somebody set is taken.
    """
    there = running_ports(settings.home)
    wanted = [claim for claim in claims if claim.field not in there]
    with ExitStack() as held:
        rows = {claim: _choose(settings, claim, held) for claim in wanted}
        _tell({claim: row for claim, row in rows.items() if row != claim.row(settings)})
        found = {claim.field: row.start for claim, row in rows.items()}
        yield settings.at(there | found)


def _choose(settings: Settings, claim: Claim, held: ExitStack) -> range:
    """The ports of a claim, or the next that are all free if nobody set them."""
    row = claim.row(settings)
    taken = _take(row, held)
    if taken is None:
        return row
    if claim.field not in settings.may_move:
        raise ports.taken(taken, claim)
    for start in range(row.start + STEP, ports.HIGHEST - claim.count, STEP):
        row = range(start, start + claim.count)
        if _take(row, held) is None:
            return row
    raise ports.taken(taken, claim)


def _take(row: range, held: ExitStack) -> int | None:
    """Hold a row of ports; else the first that somebody has, and none is held."""
    with ExitStack() as these:
        for port in row:
            hold = ports.hold(f"port-{port}")
            if hold is None:
                return port
            these.enter_context(hold)
            if not ports.is_free(port):
                return port
        held.push(these.pop_all())
    return None


def _tell(moved: dict[Claim, range]) -> None:
    if moved:
        listed = ", ".join(f"{each.purpose} {row.start}" for each, row in moved.items())
        click.echo(f"Ports that are taken are replaced: {listed}.", err=True)
