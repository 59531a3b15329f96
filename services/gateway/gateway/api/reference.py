"""What describes the API: the list of codes and the page to try it out.

The page is Swagger UI, served from our own host out of the locked wheel that carries
its files; the specification itself is at /api/v1/openapi.json.
"""

from importlib.resources import files
from pathlib import Path

import marshmallow as ma
from flask import Blueprint, Response, jsonify, render_template, send_from_directory

from gateway.api.codes import CODES
from gateway.api.doors import PREFIX

ASSETS = Path(str(files("flask_swagger_ui"))) / "dist"

pages = Blueprint("reference", __name__, url_prefix=PREFIX)


class ProblemSchema(ma.Schema):
    """Why a request was not done."""

    code = ma.fields.String(
        required=True,
        metadata={"description": "Stable; listed at /api/v1/errors."},
    )
    message = ma.fields.String(required=True)
    by_field = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.List(ma.fields.String()),
        required=True,
        data_key="fields",
    )
    request_id = ma.fields.String(required=True)
    details = ma.fields.Dict(
        metadata={"description": "What a refusal has to say beyond that, if anything."}
    )


@pages.get("/errors")
def list_errors() -> Response:
    """Every code an error may have, with its status and meaning."""
    return jsonify(items=[code._asdict() for code in CODES])


@pages.get("/docs")
def try_out() -> str:
    """The page to read and try the API."""
    return render_template("reference.html")


@pages.get("/docs/assets/<path:name>")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(ASSETS, name, max_age=86_400)
