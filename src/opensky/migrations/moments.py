"""What a runner tells while it works: five moments, each with the version and the values of that moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Name = Literal["migrating", "migrated", "executing", "executed", "skipped"]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment.

    ``migrating`` and ``migrated`` stand around a whole run (``count``: how many versions; ``number`` is empty);
    ``executing``, then ``executed`` or ``skipped``, around each version (``seconds``, ``reason``).
    """

    name: Name
    direction: Direction
    number: str = ""
    count: int = 0
    seconds: float = 0.0
    reason: str = ""
    dry: bool = False
    """Nothing stays of it: a dry run."""


Listener = Callable[[Moment], None]
