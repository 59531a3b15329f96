"""Personal data: which tables of a service say something of a customer, and what.

Secrets are never handed out, nor is who of the staff did something, nor what the
service only keeps to find or sort rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, cast, func, inspect, select, true

from lineup.contracts.accounts.personal_data import PersonalRows, ReadPersonalRows
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.database.audit.models import AuditRow
from lineup.database.audit.shown import is_secret
from lineup.database.purging import Step, blanked
from lineup.database.unit_of_work import UnitOfWork
from lineup.errors import Invalid
from lineup.scope import in_scope
from lineup.verbs import handles

AT_ONCE = 200
FOR_US = frozenset(
    {
        *("search", "scope", "version", "email_key", "name_key"),
        *("user_words", "device_words", "serial_key", "request_hash"),
    }
)
STAFF = frozenset(
    {"actor", "by", "closed_by", "deleted_by", "sold_by", "changed_by", "requested_by"}
)


def columns_of(row: Any) -> dict[str, Any]:
    """What a row says, by column."""
    names = inspect(type(row)).mapper.column_attrs.keys()
    held = {name: getattr(row, name) for name in names if name not in FOR_US | STAFF}
    return {
        name: value
        for name, value in held.items()
        if not isinstance(value, bytes) and not is_secret(type(row), name, value)
    }


@dataclass(frozen=True)
class PersonalTable:
    """A table that says something of customers."""

    model: Any
    title: str
    """What its rows are, for whoever reads the export."""
    of: Callable[[UUID], ColumnElement[bool]]
    """The condition that a row is about a customer, by its id."""
    show: Callable[[Any], dict[str, Any]] = columns_of
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What an erasure leaves in columns of rows that stay."""
    is_blank: Any = None
    """The column, if any, by which rows are marked: what they say later stays."""

    def blanked(self) -> Step:
        """The step of an erasure that empties its columns."""
        is_left = true() if self.is_blank is None else ~self.is_blank
        return blanked(
            self.model, self.blank, lambda erasure: self.of(erasure.id) & is_left
        )


@dataclass(frozen=True)
class PersonalTables:
    """What a service keeps of customers; `customers` is its table, or copy, of them."""

    customers: Any
    tables: Sequence[PersonalTable]

    @property
    def every(self) -> Sequence[PersonalTable]:
        """Its tables, and the audit log."""
        return (*self.tables, AUDIT)

    def blanked(self) -> Sequence[Step]:
        """The steps of an erasure that leave rows and empty what is said in them."""
        return [one.blanked() for one in self.tables if one.blank]


def _logged(row: AuditRow) -> dict[str, Any]:
    """What was done to the customer: nothing of others that it was done to as well."""
    theirs = {str(one) for one in row.things}
    is_own = row.role == "customer" and not row.on_behalf_of
    return {
        "at": row.at,
        "by": "yourself" if is_own else "your provider",
        "address": row.address if is_own else "",
        "action": row.action,
        "kind": row.kind,
        "request": row.request,
        "changes": [one for one in row.changes if one["id"] in theirs],
    }


AUDIT = PersonalTable(
    AuditRow,
    "Changes to your data, and by you",
    lambda customer_id: (
        AuditRow.things.contains([customer_id])
        & (func.strpos(AuditRow.scope, f"/{customer_id.hex}/") > 0)
    ),
    _logged,
)


@handles(ReadPersonalRows)
def read_personal_rows(
    work: UnitOfWork, request: ReadPersonalRows, *, personal: PersonalTables
) -> PersonalRows:
    """Rows of one table, in the order of their keys; CustomerNotFound outside the
    actor's part of the tree, and Invalid for a table beyond the last.
    """
    _refuse_outside(work, personal, request.customer_id)
    tables = personal.every
    if request.table not in range(len(tables)):
        raise Invalid(fields={"table": ["There is no such table."]})
    table = tables[request.table]
    rows, last = _rows(work, table, request)
    is_last = request.table + 1 >= len(tables)
    following = None if is_last else request.table + 1
    return PersonalRows(
        table=table.model.__tablename__,
        title=table.title,
        rows=rows,
        next_table=request.table if last else following,
        next_after=last,
    )


def _refuse_outside(
    work: UnitOfWork, personal: PersonalTables, customer_id: UUID
) -> None:
    wanted = select(personal.customers.id).where(personal.customers.id == customer_id)
    if work.session.scalar(in_scope(wanted, personal.customers, work.actor)) is None:
        raise CustomerNotFound


def _rows(
    work: UnitOfWork, table: PersonalTable, request: ReadPersonalRows
) -> tuple[list[msgspec.Raw], str]:
    """Some rows, and the key of the last one; empty where there are no more."""
    keys = table.model.__table__.primary_key
    key = func.concat_ws(" ", *(cast(one, Text) for one in keys))
    wanted = select(table.model, key).where(table.of(request.customer_id))
    some = wanted.where(key > request.after).order_by(key).limit(AT_ONCE)
    found = work.session.execute(some).all()
    rows = [msgspec.Raw(msgspec.json.encode(table.show(row))) for row, _ in found]
    return rows, found[-1][1] if len(found) == AT_ONCE else ""
