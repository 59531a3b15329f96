"""Probes: whether the process lives, whether it can do all it is for.

`/livez` says that a worker answers. `/readyz` also wants the broker, without which
panel and API can do nothing; players are served all the same.
"""

from flask import Blueprint, Response, jsonify

from gateway.ground import clients

pages = Blueprint("probes", __name__)


@pages.get("/livez")
def livez() -> Response:
    """This process answers."""
    return jsonify(live=True)


@pages.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The broker can be reached; 503 when not."""
    has_broker = clients().rpc.is_ready()
    return jsonify(broker=has_broker), 200 if has_broker else 503
