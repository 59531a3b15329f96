"""Who watches the gateway: requests counted, logged and traced, and the metrics page.

Workers are processes; what they count lies in files they share, which the page adds
up (`PROMETHEUS_MULTIPROC_DIR`, set by `gunicorn_conf`). The page answers at the probe
port only (`probes`).
"""

import time

import structlog
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.app_context import app_context
from gateway.public.private_parts import counts_alone
from gateway.request_context import actor, request_id
from lineup import metrics, tracing
from lineup.impersonation import signature
from lineup.tracing import SpanKind

LOG = structlog.get_logger(__name__)
NAME = "gateway"
NOT_LOGGED = {"static", "probes.livez", "probes.readyz", "metrics.show_metrics"}
"""What is asked every few seconds, or is only a file."""

pages = Blueprint("metrics", __name__)


def watch(app: Flask) -> None:
    """Count, log and trace every request; call it after the request's id is taken."""
    app.before_request(_begin)
    app.after_request(_end)
    app.register_blueprint(pages)


@pages.get("/metrics")
def show_metrics() -> Response:
    """What all workers counted, for Prometheus."""
    rpc = app_context().rpc
    samples = metrics.Samples(
        NAME, now=lambda: metrics.readiness({"broker": rpc.is_ready})
    )
    return Response(
        metrics.exposition(samples, _counted()), content_type=metrics.CONTENT_TYPE
    )


def _counted() -> CollectorRegistry:
    """The counts of all workers; of this process alone where there are no others."""
    if counts_alone():
        return REGISTRY
    added_up = CollectorRegistry()
    MultiProcessCollector(added_up)  # type: ignore[no-untyped-call]
    return added_up


def _begin() -> None:
    g.began = time.monotonic()
    parent = request.headers.get("traceparent")
    name = f"{NAME}.{_route()}"
    g.span = tracing.begin(name, SpanKind.SERVER, parent, request_id())


def _end(response: Response) -> Response:
    if "span" not in g:
        return response
    outcome = metrics.outcome_of_status(response.status_code)
    seconds = time.monotonic() - g.began
    metrics.count(NAME, "http", _route(), outcome, seconds)
    g.span.end(outcome)
    if _route() not in NOT_LOGGED:
        LOG.info(
            "done",
            kind="http",
            endpoint=_route(),
            method=request.method,
            status=response.status_code,
            actor=signature(actor()),
            seconds=round(seconds, 4),
        )
    return response


def _route() -> str:
    """The view that answers; all unknown addresses are one."""
    return request.endpoint or "unknown"
