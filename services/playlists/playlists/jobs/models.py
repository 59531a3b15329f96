"""The table of jobs: what is to be done, who does it, and how it goes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.playlists.jobs import JobState
from lineup.database import Timestamped
from playlists.records import Record

TRIES = 3
"""How often a job is begun whose worker dies, before it is given up."""


class Job(Timestamped, Record):
    """One piece of work for the worker process.

    A running job belongs to the worker that beats its heart; when the lease lapses
    another worker begins it anew, so every kind of job is safe to repeat. One that
    waits with a lease was put off until that lapses.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_single_key",
            "single_key",
            unique=True,
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index(
            "ix_jobs_open",
            "id",
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index("ix_jobs_scope", "scope", "id"),
        Index("ix_jobs_begun_at", "partner_id", "begun_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    kind: Mapped[str]
    single_key: Mapped[str]
    """What may be open only once, such as one guide source's fetch."""
    payload: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    """What came of it beside the message: what was left out, what was found."""
    state: Mapped[str] = mapped_column(default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    """By the database's clock, which all workers share."""
    tries: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None]
    """When it was last begun, by the same clock: partners take turns by it."""

    def finish(
        self, now: datetime, message: str, result: dict[str, Any] | None = None
    ) -> None:
        """It is done."""
        self._end(now, JobState.DONE, message, "")
        self.result = result

    def fail(self, now: datetime, message: str, code: str) -> None:
        """It cannot be done, for a reason with a stable code."""
        self._end(now, JobState.FAILED, message, code)

    def _end(self, now: datetime, state: JobState, message: str, code: str) -> None:
        self.state, self.message, self.code = state, message, code
        self.finished_at, self.lease_until = now, None
