"""What the log and the traces say of a message that is handled: one line, and one span below that of who sent it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from opensky.kernel import spans
from opensky.kernel.doing import NOW, TRACE, Work, request_of
from opensky.logs import tell, tells
from opensky.messaging import Message
from opensky.osis.runtime.flow import Flow

FAILED = "error"
"""The fact that says that a handling came to nothing; who notes it writes the line about that, too."""


@contextmanager
def taken_up(flow: Flow, message: Message) -> Iterator[None]:
    """Have this thread be at a message: its lines name the journey, and the request in which that began."""
    work = Work(request_of(message.headers), journey=message.correlation, message=message.id, flow=flow.name)
    before, began, tracer = NOW.set(work), perf_counter(), spans.tracer
    facts = {"messaging.destination.name": flow.queue, "messaging.message.id": str(message.id)}
    span = tracer and tracer.begin(f"process {flow.queue}", "consumer", facts, message.headers.get(TRACE, ""))
    try:
        yield
    finally:
        failed = work.noted.get(FAILED)
        if tracer is not None:
            tracer.end(span, {"opensky.flow": flow.name, "opensky.journey": str(message.correlation)}, failed)
        if failed is None and tells(logging.INFO):
            retried = {"attempt": message.attempt + 1} if message.attempt else {}
            ms = round((perf_counter() - began) * 1000, 1)
            tell("bus.handled", type=message.type, queue=flow.queue, ms=ms, **retried)
        NOW.reset(before)
