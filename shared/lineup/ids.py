"""Ids are made before the database sees them, and rise with time."""

import secrets
import uuid
from datetime import datetime

import uuid_utils
from uuid_utils import compat

_VERSION_7 = 0x7 << 76 | 0b10 << 62
EVENTS = uuid_utils.UUID("6f2c1f5e-7a5b-5d0e-9b1a-4c696e657570")


def new_id() -> uuid.UUID:
    """A new id whose order is the order of making (UUID version 7, RFC 9562)."""
    return compat.uuid7()


def id_at(instant: datetime) -> uuid.UUID:
    """A new id that stands in the order of ids where one made at an instant would."""
    return uuid.UUID(int=first_id_at(instant).int | secrets.randbits(62))


def first_id_at(instant: datetime) -> uuid.UUID:
    """What no id of an instant or later stands before, to cut lists by time.

    The microseconds stand where RFC 9562 lets a finer clock be, in 12 bits.
    """
    milliseconds, rest = divmod(instant.microsecond, 1000)
    whole = int(instant.timestamp()) * 1000 + milliseconds
    return uuid.UUID(int=whole << 80 | _VERSION_7 | (rest * 4096 // 1000) << 64)


def id_before(seconds: int) -> uuid.UUID:
    """What no id that was made in the last so many seconds stands before.

    By the machine's clock, as ids are made.
    """
    milliseconds = (new_id().int >> 80) - 1000 * seconds
    return uuid.UUID(int=milliseconds << 80 | _VERSION_7)


def event_id(event_type: str, aggregate_id: object, version: int) -> uuid.UUID:
    """The id of one version of one aggregate's event: the same whenever announced."""
    return uuid.UUID(event_id_text(event_type, aggregate_id, version))


def event_id_text(event_type: str, aggregate_id: object, version: int) -> str:
    """As `event_id`, in writing: a quarter of the time where there are thousands."""
    return str(uuid_utils.uuid5(EVENTS, f"{event_type}:{aggregate_id}:{version}"))
