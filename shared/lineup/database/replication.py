"""Waiting until copies carry what a caller has just written elsewhere."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lineup.context import Written

Copies = Mapping[type, Sequence[Any]]
"""The mapped classes that hold copies of an event's state, by the event. Of several,
one has it: partners and sellers, for instance, lie apart."""

PAUSE_SECONDS = 0.02
LONGEST_PAUSE = 0.2


def wait_for_copies(
    engine: Engine, copies: Copies, written: Sequence[Written], until: float
) -> bool:
    """Wait until the copies are as new as `written`; False when they are not by then.

    `until` is of `time.monotonic`. What no copy is kept of is not waited for.
    """
    kept = {event.event_type: models for event, models in copies.items()}  # type: ignore[attr-defined]
    missing = [one for one in written if one.type in kept]
    pause = PAUSE_SECONDS
    while missing:
        with Session(engine) as session:
            missing = [one for one in missing if not _is_in(session, kept, one)]
        if missing and time.monotonic() + pause > until:
            return False
        if missing:
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 1.5)
    return True


def _is_in(
    session: Session, kept: Mapping[str, Sequence[Any]], written: Written
) -> bool:
    versions = [
        session.scalar(select(model.version).where(model.id == written.id))
        for model in kept[written.type]
    ]
    return any(held is not None and held >= written.version for held in versions)
