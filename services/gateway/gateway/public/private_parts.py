"""What the fast path leans on, and gunicorn and prometheus_client do not promise.

Nothing else in the gateway imports their inner modules. Both are pinned to the version
whose parts these are (`pyproject.toml`); tests name each part and look for it. With
STOCK_WORKER a gateway runs without gunicorn's: slower, on what it promises.
"""

from collections.abc import Sequence

from gunicorn.util import http_date
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker
from prometheus_client import Histogram, values

__all__ = [
    "STOP_KEEPALIVE_LINGER",
    "TConn",
    "ThreadWorker",
    "counts_alone",
    "http_date",
    "observe_many",
]

PINNED = {"gunicorn": "27.0.1", "prometheus-client": "0.26.0"}
"""The versions whose parts were read; another one is read again before it is pinned."""


def observe_many(times: Histogram, counts: Sequence[int], seconds: float) -> None:
    """Observe so many times in each bucket, `seconds` in all.

    The content store can only observe one by one; its parts take any number at once.
    """
    for bucket, count in zip(times._buckets, counts, strict=True):  # noqa: SLF001
        if count:
            bucket.inc(count)
    times._sum.inc(seconds)  # noqa: SLF001


def counts_alone() -> bool:
    """Whether this process counts in memory of its own, not in files that workers
    share.
    """
    return values.ValueClass is values.MutexValue
