"""The worker process: `lineup run playlists-worker`.

Plain threads, no eventlet: COPY is not possible under it. One thread takes jobs and has
each done by a process of its own, a few at once; two render channel sets, which may
take seconds, and one writes access facts, which wait for neither; another clears away
what nobody shows any more, and one what a partner leaves that is deleted. Any number of
workers may run, each claims its rows.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import TypeVar

import structlog

from lineup import logs, metrics, probes, tracing
from lineup.contracts.playlists.jobs import JobState
from lineup.database import PgListener
from lineup.database.readiness import DatabaseReadiness
from lineup.ids import new_id
from lineup.settings import read
from lineup.tracing import SpanKind
from playlists.guide.retired import remove_retired
from playlists.jobs.models import Job
from playlists.jobs.operations import WAKE
from playlists.jobs.running import let_go
from playlists.pending.operations import FACTS_WAKE, SETS_WAKE
from playlists.purging.operations import WAKE as PURGES_WAKE
from playlists.purging.operations import purging_with
from playlists.rendering.access import write_due
from playlists.rendering.garbage import collect
from playlists.rendering.renderer import render_due
from playlists.rendering.round_robin import RoundRobin
from playlists.rendering.shards import mark_differing
from playlists.rendering.turns import Did
from playlists.settings import PlaylistsSettings
from playlists.worker.children import Children
from playlists.worker.tasks import claim_next
from playlists.worker.tools import Tools, tools_for

T = TypeVar("T")
log = structlog.get_logger(__name__)
NAME = "playlists-worker"
IDLE_SECONDS = 1.0
RENDERERS = 2
"""Threads that render: a set that takes long leaves the other partners one."""
AFTER_TROUBLE_SECONDS = 2.0
TIDY_SECONDS = 30.0
FIRST_TIDY_SECONDS = 5.0
"""After a start, which may follow a power cut."""
TIDY = "tidy"
"""The loop that turns seldom: after trouble it does not wait so long."""
NO_BLOB = "looked-for"
"""No blob is called so: looking for it shows whether the store answers."""
COLLECT_EVERY = 120
"""Turns of tidying from one collection of unnamed blobs to the next, and from one
comparison of the shards with their rows to the next: an hour."""
STOP_SECONDS = 25.0
ENDING_SECONDS = 5.0
"""For what is left when the jobs' processes were ended."""


