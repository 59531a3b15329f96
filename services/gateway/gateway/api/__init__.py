"""The REST API, version 1: doors by subject, one error form, its own specification."""

from flask import Flask
from flask_smorest import Api

from gateway.api import (
    accounts,
    billing,
    customers,
    notifications,
    playlists,
    reference,
    search,
    shops,
    tokens,
    uploads,
)
from gateway.api.doors import PREFIX
from gateway.api.reference import ProblemSchema

__all__ = ["hang", "uploads"]

TITLE = "Lineup"
VERSION = "v1"
DESCRIPTION = """
Sign in at `POST /tokens` and send the token as `Authorization: Bearer …`.

- Every error has one form: `code`, `message`, `fields`, `request_id`. The codes are
  listed at `GET /api/v1/errors`.
- Lists come in pages: `limit`, `after`, and `next_after` in the answer, which the
  `Link` header repeats as an address.
- `Idempotency-Key` on any `POST` makes a repeat give the first answer again.
- Money is text in its currency: `{"amount": "9.00", "currency": "EUR"}`.
- Unknown fields are refused. Times are UTC.
"""


class LineupApi(Api):  # type: ignore[misc]
    """flask-smorest's Api with our error form; `gateway.problems` handles errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `gateway.problems`, which answers people and programs."""


def hang(app: Flask) -> None:
    """Hang every door of the API into the app."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=PREFIX,
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "servers": [{"url": "/"}],
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}
            },
        },
    )
    api = LineupApi(app)
    for doors in (
        tokens.doors,
        accounts.doors,
        customers.doors,
        billing.catalog,
        billing.wallets,
        billing.subscriptions,
        shops.doors,
        playlists.channels,
        playlists.guide,
        notifications.doors,
        search.doors,
    ):
        api.register_blueprint(doors.blueprint)
    app.register_blueprint(reference.pages)
