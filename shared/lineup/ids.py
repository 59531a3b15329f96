"""Ids are made before the database sees them, and rise with time."""

import uuid

from uuid_utils import compat

EVENTS = uuid.UUID("6f2c1f5e-7a5b-5d0e-9b1a-4c696e657570")


def new_id() -> uuid.UUID:
    """A new id whose order is the order of making (UUID version 7, RFC 9562)."""
    return compat.uuid7()


def event_id(event_type: str, aggregate_id: object, version: int) -> uuid.UUID:
    """The id of one version of one aggregate's event: the same whenever announced."""
    return uuid.uuid5(EVENTS, f"{event_type}:{aggregate_id}:{version}")
