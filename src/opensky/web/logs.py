"""Log lines of the web: JSON, one a line, to standard output; the supervisor keeps them in files.

Security lines name what happened, to whose account and from where, and never what was typed.
"""

import sys
from typing import Any

import msgspec
import structlog


def configure() -> None:
    """Have structlog write JSON lines to standard output. Called once, by each process that serves."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=False,
    )


def security(event: str, **facts: Any) -> None:
    """Write a security line, such as ``auth.failed``."""
    structlog.get_logger("security").info(event, log="security", **facts)


def failure(error: BaseException, **facts: Any) -> None:
    """Write down an error that nobody expected, with its traceback."""
    structlog.get_logger("web").error("web.failed", log="web", exc_info=error, **facts)


def _json(line: Any, **_options: Any) -> bytes:
    return msgspec.json.encode(line, enc_hook=str)
