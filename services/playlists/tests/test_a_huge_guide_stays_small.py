"""PE-16: half a gigabyte of guide is read in a small, flat amount of memory."""

import gzip
import json
import os
import subprocess
import sys

import pytest

from .conftest import PARTNER, a_source

pytestmark = pytest.mark.usefixtures("partner")
MEGABYTES = 500
PEAK_MB = 120
PROGRAMME = (
    '<programme start="{start} +0000" channel="news.one"><title>Title</title>'
    "<review>{text}</review></programme>"
)
PROGRAM = """
import json, os, re
from pathlib import Path
from uuid import UUID
from lineup.settings import read
from playlists.settings import PlaylistsSettings
from playlists.worker.tools import tools_for
from playlists.worker.tasks import run_next
job = run_next(tools_for(read(PlaylistsSettings, os.environ)))
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) / 1024
print(json.dumps({"state": job.state, "message": job.message, "peak": peak}))
"""


def write_guide(path, programmes, *, ends=True):
    """`programmes` of ten kilobytes each, packed as they are made."""
    text = "A long review of a short programme. " * 280
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('<?xml version="1.0"?><tv><channel id="news.one"/>')
        for i in range(programmes):
            start = f"2026{i // 40320 + 1:02}{i // 1440 % 28 + 1:02}"
            start += f"{i // 60 % 24:02}{i % 60:02}00"
            file.write(PROGRAMME.format(start=start, text=text))
        file.write("</tv>" if ends else "")


def run_in_a_process(settings):
    environment = {
        **os.environ,
        "AMQP_URI": settings.amqp_uri,
        "DATABASE_URI": settings.database_uri,
        "LINEUP_SECRET_KEYS": settings.lineup_secret_keys,
        "BLOB_URL": settings.blob_url,
        "JOB_LEASE_SECONDS": "30",
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=150,
    )
    return json.loads(done.stdout)


@pytest.mark.feature("PE-16")
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("ends", "state", "message"),
    [
        (True, "done", f"{MEGABYTES * 100:,} programmes of 1 channels."),
        (False, "failed", "The guide ends at line 1, "),
    ],
)
def test_half_a_gigabyte(tools, settings, tmp_path, ends, state, message):
    a_source(tools, upload="uploads/huge", partner_id=PARTNER)
    (tmp_path / "uploads").mkdir(exist_ok=True)
    write_guide(tmp_path / "uploads/huge", MEGABYTES * 100, ends=ends)

    told = run_in_a_process(settings)

    assert told["state"] == state
    assert told["message"].startswith(message)
    assert told["peak"] < PEAK_MB


@pytest.mark.timeout(240)
def test_a_bomb_is_unpacked_up_to_the_limit_only(tools, settings, tmp_path):
    """A gigabyte of nothing packs into a megabyte; it never gets into memory."""
    a_source(tools, upload="uploads/bomb", partner_id=PARTNER)
    (tmp_path / "uploads").mkdir(exist_ok=True)
    with gzip.open(tmp_path / "uploads/bomb", "wb", compresslevel=1) as file:
        file.write(b'<?xml version="1.0"?><tv><channel id="')
        for _ in range(1024):
            file.write(b" " * (1 << 20))

    told = run_in_a_process(settings)

    assert told["state"] == "failed"
    assert told["peak"] < PEAK_MB
