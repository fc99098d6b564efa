"""What a thread is doing right now, and for whom: the words that each line of its log bears, and that go with what it sends.

A request is taken up by the web, a message by the bus, a job by whoever runs it. Whoever writes a line need not know of any of them.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from opensky.kernel import spans

REQUEST, TRACE = "request", "traceparent"
"""The headers of a message that say in which request its journey began, and of which trace it is part."""
_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Doing(Protocol):
    """A request, a message or a job that a thread is at."""

    noted: dict[str, Any]
    """Facts that were learned on the way."""

    @property
    def request_id(self) -> str:
        """The id of the request that it is, or that it was begun by; empty if there was none."""

    def facts(self) -> dict[str, Any]:
        """Return what each line of the log says of it."""


class Work:
    """A message or a job: facts that are known when it begins."""

    __slots__ = ("_facts", "noted", "request_id")

    def __init__(self, request: str = "", **facts: Any) -> None:
        self.request_id = request
        self.noted: dict[str, Any] = {}
        self._facts = facts

    def facts(self) -> dict[str, Any]:
        """Return what it began with, and what was learned since."""
        asked = {REQUEST: self.request_id} if self.request_id else {}
        return {**asked, **self._facts, **self.noted}


NOW: ContextVar[Doing | None] = ContextVar("doing", default=None)
"""What this thread is at; ``None`` between two things. Where every microsecond counts it is set and reset by hand."""


@contextmanager
def doing(what: Doing) -> Iterator[Doing]:
    """Have this thread be at something for as long as the block lasts."""
    token = NOW.set(what)
    try:
        yield what
    finally:
        NOW.reset(token)


def note(**facts: Any) -> None:
    """Add facts to what each further line about the thing at hand says; without one, nothing happens."""
    now = NOW.get()
    if now is not None:
        now.noted.update(facts)


def carried() -> dict[str, str]:
    """Return the headers that go with a message that is sent now: the request, and the trace where traces are made."""
    now = NOW.get()
    if now is None:
        return {}
    found = {REQUEST: now.request_id} if now.request_id else {}
    if spans.tracer is not None:
        found |= {TRACE: here} if (here := spans.tracer.here()) else {}
    return found


def request_of(headers: Mapping[str, str]) -> str:
    """Return the request that a message's headers name; empty if they name none, or what is no id of a request."""
    given = headers.get(REQUEST, "")
    return given if well_formed(given) else ""


def well_formed(request_id: str) -> bool:
    """Say whether a text may be the id of a request: whoever sends it may be a stranger, and it stands in logs."""
    return _REQUEST.fullmatch(request_id) is not None
