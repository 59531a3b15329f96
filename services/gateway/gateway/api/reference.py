"""What describes the API: the list of codes and the page to try it out.

The page is Swagger UI, served from our own host out of the locked wheel that carries
its files; the specification itself is at /api/v1/openapi.json.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import marshmallow as ma
from flask import Blueprint, Response, redirect, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from gateway.api.codes import CODES
from gateway.api.endpoints import PREFIX, Endpoints
from lineup.access import OPEN

ASSETS = Path(str(files("flask_swagger_ui"))) / "dist"

pages = Blueprint("reference", __name__, url_prefix=PREFIX)
entrance = Blueprint("entrance", __name__)
endpoints = Endpoints("errors", "Error codes.")


@dataclass(frozen=True, kw_only=True)
class ErrorCode:
    """An error code."""

    code: str
    status: int
    """HTTP status."""
    meaning: str


@dataclass(frozen=True, kw_only=True)
class ErrorCodes:
    """All error codes."""

    items: list[ErrorCode]


@dataclass(frozen=True, kw_only=True)
class ListErrors:
    """Ask for every code that an error may have."""


class ProblemSchema(ma.Schema):
    """An error (RFC 9457)."""

    code = ma.fields.String(
        required=True,
        metadata={
            "description": "Stable error code; see /api/v1/errors.",
            "example": "user_not_found",
        },
    )
    message = ma.fields.String(
        required=True,
        metadata={
            "description": "Message for people.",
            "example": "There is no such user.",
        },
    )
    by_field = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.List(ma.fields.String()),
        required=True,
        data_key="fields",
        metadata={
            "description": "Error messages by the path of the field in the request.",
            "example": {"person.email": ["Enter a valid email address."]},
        },
    )
    request_id = ma.fields.String(
        required=True,
        metadata={
            "description": "Request ID for support.",
            "example": "019d00000000700080000000000000a1",
        },
    )
    details = ma.fields.Dict(
        metadata={
            "description": "More details, depending on the code.",
            "example": {"codes": {"person.email": ["email_invalid"]}},
        }
    )


@endpoints.open("GET /errors", ListErrors, ErrorCodes, OPEN)
def list_errors(_: ListErrors) -> ErrorCodes:
    """List all error codes with status and meaning."""
    return ErrorCodes(items=[ErrorCode(**code._asdict()) for code in CODES])


@entrance.get("/api")
@entrance.get("/api/")
@entrance.get(PREFIX)
@entrance.get(f"{PREFIX}/")
def enter() -> ResponseReturnValue:
    """Lead whoever tries the beginning of an address to what describes the rest."""
    return redirect(f"{PREFIX}/docs")


@pages.get("/docs")
def try_out() -> str:
    """The page to read and try the API."""
    return render_template("reference.html")


@pages.get("/docs/assets/<path:name>")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(ASSETS, name, max_age=86_400)
