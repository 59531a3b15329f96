"""Probes: whether the process lives, whether it can do all it is for.

`/livez` says that a worker answers. `/readyz` also wants the broker, without which
panel and API can do nothing; players are served all the same. The probe port has these
and `/metrics` and nothing else; elsewhere only `/livez` is answered, for balancers.
"""

from flask import Blueprint, Flask, Response, request

from gateway.app_context import app_context
from gateway.public.requests import AT_PROBE_PORT
from lineup import probes

pages = Blueprint("probes", __name__)

EVERYWHERE = "probes.livez"
AT_PROBE_PORT_ONLY = frozenset({"probes.readyz", "metrics.show_metrics"})


def register(app: Flask) -> None:
    """Serve the probes, each where it belongs; call it before anything else is."""
    app.before_request(keep_apart)
    app.register_blueprint(pages)


def keep_apart() -> Response | None:
    """Nothing but probes at the probe port; no probe that tells much elsewhere."""
    if request.endpoint == EVERYWHERE:
        return None
    is_there = request.environ.get(AT_PROBE_PORT, False)
    if is_there == (request.endpoint in AT_PROBE_PORT_ONLY):
        return None
    return Response("There is nothing here.\n", 404, mimetype="text/plain")


@pages.get("/livez")
def livez() -> Response:
    """This process answers."""
    return _answer("/livez")


@pages.get("/readyz")
def readyz() -> Response:
    """The broker can be reached; 503 when not."""
    return _answer("/readyz")


def _answer(path: str) -> Response:
    answer = probes.answer(path, ready={"broker": app_context().rpc.is_ready})
    return Response(answer.body, answer.status, content_type=answer.kind)
