"""Spans: where the rooms say what took how long, for whoever follows one request through all of them.

Nobody does unless the shop is told to (``traces_url``): then ``tracer`` is set when a process starts. Asking for it costs nothing.
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

Kind = Literal["server", "client", "producer", "consumer", "internal"]


class Tracer(Protocol):
    """Takes spans. Nothing here waits, or raises."""

    def begin(self, name: str, kind: Kind, facts: Mapping[str, Any], parent: str = "") -> Any:
        """Begin a span in this thread, below the one that is open here or else below ``parent``, a ``traceparent``."""

    def end(self, span: Any, facts: Mapping[str, Any], error: BaseException | str | None = None) -> None:
        """End a span that ``begin`` has returned, in the same thread."""

    def took(self, name: str, kind: Kind, ms: float, facts: Mapping[str, Any]) -> None:
        """Take a span that ends now and took so many milliseconds; left out where no span is open in this thread."""

    def watch(self, name: str, ms: float, text: str = "", *, failed: bool = False) -> None:
        """Hear of something that was timed, and take its span (``kernel.watching.Watch``)."""

    def here(self) -> str:
        """Return the ``traceparent`` of what is open in this thread, empty if nothing is."""

    def close(self) -> None:
        """Send what is left, and let go."""


tracer: Tracer | None = None
"""The one of this process, set once while it starts."""


def use(made: Tracer | None) -> None:
    """Have spans taken from now on, or no more."""
    global tracer  # noqa: PLW0603 - one a process, as a log is
    tracer = made
