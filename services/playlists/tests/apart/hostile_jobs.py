"""What a job's process may do; imported by name, in that process."""

import os
import signal
from uuid import UUID

from playlists.jobs.models import Job
from playlists.worker import tasks
from playlists.worker.children import be_a_child, do_job
from playlists.worker.tools import tools_for

PARTNER = UUID("0198f000-0000-7000-8000-000000000001")


def spin(settings, _worker, _job_id, _progress):
    """Hold the interpreter and never end."""
    be_a_child(settings)
    while True:
        pass


def die(_settings, _worker, _job_id, _progress):
    """Be ended, as by a system that wants memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def eat(settings, worker, job_id, progress):
    """Want more memory than there is."""
    tasks.KINDS["import_channels"] = lambda *_: str(len(bytearray(4 << 30)))
    do_job(settings, worker, job_id, progress)


def block_for_one_partner(settings, worker, job_id, progress):
    """Spin for one, do the job for all others."""
    tools = tools_for(settings, worker)
    with tools.database.transaction() as work:
        partner_id = work.session.get_one(Job, job_id).partner_id
    if partner_id == PARTNER:
        spin(settings, worker, job_id, progress)
    do_job(settings, worker, job_id, progress)
