"""Work that would hold up the bus goes to a real thread."""

import ctypes
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import patcher, tpool

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
"""Such work keeps a core busy each."""
ONE_ARENA = (-8, 1)
"""M_ARENA_MAX in glibc's malloc.h: threads take memory from one place together. What
each has of its own it keeps, 19 MB for a password; to give that back after each would
cost argon2 half as much again."""

if hasattr(ctypes.CDLL(None), "mallopt"):  # musl has no such thing
    ctypes.CDLL(None).mallopt(*ONE_ARENA)
tpool.set_num_threads(THREADS)


def in_thread(function: Callable[P, R], /, *arguments: P.args, **named: P.kwargs) -> R:
    """Run `function` in a real thread while other endpoints go on; give what it gives.

    For argon2, rendering and the like. Not for what uses the service's database.
    Where eventlet has not patched (tests, tasks), it simply runs.
    """
    if not patcher.is_monkey_patched("thread"):
        return function(*arguments, **named)
    result: R = tpool.execute(function, *arguments, **named)
    return result
