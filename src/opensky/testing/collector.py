"""An OpenTelemetry collector for tests: takes what exporters send over HTTP on loopback, and keeps the spans."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from opensky.kernel import spans
from opensky.logs.telemetry import Telemetry


class Span(NamedTuple):
    """A span as it came in."""

    name: str
    trace: str
    id: str
    parent: str
    service: str
    facts: dict[str, Any]
    error: str


class Collector:
    """Takes spans at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Span] = []

    def named(self, beginning: str) -> list[Span]:
        """Return the spans whose names begin so."""
        return [each for each in self.spans if each.name.startswith(beginning)]

    def take(self, body: bytes) -> None:
        """Take one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next((a.value.string_value for a in resource.resource.attributes if a.key == "service.name"), "")
            for scope in resource.scope_spans:
                self.spans += [
                    Span(
                        name=each.name,
                        trace=each.trace_id.hex(),
                        id=each.span_id.hex(),
                        parent=each.parent_span_id.hex(),
                        service=service,
                        facts={a.key: getattr(a.value, a.value.WhichOneof("value") or "") for a in each.attributes},
                        error=each.status.message,
                    )
                    for each in scope.spans
                ]


@contextmanager
def collecting(program: str = "test") -> Iterator[Collector]:
    """Give a collector, and have this process make spans for it. What the block did has come when ``spans.tracer`` is closed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    tracer = Telemetry(collector.url, program)
    spans.use(tracer)
    try:
        yield collector
    finally:
        spans.use(None)
        tracer.close()
        server.shutdown()
        server.server_close()
        thread.join()
