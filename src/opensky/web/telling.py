"""What the log and the traces say of a request: one line, and one span, named by its route and not by what was asked for."""

import logging
from typing import Any

from opensky.kernel import spans
from opensky.logs import tells, write
from opensky.web.answer import Answer
from opensky.web.exchange import Exchange
from opensky.web.routing import Route

SLOW_MS = 1000.0
"""An answer that takes longer is told of as slow, also where nobody writes."""
_TRACE = b"traceparent"
_FAILED = 500


def begin_request(route: Route, exchange: Exchange) -> Any:
    """Begin the span of a request, below that of who sends it; nothing where no spans are made."""
    if spans.tracer is None:
        return None
    method = exchange.incoming.method
    facts = {"http.request.method": method, "http.route": route.path, "opensky.request": exchange.request_id}
    return spans.tracer.begin(f"{method} {route.path}", "server", facts, exchange.incoming.header(_TRACE))


def told(route: Route, exchange: Exchange, answer: Answer, ms: float, span: Any) -> None:
    """Write the line of a request that was answered, if it writes, was slow or failed, or if the log tells all; end its span."""
    status = answer.status
    if span is not None and spans.tracer is not None:
        error = f"It was answered with {status}." if status >= _FAILED else None
        spans.tracer.end(span, {"http.response.status_code": status, "opensky.actor": exchange.facts()["actor"]}, error)
    slow = ms >= SLOW_MS
    level = logging.WARNING if slow else logging.INFO if route.method != "GET" or status >= _FAILED else logging.DEBUG
    if tells(level):
        method, path = exchange.incoming.method, exchange.incoming.path
        facts = {"method": method, "route": route.path, "path": path, "status": status, "ms": round(ms, 1)}
        write(level, "web.slow" if slow else "web.answered", facts)