@dataclass
class Worker:
    """Turns its loops until it is told to stop."""

    tools: Tools
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _jobs: set[threading.Thread] = field(default_factory=set)
    _troubled: set[str] = field(default_factory=set)
    _turns: int = 0
    _are_shards_compared: bool = False

    def __post_init__(self) -> None:
        self._children = Children(self.tools)
        self._partners = RoundRobin()
        self._slots = threading.Semaphore(self.tools.settings.job_slots)

    def run(self) -> None:
        """Work until `stop`; what is not done then is left to another worker."""
        renderers = [self._render] * RENDERERS
        writers = (self._write_facts, self._purge)
        seldom = (self._tidy, self._watch_store)
        loops = (self._do_jobs, *renderers, *writers, *seldom)
        for loop in loops:
            name = loop.__name__.lstrip("_")
            thread = threading.Thread(target=loop, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        log.info("worker_started", worker=self.tools.worker)
        self._stop.wait()
        self._join_all(STOP_SECONDS)
        self._children.end_all()
        self._join_all(ENDING_SECONDS)
        with self.tools.database.transaction() as work:
            let_go(work, self.tools.worker)
        log.info("worker_stopped", worker=self.tools.worker)

    def stop(self) -> None:
        """Take nothing on any more."""
        self._stop.set()

    def is_live(self) -> bool:
        """Whether every loop still turns."""
        return all(thread.is_alive() for thread in self._threads)

    def is_ready(self) -> bool:
        """Whether the last turn of every loop went well."""
        return not self._troubled

    def _join_all(self, seconds: float) -> None:
        """Wait for every thread, so long in all."""
        end = time.monotonic() + seconds
        for thread in (*self._threads, *self._jobs):
            thread.join(timeout=max(end - time.monotonic(), 0))

    def _do_jobs(self) -> None:
        self._run_and_wait(self._begin_job, WAKE)

    def _begin_job(self) -> Did:
        """Take the job whose turn it is and have it done, when a slot is free."""
        if not self._slots.acquire(timeout=IDLE_SECONDS):
            return Did.NOTHING
        try:
            job = claim_next(self.tools)
        except BaseException:
            self._slots.release()
            raise
        if job is None or job.state != JobState.RUNNING:
            self._slots.release()
            return Did.NOTHING if job is None else Did.SOME
        thread = threading.Thread(target=self._do_job, args=(job,), daemon=True)
        self._jobs.add(thread)
        thread.start()
        return Did.SOME

    def _do_job(self, job: Job) -> None:
        began = time.monotonic()
        try:
            self._children.run(job)
        except Exception:
            log.exception("job_left", job_id=str(job.id))
        finally:
            metrics.count(NAME, "job", job.kind, "ok", time.monotonic() - began)
            self._slots.release()
            self._jobs.discard(threading.current_thread())

    def _render(self) -> None:
        self._run_and_wait(self._render_one, SETS_WAKE)

    def _render_one(self) -> Did:
        tools = self.tools
        count = render_due(
            tools.database, tools.blobs, tools.keyring, turns=self._partners
        )
        return Did.SOME if count else Did.NOTHING

    def _write_facts(self) -> None:
        tools = self.tools
        self._run_and_wait(lambda: write_due(tools.database, tools.blobs), FACTS_WAKE)

    def _purge(self) -> None:
        purging = purging_with(self.tools.blobs)

        def step() -> Did:
            return Did.SOME if purging.go_on(self.tools.database) else Did.NOTHING

        self._run_and_wait(step, PURGES_WAKE)

    def _run_and_wait(self, step: Callable[[], Did], channel: str) -> None:
        with PgListener(self.tools.settings.database_uri, channel) as waker:
            while not self._stop.is_set():
                if self._safely(step) is not Did.SOME:
                    waker.wait(IDLE_SECONDS)

    def _tidy(self) -> None:
        while not self._stop.wait(self._tidy_pause()):
            while self._safely(self._remove_rows) and not self._stop.is_set():
                pass
            self._turns += 1
            if self._turns % COLLECT_EVERY == 0:
                self._are_shards_compared = False
            if not self._are_shards_compared:
                self._safely(self._compare)
            if self._turns % COLLECT_EVERY == 1:
                self._safely(self._collect)

    def _tidy_pause(self) -> float:
        if TIDY in self._troubled:
            return 0
        return TIDY_SECONDS if self._are_shards_compared else FIRST_TIDY_SECONDS

    def _compare(self) -> bool:
        """Look for files that are not what their rows say, as after a power cut."""
        count = mark_differing(self.tools.database, self.tools.blobs)
        self._are_shards_compared = True
        return count > 0

    def _remove_rows(self) -> bool:
        with self.tools.database.transaction() as work:
            return remove_retired(work)

    def _collect(self) -> bool:
        return bool(collect(self.tools.database, self.tools.blobs))

    def _watch_store(self) -> None:
        """Be unready while the store is away, even if there is nothing to write."""
        while not self._stop.is_set():
            if self._safely(lambda: self.tools.blobs.has(NO_BLOB)) is not None:
                self._stop.wait(TIDY_SECONDS)

    def _safely(self, step: Callable[[], T]) -> T | None:
        """One turn; trouble is logged, and the next turn comes after a pause."""
        loop_run = LoopRun(threading.current_thread().name)
        try:
            did_something = step()
        except Exception:
            log.exception("worker_turn_failed")
            self._troubled.add(loop_run.loop)
            loop_run.end("failed")
            self._stop.wait(AFTER_TROUBLE_SECONDS)
            return None
        self._troubled.discard(loop_run.loop)
        if did_something:
            loop_run.end("ok")
        return did_something


class LoopRun:
    """One turn of a loop: its log lines and what it announces bear an id of its own.

    Only one that did something is ended, and thereby told: idle ones come every second.
    """

    def __init__(self, loop: str) -> None:
        self.loop = loop
        self._began = time.monotonic()
        request_id = new_id().hex
        name = f"{NAME}.{loop}"
        self._span = tracing.begin(name, SpanKind.INTERNAL, None, request_id)
        tracing.bind_request(request_id, self._span.traceparent)

    def end(self, outcome: str) -> None:
        """Count it, and send its span."""
        seconds = time.monotonic() - self._began
        metrics.count(NAME, "turn", self.loop, outcome, seconds)
        self._span.end(outcome)


def main() -> None:
    """Be a worker until SIGTERM or SIGINT."""
    settings = read(PlaylistsSettings, os.environ)
    logs.configure(settings.log_format, settings.log_level, NAME)
    tracing.configure(settings.otel_exporter_otlp_endpoint, NAME)
    worker = Worker(tools_for(settings))
    tables = DatabaseReadiness(settings.database_uri, "playlists")
    tables.check()  # five seconds at most: it is ready at once where all is well
    tables.start()
    probes.serve(
        settings.probe_address,
        settings.probe_port,
        NAME,
        live={"loops": worker.is_live},
        ready={"loops": worker.is_ready, **tables.checks},
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.run()
    tracing.flush()
    sys.exit(0)
