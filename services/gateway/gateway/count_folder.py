"""The folder in which the workers of one gateway share what they count.

It is locked as long as a process of that gateway lives, so that the next start knows
which folders a killed one left behind. Nothing here may import `prometheus_client`.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "lineup_gateway_"


def begin(place: Path) -> str:
    """Make a folder of this process and its children; clear away what nobody holds."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody holds it, or it is another user's
            lock = _lock(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
    made = tempfile.mkdtemp(prefix=PREFIX, dir=place)
    _lock(Path(made))
    return made


def _lock(folder: Path) -> int:
    """Lock a folder; workers inherit the lock, and it ends with the last of them."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        raise
    return opened
