"""Rows that a transaction looks up again and again, asked for once."""

from typing import Any, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

R = TypeVar("R")
HELD = "lineup_held"


def get_held(
    session: Session, model: type[R], key: Any, *options: ORMOption
) -> R | None:
    """A row by its primary key; no second look is taken while the session lives.

    A session forgets rows to which nobody refers any more, and would ask again.
    """
    row = session.get(model, key, options=options)
    session.info.setdefault(HELD, {})[model, key] = row
    return row
