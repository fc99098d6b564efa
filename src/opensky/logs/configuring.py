"""How the log of a process is written: structlog, Python's own logging, warnings and what nobody caught, all as one kind of line.

A line is written with one call, so that lines of several processes that share a pipe do not mix.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec
import structlog

from opensky.kernel.doing import NOW
from opensky.logs.masking import mask

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NAMES = {level: name for name, level in LEVELS.items()}
_encode = msgspec.json.Encoder(enc_hook=str).encode
_level = logging.CRITICAL + 1
"""From which level on this process writes lines; before it is configured, it is told of requests and messages for nothing."""
_program = ""


def configure(program: str, level: str = "info") -> None:
    """Have this process write JSON lines to standard output. Called once, by each process that serves."""
    _begin(program, LEVELS[level], Writer)
    if not any(isinstance(each, Standard) for each in logging.root.handlers):
        logging.root.addHandler(Standard())
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


@contextmanager
def collected(program: str = "test", level: str = "debug") -> Iterator[list[dict[str, Any]]]:
    """Give the lines of this process as they would be written, for as long as the block lasts."""
    lines: list[dict[str, Any]] = []
    before = (_program, _level, structlog.get_config() if structlog.is_configured() else None)
    _begin(program, LEVELS[level], lambda *_: _Collector(lines))
    try:
        yield lines
    finally:
        _restore(*before)


def _begin(program: str, level: int, factory: Callable[..., Any]) -> None:
    global _level, _program, _writer
    _level, _program, _writer = level, program, factory()
    structlog.configure(
        processors=[_about, structlog.processors.add_log_level, structlog.processors.format_exc_info, mask, _written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=False,
    )


def _restore(program: str, level: int, config: dict[str, Any] | None) -> None:
    global _level, _program
    _level, _program = level, program
    if config is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**config)


def write(level: int, event: str, facts: dict[str, Any]) -> None:
    """Write a line of what happens all the time, as structlog would and for half of what that costs."""
    if level >= _level:
        line = {"event": event, "level": _NAMES[level], **facts}
        _writer.msg(_written(None, "", mask(None, "", _about(None, "", line))))


def tells(level: int) -> bool:
    """Say whether lines of this level are written at all."""
    return level >= _level


def standard(*loggers: str) -> dict[str, Any]:
    """Return the configuration of Python's logging that writes what these loggers say as our lines, from ``info`` on."""
    ours = {"handlers": ["lines"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {},
        "handlers": {"lines": {"()": Standard}},
        "loggers": {each: dict(ours) for each in loggers},
    }


class Writer:
    """Writes each line with one call. What structlog calls a logger."""

    def __init__(self, *_: Any) -> None:
        """Take no arguments of ``get_logger``: they name who writes, which the event does, too."""

    def msg(self, line: bytes) -> None:
        """Write a line to standard output; a reader that is gone is no reason to stop."""
        rest = line + b"\n"
        try:
            while rest:
                rest = rest[os.write(1, rest) :]
        except OSError:
            return

    debug = info = warning = warn = error = critical = exception = fatal = log = failure = err = msg


class _Collector(Writer):
    """Keeps lines, read back."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self._lines = lines

    def msg(self, line: bytes) -> None:
        self._lines.append(msgspec.json.decode(line))

    debug = info = warning = warn = error = critical = exception = fatal = log = failure = err = msg


class Standard(logging.Handler):
    """Python's own logging, as libraries use it: what they say becomes lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            said = record.getMessage()
        except Exception:  # noqa: BLE001 - a library's words with the wrong number of blanks
            said = str(record.msg)
        raised = record.exc_info if record.exc_info and record.exc_info[1] is not None else None
        structlog.get_logger().log(max(record.levelno, logging.DEBUG), said, logger=record.name, exc_info=raised)


_writer = Writer()


def _about(_logger: Any, _method: str, line: Any) -> Any:
    """Add what this thread is at; what the writer of the line says of it counts more."""
    now = NOW.get()
    return {**now.facts(), **line} if now is not None else line


def _written(_logger: Any, _method: str, line: Any) -> bytes:
    first = {
        "timestamp": _stamp(),
        "level": line.pop("level"),
        "event": line.pop("event"),
        "program": line.pop("program", _program),
        "pid": os.getpid(),
    }
    return _encode(first | line)


def _stamp() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("crashed", exc_info=(kind, error, trace))


def _uncaught_in_thread(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_value is not None and not isinstance(raised.exc_value, SystemExit):
        name = raised.thread.name if raised.thread is not None else ""
        about = (raised.exc_type, raised.exc_value, raised.exc_traceback)
        structlog.get_logger().critical("crashed", thread=name, exc_info=about)
