"""Jobs in processes of their own, which are ended when they take too long.

What partners send is read there: whatever it does to the reader, the worker stays free
to beat hearts, render, answer probes and do the jobs of others. The processes come from
one that has loaded all they need (a fork server), so one is there within milliseconds.
"""

import fcntl
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawArray
from typing import Any
from uuid import UUID

import structlog

from lineup import logs
from lineup.contracts.playlists.refusals import JobCode
from lineup.metrics import PUT_OFF
from playlists.jobs.models import Job
from playlists.jobs.running import Heartbeat, LeaseLost, held, put_off
from playlists.settings import PlaylistsSettings
from playlists.worker.tasks import fail, perform
from playlists.worker.tools import Tools, tools_for

log = structlog.get_logger(__name__)
NAME = "playlists-job"
NICENESS = 5
"""Jobs can wait; facts and renderings of others should not."""
LOOK_SECONDS = 0.5


class SharedProgress:
    """How far a job is, told from its process to the one that shows it."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers

    @property
    def done(self) -> int:
        """How much is done."""
        return int(self.numbers[0])

    @done.setter
    def done(self, value: int) -> None:
        self.numbers[0] = value

    @property
    def total(self) -> int:
        """Of how much; 0: unknown yet."""
        return int(self.numbers[1])

    @total.setter
    def total(self, value: int) -> None:
        self.numbers[1] = value


@dataclass
class Children:
    """The processes that do this worker's jobs."""

    tools: Tools
    work: Callable[[PlaylistsSettings, str, UUID, SharedProgress], None] | None = None
    """What such a process does; None: the job."""
    _context: ForkServerContext = field(
        default_factory=lambda: get_context("forkserver")
    )
    _running: set[ForkServerProcess] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_stopping: bool = False

    def __post_init__(self) -> None:
        self._context.set_forkserver_preload([__name__])

    def run(self, job: Job) -> None:
        """Do a job that is held; back when it is done, failed or put off."""
        progress = SharedProgress(RawArray("q", 2))
        arguments = self.tools.settings, self.tools.worker, job.id, progress
        target = self.work or do_job
        process = self._context.Process(target=target, args=arguments, daemon=True)
        lease = self.tools.settings.job_lease_seconds
        with Heartbeat(self.tools.database, job, progress, lease):
            is_in_time = self._wait(process)
        if not self._is_stopping:
            self._end_unfinished(job, is_in_time=is_in_time)

    def end_all(self) -> None:
        """End what still runs; the jobs stay held, for the worker to give back."""
        with self._lock:
            self._is_stopping = True
            for process in self._running:
                process.kill()

    def _wait(self, process: ForkServerProcess) -> bool:
        """Let a process do its work; whether it ended by itself and in time."""
        end = time.monotonic() + self.tools.settings.job_seconds
        with self._lock:
            if self._is_stopping:
                return True
            process.start()
            self._running.add(process)
        while process.is_alive() and time.monotonic() < end:
            process.join(LOOK_SECONDS)
        is_in_time = not process.is_alive()
        with self._lock:
            process.kill()
            self._running.discard(process)
        process.join()
        process.close()
        return is_in_time

    def _end_unfinished(self, job: Job, *, is_in_time: bool) -> None:
        """End a job whose process did not; what the row says counts."""
        if not is_in_time:
            minutes = self.tools.settings.job_seconds / 60
            log.warning("job_too_slow", job_id=str(job.id), kind=job.kind)
            message = f"The job took longer than {minutes:g} minutes and was cancelled."
            fail(self.tools, job, message, JobCode.JOB_TOO_SLOW)
            return
        with self.tools.database.transaction() as work:
            try:
                held(work, job.id, self.tools.worker)
            except LeaseLost:
                return
            log.error("job_process_died", job_id=str(job.id), kind=job.kind)
            PUT_OFF.labels("playlists-worker", "jobs").inc()
            put_off(work, job.id, self.tools.worker)


def do_job(
    settings: PlaylistsSettings, worker: str, job_id: UUID, progress: SharedProgress
) -> None:
    """Do one job that `worker` holds, and be gone."""
    be_a_child(settings)
    logs.configure(settings.log_format, settings.log_level, NAME)
    tools = tools_for(settings, worker)
    with tools.database.transaction() as work:
        job = work.session.get_one(Job, job_id)
    perform(tools, job, progress)
    tools.database.engine.dispose()


def be_a_child(settings: PlaylistsSettings) -> None:
    """Stop only when the worker says so or dies, have little memory, stand back."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _die_with(parent_process())
    most = settings.job_megabytes << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    os.nice(NICENESS)


def _die_with(parent: BaseProcess | None) -> None:
    """Be ended by the kernel when the worker is gone, whatever holds the interpreter.

    A pipe from the worker tells: what is readable there is that it was closed.
    """
    if parent is None:
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if not parent.is_alive():
        os._exit(1)
