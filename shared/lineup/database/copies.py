"""Copies of other services' facts: the newest version wins, whatever the order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session


def upsert_if_newer(session: Session, model: Any, values: Mapping[str, Any]) -> bool:
    """Write a copied row unless a newer version is there; True when it was written.

    `values` holds the primary key and `version`. An equal version writes again, so
    that a re-announcement heals a copy gone wrong.
    """
    keys = [column.name for column in inspect(model).primary_key]
    statement = insert(model).values(**values)
    rest = {name: statement.excluded[name] for name in values if name not in keys}
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_=rest,
        where=model.version <= statement.excluded.version,
    )
    row = session.execute(statement.returning(*inspect(model).primary_key)).first()
    session.expire_all()
    return row is not None
