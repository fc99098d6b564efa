"""What the bus counts: how long each flow takes, what it could not do, what it gave up."""

from typing import Final

FLOWS: Final = "bus.flows"
FAILED: Final = "bus.failed"
STATS: Final = (f"{FLOWS}.*", f"{FAILED}.*")
"""By queue, whose dots are read as ``_``: milliseconds of a message; messages that failed, each time."""


def stat(kind: str, queue: str) -> str:
    """Return the name of a stat of a queue."""
    return f"{kind}.{queue.replace('.', '_')}"
