"""Waiting for what must happen, and not for longer than it may take."""

import time
from contextlib import contextmanager

LONGEST_SECONDS = 90.0


def wait_for(happened, seconds=LONGEST_SECONDS, *, what="it"):
    """Look until `happened()` is truthy, and give that; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = happened()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen in {seconds} s")


@contextmanager
def no_longer_than(seconds):
    """The body must be through within `seconds`."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds
