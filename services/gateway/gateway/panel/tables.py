"""Lists: a page declares its table once; its state is kept in the address.

    CUSTOMERS = Table(
        "customers",
        Column("name", "Name", order="name"),
        Column("email", "Email", path="person.email"),
        filters=(Text("Name, username or email"), Choice("state", "Status", State)),
    )

    listing = CUSTOMERS.listing_of(ListCustomers)

The macro `table` shows it: filter bar, headers to sort by, rows, pages.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from flask import after_this_request, request, url_for

from gateway.app_context import app_context
from gateway.panel.filters import Filter, Options
from gateway.panel.optional_results import OptionalResult, optional
from gateway.request_context import actor, ask_later
from lineup.context import Role
from lineup.contracts.paging import Page, Paging
from lineup.errors import Refusal
from lineup.rpc import Answer
from lineup.verbs import Request

T = TypeVar("T")

ROWS = 50
COUNT_UP_TO = 10_000
ORDER, COLUMNS, AFTER, BEFORE, START = "order", "columns", "after", "before", "from"
PLACE = (AFTER, BEFORE, START)
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Column:
    """One column: shows the attribute of its name, or at a path such as `person.email`.

    `order` is the service's name for sorting by it; empty: it cannot be sorted by.
    """

    name: str
    label: str
    path: str = ""
    order: str = ""
    is_hidden: bool = False
    """Shown only to those who pick it."""
    is_numeric: bool = False
    is_named: bool = False
    """Holds an id, shown as the option of this name calls it."""

    def value_of(self, row: Any) -> Any:
        """What a row has in this column; None when it has nothing of the name."""
        for step in (self.path or self.name).split("."):
            row = getattr(row, step, None)
        return row


class Table:
    """What a list shows, how it can be narrowed and sorted."""

    def __init__(
        self,
        name: str,
        *columns: Column,
        filters: Sequence[Filter] = (),
        order: str = "",
    ) -> None:
        self.name = name
        self.columns = columns
        self.filters = filters
        self.order = order
        """The order when nobody asked for one, as its column is sorted."""

    def listing(self, **options: Options) -> "Listing":
        """The list as the address asks for it; `options` of choices by their name."""
        query = request.args
        filters: dict[str, Any] = {}
        for one in self.filters:
            filters |= one.read(query)
        return Listing(
            table=self,
            query=query.to_dict(flat=False),
            filters=filters,
            order=self._order(query.get(ORDER, "")),
            columns=self._columns(),
            options=options,
        )

    def listing_of(
        self, request_type: type[Request[Page[Any]]], /, **fixed: Any
    ) -> "Listing":
        """The list as the address asks for it, with its rows."""
        return self.listing().answered_by(request_type, **fixed)

    def of(self, found: OptionalResult[Page[Any]]) -> "Listing":
        """A short list that is all there: it has no state in the address."""
        plain = tuple(replace(column, order="") for column in self.columns)
        shown = tuple(column for column in plain if not column.is_hidden)
        return Listing(table=Table(self.name, *plain), columns=shown, found=found)

    @property
    def can_pick(self) -> bool:
        """Whether there is a column that is shown only to those who pick it."""
        return any(column.is_hidden for column in self.columns)

    def _order(self, wanted: str) -> str:
        known = {column.order for column in self.columns if column.order}
        return wanted if wanted.removeprefix("-") in known else self.order

    def _columns(self) -> tuple[Column, ...]:
        """Those picked in the address, else last time, else the usual ones."""
        cookie = f"{COLUMNS}_{self.name}"
        picked = request.args.getlist(COLUMNS)
        if picked:
            _remember(cookie, ".".join(picked))
        else:
            picked = request.cookies.get(cookie, "").split(".")
        shown = tuple(column for column in self.columns if column.name in picked)
        return shown or tuple(c for c in self.columns if not c.is_hidden)


def of_partners(table: Table, *filters: Filter, after: int = 1) -> Callable[[], Table]:
    """A table as who asks sees it: the operator, who looks after many partners, reads
    whose each row is behind the first columns, and has these filters as well.
    """
    columns = list(table.columns)
    columns.insert(after, Column("partner_id", "Partner", is_named=True))
    filters = (*table.filters, *filters)
    wider = Table(table.name, *columns, filters=filters, order=table.order)
    return lambda: wider if actor().role is Role.OPERATOR else table


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A table as one address asks for it, and what was found."""

    table: Table
    columns: tuple[Column, ...]
    filters: Mapping[str, Any] = field(default_factory=dict)
    """Values by field of the request."""
    query: Mapping[str, list[str]] = field(default_factory=dict)
    order: str = ""
    options: Mapping[str, Options] = field(default_factory=dict)
    found: OptionalResult[Page[Any]] = field(
        default_factory=lambda: OptionalResult(None)
    )

    @property
    def paging(self) -> Paging:
        """Which page to ask for, and to count the rows."""
        return Paging(
            limit=ROWS,
            after=self._id(AFTER),
            before=self._id(BEFORE),
            order=self.order,
            count_up_to=COUNT_UP_TO,
        )

    def to_request(self, kind: type[Any], /, **fixed: Any) -> Any:
        """The request that asks for this page of the list."""
        return kind(**{**self.filters, **fixed}, paging=self.paging)

    def totals_request(self, kind: type[T]) -> T:
        """The request for the sums of the whole list: the same filters, no page."""
        return kind(**self.filters)

    def answered_by(
        self, request_type: type[Request[Page[Any]]], /, **fixed: Any
    ) -> "Listing":
        """The list with its rows, or away; a page that is gone is the first one."""
        rpc_request = self.to_request(request_type, **fixed)
        try:
            return self.showing(optional(ask_later(rpc_request)))
        except Refusal as refusal:
            if refusal.code != "page_gone":
                raise
        return self._at_first_page().answered_by(request_type, **fixed)

    def later(
        self, request_type: type[Request[Page[Any]]], /, **fixed: Any
    ) -> "PendingListing":
        """Ask for the rows now; `with_options` waits for them."""
        rpc_request = self.to_request(request_type, **fixed)
        answer = ask_later(rpc_request)
        return PendingListing(
            self, answer, lambda: self.answered_by(request_type, **fixed)
        )

    def showing(self, found: OptionalResult[Page[Any]]) -> "Listing":
        """The same list with what was found."""
        return replace(self, found=found)

    @property
    def is_away(self) -> bool:
        """Whether its service did not answer."""
        return self.found.is_away

    @property
    def rows(self) -> Sequence[Any]:
        """What is on this page."""
        return self.found.value.items if self.found.value else []

    @property
    def is_filtered(self) -> bool:
        """Whether it was narrowed: nothing found does not mean nothing there."""
        return bool(self.filters)

    def filter_value(self, name: str) -> str:
        """What the address says of a filter, to be shown in its control."""
        return self.query.get(name, [""])[0]

    def options_of(self, choice: Any) -> Options:
        """What can be chosen: given by the page, else the filter's own."""
        options: Options = self.options.get(choice.name) or choice.options()
        return options

    def text_of(self, column: Column, row: Any) -> Any:
        """What a row shows in a column: its value, or the name of what that is."""
        value = column.value_of(row)
        if not column.is_named:
            return value
        return dict(self.options.get(column.name, ())).get(str(value), "")

    def direction_of(self, column: Column) -> str:
        """How it is sorted by a column: ascending, descending or none."""
        if not column.order or self.order.removeprefix("-") != column.order:
            return "none"
        return "descending" if self.order.startswith("-") else "ascending"

    def sorted_by(self, column: Column) -> str:
        """The address that sorts by a column; the other way round the next time."""
        is_ascending = self.direction_of(column) == "ascending"
        return self._address({ORDER: "-" * is_ascending + column.order})

    @property
    def next_page(self) -> str:
        """The next page's address; empty on the last."""
        page = self.found.value
        if page is None or page.next_after is None:
            return ""
        start = self._start() + len(page.items)
        return self._address({AFTER: str(page.next_after), START: str(start)})

    @property
    def previous_page(self) -> str:
        """The previous page's address; empty on the first."""
        page = self.found.value
        if page is None or page.previous_before is None:
            return ""
        start = max(1, self._start() - ROWS)
        return self._address({BEFORE: str(page.previous_before), START: str(start)})

    @property
    def without_filters(self) -> str:
        """The address of everything, sorted as now."""
        names = {name for one in self.table.filters for name in one.names}
        return self._address({}, leaving_out=names)

    @property
    def span(self) -> str:
        """Which rows these are: "51–100 of 1,234", "1–50 of 10,000+"."""
        page = self.found.value
        if page is None or not page.items:
            return ""
        start = self._start()
        span = f"{start:,}–{start + len(page.items) - 1:,}"  # noqa: RUF001
        if page.total is None:
            return span
        more = "+" if page.total >= COUNT_UP_TO else ""
        return f"{span} of {page.total:,}{more}"

    def kept(self, *changing: str) -> list[tuple[str, str]]:
        """The state that a form must carry along, beside the names it changes."""
        return [
            (name, value)
            for name, values in self.query.items()
            if name not in {*changing, *PLACE}
            for value in values
            if value
        ]

    def _address(
        self, changes: dict[str, str], leaving_out: Collection[str] = ()
    ) -> str:
        state: dict[str, Any] = dict(request.view_args or {})
        for name, value in self.kept(*changes, *leaving_out):
            state.setdefault(name, []).append(value)
        return url_for(request.endpoint or "", **state | changes)

    def _start(self) -> int:
        """The number of this page's first row, as the address remembers it."""
        text = self.filter_value(START)
        is_elsewhere = self._id(AFTER) or self._id(BEFORE)
        return int(text[:9]) if is_elsewhere and text.isdecimal() else 1

    def _id(self, name: str) -> UUID | None:
        try:
            return UUID(self.filter_value(name))
        except ValueError:
            return None

    def _at_first_page(self) -> "Listing":
        query = {name: text for name, text in self.query.items() if name not in PLACE}
        return replace(self, query=query)


@dataclass(frozen=True)
class PendingListing:
    """A list whose rows were asked for and may be on their way."""

    listing: Listing
    answer: Answer[Page[Any]]
    again: Callable[[], Listing]

    def with_options(self, **options: Options) -> Listing:
        """The list with its rows, or away; a page that is gone is the first one.

        `options` of choices that were asked for beside it, by their name.
        """
        try:
            listing = self.listing.showing(optional(self.answer))
        except Refusal as refusal:
            if refusal.code != "page_gone":
                raise
            listing = self.again()
        return replace(listing, options={**listing.options, **options})


def _remember(cookie: str, value: str) -> None:
    @after_this_request
    def keep(response: Any) -> Any:
        response.set_cookie(
            cookie,
            value[:400],
            max_age=YEAR_SECONDS,
            secure=app_context().settings.is_https,
            httponly=True,
            samesite="Lax",
        )
        return response
