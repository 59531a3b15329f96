"""The calendar in use: which dates an order can have, however a shop writes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, TypeDecorator, case, func

FIRST_DATE = datetime(2000, 1, 1, tzinfo=UTC)
LAST_DATE = datetime(2100, 1, 1, tzinfo=UTC)


def is_in_use(at: datetime) -> bool:
    """Whether an order can be of that time; anything else is a mistake or mischief."""
    return FIRST_DATE <= at < LAST_DATE


class ShopTime(TypeDecorator[datetime]):
    """An instant that a shop named; read as the nearest one of the calendar in use.

    PostgreSQL keeps years that Python cannot read: one such row must not take the
    list of all orders with it.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What is selected in place of the bare column."""
        nearest = func.least(func.greatest(column, FIRST_DATE), LAST_DATE)
        return case((column.is_not(None), nearest))
