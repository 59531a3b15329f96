"""Documents as files: a PDF is made when it is asked for, from the one template."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from threading import Lock
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from flask import Response, render_template

from gateway.panel.display import LANGUAGE
from gateway.panel.people import country_name
from lineup.contracts.billing.documents import Document
from lineup.contracts.billing.refusals import PdfUnavailable

PDF = "application/pdf"
ONE_AT_A_TIME = Lock()
"""A PDF takes a processor for some 0.2 s: many at once would be a player's wait."""
NOT_FOR_NAMES = re.compile(r"[^A-Za-z0-9._-]")


def pdf_file(document: Document) -> Response:
    """A document as a PDF to be saved."""
    return file_of(document, pdf_of(document), PDF, "pdf")


def file_of(document: Document, body: str | bytes, kind: str, ending: str) -> Response:
    """A document in some form, to be saved under its number."""
    name = NOT_FOR_NAMES.sub("-", document.number)
    return Response(
        body,
        mimetype=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


def pdf_of(document: Document) -> bytes:
    """A document as a PDF; PdfUnavailable where the machine lacks what draws text."""
    page = render_template("documents/sheet.html", **shown(document))
    weasyprint = _weasyprint()
    with ONE_AT_A_TIME:
        drawn = weasyprint.HTML(string=page, url_fetcher=refuse_to_fetch).write_pdf()
    return bytes(drawn)


def shown(document: Document) -> dict[str, Any]:
    """What the template needs: the document, its days in its own zone, countries."""
    return {
        "document": document,
        "day_of": _days_in(_zone(document.time_zone)),
        "country_of": country_name,
    }


def _weasyprint() -> Any:
    """Loaded when the first is drawn: it takes seconds, and most never need it."""
    try:
        import weasyprint
    except OSError:
        raise PdfUnavailable from None
    return weasyprint


def refuse_to_fetch(url: str, *_: object, **__: object) -> NoReturn:
    """A document is all in its text: nothing is fetched, whatever it names."""
    raise ValueError(url)


def _zone(name: str) -> tzinfo:
    """UTC where nobody knows the zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _days_in(zone: tzinfo) -> Callable[[datetime], str]:
    def day_of(at: datetime) -> str:
        return format_date(at.astimezone(zone), "d MMM y", locale=LANGUAGE)

    return day_of
