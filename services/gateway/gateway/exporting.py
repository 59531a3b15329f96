"""The export of a partner's or a customer's data: one archive, made while it is sent.

It holds what the platform's support may see of the partner, as tables, or what each
service keeps of the customer, as JSON: no secrets are in it.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from flask import Response, g, stream_with_context

from gateway.app_context import app_context
from gateway.audit import SERVICES
from gateway.panel.exports import FORMULA
from gateway.panel.optional_results import PAGE_SECONDS
from gateway.request_context import answer_within, ask, ask_later, context
from lineup.context import Actor, Role
from lineup.contracts.accounts.boxes import ListBoxes, ListBoxModels
from lineup.contracts.accounts.customers import GetCustomer, ListCustomers
from lineup.contracts.accounts.devices import ListDevices
from lineup.contracts.accounts.groups import ListCustomerGroups
from lineup.contracts.accounts.personal_data import PersonalRows, ReadPersonalRows
from lineup.contracts.accounts.reseller_links import ListResellerLinks
from lineup.contracts.accounts.tree import AccountKind, GetAccount, ListAccounts
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.billing.orders import ListOrders
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.subscriptions import ListSubscriptions
from lineup.contracts.billing.wallets import ListWallets
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.contracts.playlists.channels import ListChannels
from lineup.contracts.playlists.customer_packages import ListCustomerPackages
from lineup.contracts.playlists.guide import ListGuideSources
from lineup.contracts.playlists.packages import ListPackages
from lineup.money import Money
from lineup.rpc import Answer, gather
from lineup.scope import ROOT, below

TABLES: dict[str, type[Any]] = {
    "customers": ListCustomers,
    "users": ListUsers,
    "devices": ListDevices,
    "box-models": ListBoxModels,
    "boxes": ListBoxes,
    "customer-groups": ListCustomerGroups,
    "sellers": ListAccounts,
    "channels": ListChannels,
    "packages": ListPackages,
    "customer-packages": ListCustomerPackages,
    "guide-sources": ListGuideSources,
    "products": ListProducts,
    "subscriptions": ListSubscriptions,
    "sales": ListSales,
    "balances": ListWallets,
    "orders": ListOrders,
}
"""What is in it: a file each, and the list it is made of."""
OF_RESELLER: dict[str, type[Any]] = {
    "links": ListResellerLinks,
    **{
        name: TABLES[name]
        for name in (
            "customers",
            "users",
            "devices",
            "subscriptions",
            "sales",
            "balances",
        )
    },
}
"""The same of a reseller company, at all the partners that it sells for."""
MOST_PAGES = 5000
"""Of one table, or one service's rows of a customer: a million rows."""
INDEX = """The data that your provider keeps about you, as of {now}.

Passwords, playlist links and the names of staff are left out.

"""
SECRETS = frozenset({"password", "token", "pin", "secret"})


def export_of(partner_id: UUID, name: str) -> Response:
    """An archive of everything a partner or reseller has; NotFound once it is gone.

    Unavailable while a service is away: an archive that ends early breaks off.
    """
    g.actor = Actor(
        role=Role.SUPPORT,
        scopes=(below(ROOT, partner_id),),
        partner_id=partner_id,
        name="data export",
    )
    account, tables = ask(GetAccount(account_id=partner_id)), TABLES
    if account.kind is AccountKind.RESELLER_COMPANY:
        g.actor = replace(g.actor, scopes=(*g.actor.scopes, *_scopes_of_links()))
        tables = OF_RESELLER
    _ask_every_service(tables)
    return Response(
        stream_with_context(_archive(tables)),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )


def export_of_customer(customer_id: UUID) -> Response:
    """An archive of all that is kept of a customer; NotFound once it is gone.

    Unavailable while a service is away: an archive that ends early breaks off.
    """
    g.actor = Actor(role=Role.SUPPORT, scopes=(ROOT,), name="data export")
    customer = ask(GetCustomer(customer_id=customer_id))
    g.actor = replace(g.actor, scopes=(customer.scope,), partner_id=customer.partner_id)
    answer_within(PAGE_SECONDS)
    asked = {one: _ask_for_rows(one, customer_id) for one in SERVICES}
    gather(*asked.values())
    firsts = {one: answer.reply() for one, answer in asked.items()}
    return Response(
        stream_with_context(_personal_archive(customer_id, firsts)),
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="personal-data.zip"'},
    )


