"""Conditional requests (RFC 9110): ETag, If-None-Match, If-Match.

What one thing is answered with has the tag of what its service said of it, and the
service compares, in the transaction that changes it. All else, such as a page of a
list, has a tag of its own bytes, for callers who ask whether anything changed.
"""

import dataclasses
from typing import Any

from flask import Response, g, request

from lineup.contracts.paging import Page
from lineup.errors import PreconditionFailed
from lineup.tags import tag_of

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "The ETag of the resource as last read: 412 if it was"
    " changed meanwhile, and nothing is done.",
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "An ETag: returns 304 without a body if nothing changed.",
}
ETAG = {
    "ETag": {
        "description": "Changes whenever the response does.",
        "schema": {"type": "string"},
    }
}
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "GET": [IF_NONE_MATCH],
    "PATCH": [IF_MATCH],
    "PUT": [IF_MATCH],
    "DELETE": [IF_MATCH],
}
CHANGING = frozenset({"PATCH", "PUT", "DELETE"})
TAGGED = frozenset({"GET", "PATCH", "PUT"})
MATCHES_NOTHING = ("",)


def read_condition(*, compares: bool) -> None:
    """Keep what If-Match asks for this request's calls; "*" asks for nothing more than
    that the thing is there.

    PreconditionFailed where nothing is compared: no tag is that of what changes there.
    """
    if request.method not in CHANGING or "If-Match" not in request.headers:
        return
    etags = request.if_match
    if etags.star_tag:
        return
    if not compares:
        raise PreconditionFailed
    g.if_match = tuple(sorted(etags.as_set())) or MATCHES_NOTHING


def keep_tag(view: Any) -> None:
    """Keep the tag of what a service said of one thing."""
    if dataclasses.is_dataclass(view) and not isinstance(view, Page) and "tag" not in g:
        g.tag = tag_of(view)


def put_tag(answer: Response) -> Response:
    """The answer with its ETag; 304 for a caller who has it already."""
    if request.method not in TAGGED or answer.status_code != 200:
        return answer
    if "tag" in g:
        answer.set_etag(g.tag)
    elif request.method == "GET":
        answer.add_etag()
    if request.method == "GET":
        answer.make_conditional(_request_conditions())
    return answer


def _request_conditions() -> dict[str, str]:
    """The conditions that count here; no answer has a date to compare with."""
    known = request.headers.get("If-None-Match")
    etags = {} if known is None else {"HTTP_IF_NONE_MATCH": known}
    return {"REQUEST_METHOD": request.method, **etags}
