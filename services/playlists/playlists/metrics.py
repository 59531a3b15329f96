"""What playlists tells whoever watches it: the work that waits for its worker."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from lineup.contracts.playlists.jobs import JobState
from lineup.database import UnitOfWork
from lineup.metrics import FAILING_ROWS, Sample, due
from playlists.jobs.models import Job
from playlists.pending.models import AccessFile, ChannelSet, StaleShard


def jobs(work: UnitOfWork) -> Iterator[Sample]:
    """Jobs that nobody has begun."""
    return _due(work, "jobs", Job.created_at, Job.state == JobState.QUEUED)


def facts(work: UnitOfWork) -> Iterator[Sample]:
    """Access facts to be written: until then players see what was."""
    return _due(work, "facts", AccessFile.due_at, AccessFile.due_at <= work.now)


def shards(work: UnitOfWork) -> Iterator[Sample]:
    """Changes of access facts that no file shows yet."""
    asked = select(
        func.count(),
        func.extract("epoch", func.clock_timestamp() - func.min(StaleShard.since)),
    )
    count, seconds = work.session.execute(asked).one()
    since = None if seconds is None else work.now - timedelta(seconds=float(seconds))
    yield from due("shards", count, since, work.now)


def sets(work: UnitOfWork) -> Iterator[Sample]:
    """Channel sets to be rendered: until then players see what was."""
    return _due(work, "sets", ChannelSet.render_at, ChannelSet.render_at <= work.now)


def failing(work: UnitOfWork) -> Iterator[Sample]:
    """What failed and is put off: players see what was before."""
    for name, table in (("facts", AccessFile), ("sets", ChannelSet)):
        count = work.session.scalar(select(func.count()).where(table.failures > 0))
        yield FAILING_ROWS.of(count or 0, name)


def _due(
    work: UnitOfWork,
    name: str,
    since: InstrumentedAttribute[Any],
    is_due: ColumnElement[bool],
) -> Iterator[Sample]:
    asked = select(func.count(), func.min(since)).where(is_due)
    count, oldest = work.session.execute(asked).one()
    yield from due(name, count, oldest, work.now)


METRIC_SOURCES = (jobs, facts, shards, sets, failing)
