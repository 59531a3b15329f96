"""Threads do not each keep what they once took of memory."""

import subprocess
import sys

import pytest

MEGABYTES, TIMES = 19, 3
WORK = f"""
import warnings
warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
import eventlet
eventlet.monkey_patch()
from lineup.bus import threads

def work():
    taken = bytearray({MEGABYTES} << 20)
    eventlet.patcher.original("time").sleep(0.2)
    return len(taken)

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4 // 1024

before = resident()
for _ in range({TIMES}):
    at_once = [
        eventlet.spawn(threads.in_thread, work) for _ in range(threads.THREADS)
    ]
    assert [each.wait() for each in at_once] == [{MEGABYTES} << 20] * threads.THREADS
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is another one")
def test_four_threads_keep_no_more_than_two_would():
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 2 * MEGABYTES
