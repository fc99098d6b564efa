"""Lines that more than one place writes: security, and errors that nobody expected."""

import logging
from typing import Any

import structlog

from opensky.logs.configuring import write


def tell(event: str, **facts: Any) -> None:
    """Write a line about what went as it should; nothing where the log does not tell so much."""
    write(logging.INFO, event, facts)


def security(event: str, **facts: Any) -> None:
    """Write a security line, such as ``auth.failed``: what happened, to whose account and from where, never what was typed."""
    structlog.get_logger("security").info(event, log="security", **facts)


def failure(error: BaseException, **facts: Any) -> None:
    """Write down an error that nobody expected, with its traceback."""
    structlog.get_logger("web").error("web.failed", log="web", exc_info=error, **facts)
