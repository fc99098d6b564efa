"""OpenTelemetry: spans for a collector, by the official SDK. Loaded only where ``traces_url`` is set, from the extra ``opentelemetry``.

What the SDK reads from the environment (``OTEL_TRACES_SAMPLER``, ``OTEL_EXPORTER_OTLP_HEADERS``, …) holds here, too.
"""

import atexit
import os
import time
from collections.abc import Mapping
from importlib.metadata import version
from multiprocessing import util
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from opensky.kernel import spans
from opensky.kernel.doing import TRACE
from opensky.kernel.masking import cleaned
from opensky.logs.masking import told

EVERY_MS = 1000
"""So long may a span wait for company before it is sent."""
SECONDS = 3
"""So long may the collector take; what it does not take is lost, and the log says so."""
_PATH = "/v1/traces"
_LONGEST = 2_000
_KINDS: Mapping[spans.Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_TOGETHER = TraceContextTextMapPropagator()
_ROOMS: Mapping[str, spans.Kind] = {"sql": "client", "documents": "client", "third": "client", "letters": "client"}
"""What is asked of somebody else, by the beginning of the names under which it is timed; all else happens here."""


class Telemetry:
    """Spans of this process for a collector (``spans.Tracer``). Made before workers are forked, it begins anew in each of them."""

    def __init__(self, url: str, program: str) -> None:
        self._url = url.rstrip("/") if url.rstrip("/").endswith(_PATH) else url.rstrip("/") + _PATH
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"opensky-{program}"}
        self._resource = Resource.create({**named, "service.version": version("opensky")})
        self._process = 0
        self._provider: TracerProvider | None = None
        self._made: trace.Tracer = trace.NoOpTracer()

    def begin(self, name: str, kind: spans.Kind, facts: Mapping[str, Any], parent: str = "") -> Any:
        """Begin a span, and have it be the one that is open in this thread."""
        above = None
        if parent and not trace.get_current_span().get_span_context().is_valid:
            above = _TOGETHER.extract({TRACE: parent})
        span = self._tracer().start_span(name, above, _KINDS[kind], facts)
        return span, context.attach(trace.set_span_in_context(span, above))

    def end(self, span: Any, facts: Mapping[str, Any], error: BaseException | str | None = None) -> None:
        """End a span; what was open before it is so again."""
        begun, before = span
        begun.set_attributes(facts)
        if error is not None:
            said = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
            begun.set_status(Status(StatusCode.ERROR, told(said[:_LONGEST])))
        begun.end()
        context.detach(before)

    def took(self, name: str, kind: spans.Kind, ms: float, facts: Mapping[str, Any]) -> None:
        """Take a span that is over; where none is open, or that one is left out of the sample, so is this."""
        if trace.get_current_span().is_recording():
            ended = time.time_ns()
            began = ended - int(ms * 1_000_000)
            self._tracer().start_span(name, None, _KINDS[kind], facts, start_time=began).end(ended)

    def here(self) -> str:
        """Return the ``traceparent`` of the span that is open in this thread."""
        found: dict[str, str] = {}
        _TOGETHER.inject(found)
        return found.get(TRACE, "")

    def watch(self, name: str, ms: float, text: str = "", *, failed: bool = False) -> None:
        """Hear of a statement, a call of a third party or the like (``kernel.watching.Watch``), and take its span."""
        room, _, what = name.partition(".")
        facts: dict[str, Any] = {"db.query.text": cleaned(text[:_LONGEST])} if text else {}
        if failed:
            facts["error.type"] = "failed"
        self.took(f"{room} {what}", _ROOMS.get(room, "internal"), ms, facts)

    def close(self) -> None:
        """Send what is left, and let go; what is begun afterwards is nobody's."""
        provider, self._provider = self._provider, None
        if provider is not None and self._process == os.getpid():
            provider.shutdown()
            self._made = trace.NoOpTracer()

    def _tracer(self) -> trace.Tracer:
        if self._process != os.getpid():
            self._process = os.getpid()
            self._provider = TracerProvider(resource=self._resource, shutdown_on_exit=False)
            exporter = OTLPSpanExporter(self._url, timeout=SECONDS)
            self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EVERY_MS))
            self._made = self._provider.get_tracer("opensky")
            atexit.register(self.close)
            util.Finalize(None, self.close, exitpriority=1)  # a forked worker ends without what atexit knows
        return self._made
