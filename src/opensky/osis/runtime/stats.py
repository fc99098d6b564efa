"""What the bus counts: how long each flow takes, what it could not do, what it gave up."""

from typing import Final

FLOWS: Final = "bus.flows"
FAILED: Final = "bus.failed"
QUEUES: Final = "queues"
BUSY, SLOTS = "bus.busy", "bus.slots"
STATS: Final = (f"{FLOWS}.*", f"{FAILED}.*", f"{QUEUES}.*.*", BUSY, SLOTS)
"""By queue, whose dots are read as ``_``: milliseconds of a message; messages that failed, each time; how the queue stands. And how
many messages are being handled, and can be at once.
"""


def stat(kind: str, queue: str) -> str:
    """Return the name of a stat of a queue."""
    return f"{kind}.{queue.replace('.', '_')}"