def _ask_for_rows(
    service: str, customer_id: UUID, table: int = 0, after: str = ""
) -> Answer[PersonalRows]:
    request = ReadPersonalRows(customer_id=customer_id, table=table, after=after)
    return app_context().rpc.ask_later(context(), request, service=service)


def _personal_archive(
    customer_id: UUID, firsts: Mapping[str, PersonalRows]
) -> Iterator[bytes]:
    """Each service's tables as JSON, and last an index that tells what is in which."""
    pipe, index = Pipe(), []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for service, first in firsts.items():
            pages = _personal_pages(service, customer_id, first)
            for table, of_table in groupby(pages, lambda page: page.table):
                name, count = f"{service}/{table}.json", 0
                with archive.open(name, "w") as file:
                    for page in of_table:
                        file.write(_json_rows(page.rows, is_first=not count))
                        count, title = count + len(page.rows), page.title
                        yield pipe.taken()
                    file.write(b"]" if count else b"[]")
                index.append(f"{name}: {title}, {count} rows")
        archive.writestr("index.txt", "\n".join([_heading(), *index, ""]))
    yield pipe.taken()


def _heading() -> str:
    now = app_context().clock.now()
    return INDEX.format(now=f"{now:%d %B %Y %H:%M} UTC")


def _personal_pages(
    service: str, customer_id: UUID, page: PersonalRows
) -> Iterator[PersonalRows]:
    yield page
    for _ in range(MOST_PAGES):
        if page.next_table is None:
            return
        answer_within(PAGE_SECONDS)
        place = page.next_table, page.next_after
        page = _ask_for_rows(service, customer_id, *place).reply()
        yield page


def _json_rows(rows: Sequence[msgspec.Raw], *, is_first: bool) -> bytes:
    """Rows as elements of an array that is closed when all are written."""
    written = b",\n".join(msgspec.json.format(bytes(row), indent=2) for row in rows)
    return (b"[" if is_first else b",\n") + written if rows else b""


def _scopes_of_links() -> Iterator[str]:
    """Where a reseller company sells: its account at each of its partners."""
    for page in _pages(ListResellerLinks):
        for link in page.items:
            yield below(below(ROOT, link.partner_id), link.id)


def _ask_every_service(tables: Mapping[str, type[Any]]) -> None:
    answer_within(PAGE_SECONDS)
    firsts = [ask_later(kind(paging=Paging(limit=1))) for kind in tables.values()]
    gather(*firsts)
    for first in firsts:
        first.reply()


def _archive(tables: Mapping[str, type[Any]]) -> Iterator[bytes]:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, request_type in tables.items():
            with archive.open(f"{name}.csv", "w") as file:
                for rows in _tables(request_type):
                    file.write(rows.encode())
                    yield pipe.taken()
    yield pipe.taken()


def _tables(request_type: type[Any]) -> Iterator[str]:
    """A list as CSV, page by page; its columns are those of its rows."""
    heading: list[str] | None = None
    for page in _pages(request_type):
        rows = [_flat(row) for row in page.items]
        if heading is None and rows:
            heading = list(rows[0])
            yield _written([heading])
        yield _written([[row.get(name, "") for name in heading or []] for row in rows])


def _pages(request_type: type[Any]) -> Iterator[Page[Any]]:
    paging = Paging(limit=MAX_LIMIT, order="created_at")
    for _ in range(MOST_PAGES):
        answer_within(PAGE_SECONDS)
        page = ask(request_type(paging=paging))
        yield page
        if page.next_after is None:
            return
        paging = replace(paging, after=page.next_after)


def _flat(row: Any, prefix: str = "") -> dict[str, str]:
    """A row's values by column; what is nested has its own columns."""
    flat: dict[str, str] = {}
    for field in fields(row):
        value, name = getattr(row, field.name), f"{prefix}{field.name}"
        if field.name in SECRETS:
            continue
        if is_dataclass(value) and not isinstance(value, Money):
            flat |= _flat(value, f"{name}.")
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_part, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _part(value: Any) -> str:
    is_row = is_dataclass(value) and not isinstance(value, Money)
    return ", ".join(_flat(value).values()) if is_row else str(value)


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


class Pipe(io.RawIOBase):
    """Where an archive is written to, and taken from as it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is written to, and not sought in."""
        return True

    def write(self, part: Any) -> int:
        """Take a part of the archive."""
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """What came since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken
