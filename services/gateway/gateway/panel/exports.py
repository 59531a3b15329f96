"""Lists as files: every row of what the address asks for, as CSV (RFC 4180)."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, request, stream_with_context, url_for

from gateway.panel.display import zone
from gateway.panel.optional_results import PAGE_SECONDS
from gateway.panel.tables import PLACE
from gateway.request_context import answer_within, ask
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.money import Money

MOST_ROWS = 50_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins a formula where such a file is opened."""

Columns = Sequence[tuple[str, Callable[[Any], Any]]]
"""A heading and what a row has under it."""


def csv_of(
    name: str,
    columns: Columns,
    rpc_request: Any,
    *,
    find: Callable[[Any], Page[Any]] = ask,
) -> Response:
    """A file of all rows a request finds, at most 50,000; the first page is asked now.

    Refusals rise before anything is sent. `find` gives a page.
    """
    page_request = replace(rpc_request, paging=_first(rpc_request.paging))
    lines = _csv_rows(columns, _pages(page_request, find(page_request), find))
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def rows_file(name: str, rows: Sequence[Sequence[Any]]) -> Response:
    """A short file that is all there, its first row the headings."""
    text = _written([[_cell(value) for value in row] for row in rows])
    return Response(
        text,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def file_address(endpoint: str, **path: Any) -> str:
    """Where the list that is open is had as a file, narrowed and sorted as it is."""
    query: dict[str, Any] = request.args.to_dict(flat=False)
    kept = {name: value for name, value in query.items() if name not in PLACE}
    return url_for(endpoint, **path, **kept)


def _first(paging: Paging) -> Paging:
    return Paging(limit=MAX_LIMIT, order=paging.order)


def _pages(
    page_request: Any, page: Page[Any], find: Callable[[Any], Page[Any]]
) -> Iterator[Page[Any]]:
    yield page
    for _ in range(MOST_ROWS // MAX_LIMIT - 1):
        if page.next_after is None:
            return
        paging = replace(page_request.paging, after=page.next_after)
        answer_within(PAGE_SECONDS)
        page = find(replace(page_request, paging=paging))
        yield page


def _csv_rows(columns: Columns, pages: Iterator[Page[Any]]) -> Iterator[str]:
    yield _written([[heading for heading, _ in columns]])
    for page in pages:
        yield _written(
            [[_cell(read(row)) for _, read in columns] for row in page.items]
        )


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """A value as text: amounts without currency, instants in the actor's zone."""
    if isinstance(value, Money):
        return value.decimal()
    if isinstance(value, datetime):
        return value.astimezone(zone()).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
