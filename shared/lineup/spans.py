"""Spans by OpenTelemetry, sent to a collector over HTTP. Imported only when wanted."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from lineup.tracing import Span, SpanKind

PATH = "/v1/traces"
KINDS = {
    SpanKind.SERVER: trace.SpanKind.SERVER,
    SpanKind.CLIENT: trace.SpanKind.CLIENT,
    SpanKind.CONSUMER: trace.SpanKind.CONSUMER,
    SpanKind.INTERNAL: trace.SpanKind.INTERNAL,
}
WIRE = TraceContextTextMapPropagator()
FAULTS = {"failed", "away"}
EXPORT_SECONDS = 5


class Otlp:
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
        self, name: str, kind: SpanKind, parent: str | None, request_id: str
    ) -> Span:
        """Begin a span under its caller's."""
        context = WIRE.extract({"traceparent": parent} if parent else {})
        told = {"lineup.request_id": request_id}
        span = self._tracer.start_span(name, context, KINDS[kind], told)
        return Told(span)

    def flush(self) -> None:
        """Send what was collected."""
        self._provider.shutdown()


class Told:
    """A span that is collected."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        carrier: dict[str, str] = {}
        WIRE.inject(carrier, trace.set_span_in_context(span))
        self.traceparent: str | None = carrier.get("traceparent")

    def end(self, outcome: str) -> None:
        """It is over."""
        self._span.set_attribute("lineup.outcome", outcome)
        if outcome in FAULTS:
            self._span.set_status(trace.StatusCode.ERROR, outcome)
        self._span.end()
