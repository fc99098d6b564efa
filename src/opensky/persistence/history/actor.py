"""Whoever acts in a unit of work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, in which request, and why. ``kind`` is ``staff``, ``member``, ``guest`` or ``system``."""

    kind: str
    id: int = 0
    name: str = ""
    request_id: str = ""
    reason: str = ""


SYSTEM = Actor("system")
"""A job or a command: nobody in particular."""
