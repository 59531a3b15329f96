"""What playlists tells whoever watches it: the work that waits for its worker."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from lineup.contracts.playlists.jobs import JobState
from lineup.database import Work
from lineup.metrics import FAILING_ROWS, Figure, due
from playlists.jobs.models import Job
from playlists.pending.models import AccessFile, ChannelSet


def jobs(work: Work) -> Iterator[Figure]:
    """Jobs that nobody has begun."""
    return _due(work, "jobs", Job.created_at, Job.state == JobState.QUEUED)


def facts(work: Work) -> Iterator[Figure]:
    """Access facts to be written: until then players see what was."""
    return _due(work, "facts", AccessFile.due_at, AccessFile.due_at <= work.now)


def sets(work: Work) -> Iterator[Figure]:
    """Channel sets to be rendered: until then players see what was."""
    return _due(work, "sets", ChannelSet.render_at, ChannelSet.render_at <= work.now)


def failing(work: Work) -> Iterator[Figure]:
    """What failed and is put off: players see what was before."""
    for name, table in (("facts", AccessFile), ("sets", ChannelSet)):
        count = work.session.scalar(select(func.count()).where(table.failures > 0))
        yield FAILING_ROWS.of(count or 0, name)


def _due(
    work: Work,
    name: str,
    since: InstrumentedAttribute[Any],
    is_due: ColumnElement[bool],
) -> Iterator[Figure]:
    asked = select(func.count(), func.min(since)).where(is_due)
    count, oldest = work.session.execute(asked).one()
    yield from due(name, count, oldest, work.now)


LOOKS = (jobs, facts, sets, failing)
