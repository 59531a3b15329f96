"""The REST API, version 1: endpoints by subject, one error form, a specification."""

from copy import deepcopy

from flask import Flask, Response, jsonify
from flask_smorest import Api

from gateway.api import (
    audit,
    customers,
    documents,
    reference,
    search,
    subjects,
    tokens,
    uploads,
    wallets,
)
from gateway.api.endpoints import PARAMETERS, PREFIX
from gateway.api.external_ids import IdConverter
from gateway.api.fields import choices_of
from gateway.api.published import published
from gateway.api.reference import ProblemSchema

__all__ = ["customers", "documents", "init_app", "tokens", "uploads", "wallets"]

SUBJECTS = (
    subjects.tokens,
    subjects.accounts,
    subjects.partners,
    subjects.reselling,
    subjects.customers,
    subjects.catalog,
    subjects.wallets,
    subjects.documents,
    subjects.subscriptions,
    subjects.shops,
    subjects.channels,
    subjects.guide,
    subjects.streams,
    subjects.messages,
    search.endpoints,
    audit.endpoints,
    reference.endpoints,
)
"""In the order of the specification."""
for subject in SUBJECTS:
    subject.open_verbs()

TITLE = "Lineup"
VERSION = "v1"
DESCRIPTION = """
Sign in at `POST /tokens` and send the token as `Authorization: Bearer …`.

- Every error has one form: `code`, `message`, `fields`, `request_id`. The codes are
  listed at `GET /api/v1/errors`.
- Lists come in pages: `limit`, `after`, and `next_after` in the answer, which the
  `Link` header repeats as an address.
- `Idempotency-Key` on any `POST` makes a repeat within a week give the first answer
  again.
- Money is text in its currency: `{"amount": "9.00", "currency": "EUR"}`.
- `PATCH` changes what is sent and nothing else, by JSON merge patch (RFC 7396): objects
  merge field by field, lists and amounts are replaced, `null` sets a field back where
  the schema lets it be null. The body is `application/merge-patch+json` or
  `application/json`. `PUT` takes the whole: a missing field is refused (422), but for
  secrets, which are never shown: left out, they stay. Both answer with the whole.
- Customers and products can bear an `external_id`, unique within a partner. Wherever
  the id of one is taken, `ext:` and its external id do, too: `/customers/ext:4711`.
- A reseller company acts through one of its links to partners by the header
  `Lineup-Link: <id of the link>`, or by an API key made while acting through it.
  Without one it sees requests and links, and nothing of any partner.
- Unknown fields are refused, and so are unknown parameters of an address
  (`unknown_parameter`). Times are UTC.
- Every answer to a `GET` has an `ETag`: sent as `If-None-Match` it asks whether
  anything changed (304 where nothing did). Sent as `If-Match` with a `PATCH`, `PUT` or
  `DELETE`, it lets nobody write over what somebody else changed meanwhile (412).
- Lists can be sorted by `created_at` and by what their `order` names, and narrowed to
  what changed by `updated_since`: ask again with the last moment less a few seconds.
"""


class LineupApi(Api):  # type: ignore[misc]
    """flask-smorest's Api with our error form; `gateway.problems` handles errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `gateway.problems`, which answers people and programs."""

    def _openapi_json(self) -> Response:
        """The specification as it is published."""
        return jsonify(published(deepcopy(self.spec.to_dict()), PARAMETERS))


def init_app(app: Flask) -> None:
    """Hang every endpoint of the API into the app."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "servers": [{"url": "/"}],
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}
            },
        },
    )
    app.url_map.converters["external_id"] = IdConverter
    api = LineupApi(app)
    api.register_converter(IdConverter, lambda _: {"type": "string", "format": "uuid"})
    api.ma_plugin.converter.add_attribute_function(choices_of)
    for endpoints in SUBJECTS:
        api.register_blueprint(endpoints.blueprint)
    app.register_blueprint(reference.pages)
    app.register_blueprint(reference.entrance)
