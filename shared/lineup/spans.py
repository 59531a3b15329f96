"""Spans by OpenTelemetry, sent to a collector over HTTP. Imported only when wanted."""

from collections.abc import Callable, Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

PATH = "/v1/traces"
WIRE = TraceContextTextMapPropagator()
FAULTS = {"failed", "away"}
EXPORT_SECONDS = 5

Begun = tuple[str | None, Callable[[str], None]]
"""The `traceparent` of a span, and what ends it with an outcome."""


class Collector:
    """Collects spans and sends them in batches, beside the work."""

    def __init__(self, endpoint: str, service: str) -> None:
        exporter = OTLPSpanExporter(
            endpoint=endpoint.rstrip("/") + PATH, timeout=EXPORT_SECONDS
        )
        resource = Resource.create({"service.name": service})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("lineup")

    def begin(
        self,
        name: str,
        kind: str,
        parent: str | None,
        request_id: str,
        links: Sequence[str] = (),
    ) -> Begun:
        """Begin a span of a kind, `server` for one, under its caller's."""
        span = self._tracer.start_span(
            name,
            _within(parent),
            trace.SpanKind[kind.upper()],
            {"lineup.request_id": request_id},
            [_link_to(link) for link in links],
        )
        carrier: dict[str, str] = {}
        WIRE.inject(carrier, trace.set_span_in_context(span))
        return carrier.get("traceparent"), lambda outcome: _end(span, outcome)

    def flush(self) -> None:
        """Send what was collected."""
        self._provider.shutdown()


def _within(traceparent: str | None) -> Context:
    return WIRE.extract({"traceparent": traceparent} if traceparent else {})


def _link_to(traceparent: str) -> trace.Link:
    return trace.Link(trace.get_current_span(_within(traceparent)).get_span_context())


def _end(span: trace.Span, outcome: str) -> None:
    span.set_attribute("lineup.outcome", outcome)
    if outcome in FAULTS:
        span.set_status(trace.StatusCode.ERROR, outcome)
    span.end()
