"""Traces: whether this process makes spans, and of what."""

from opensky.kernel import spans
from opensky.kernel.errors import Misconfigured
from opensky.kernel.watching import Watch
from opensky.settings import Settings


def trace(settings: Settings, program: str) -> None:
    """Have this process make spans, if the settings say where to; called before workers are forked, so that they share what it loads.

    Raises:
        Misconfigured: the extra is not installed.
    """
    if not settings.traces_url:
        spans.use(None)
        return
    try:
        from opensky.logs.telemetry import Telemetry  # noqa: PLC0415 - an extra that may not be installed
    except ImportError as error:
        raise Misconfigured(
            "traces_url: spans want the extra 'opentelemetry'; install its packages, or leave the setting empty."
        ) from error
    spans.use(Telemetry(settings.traces_url, program))


def watch_spans() -> Watch | None:
    """Return what makes spans of statements, calls of third parties and the like; ``None`` where this process makes none."""
    return _told if spans.tracer is not None else None


def _told(name: str, ms: float, text: str = "", *, failed: bool = False) -> None:
    if spans.tracer is not None:
        spans.tracer.watch(name, ms, text, failed=failed)
