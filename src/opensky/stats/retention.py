"""For how long points are kept, and how finely: ``10s:12h,60s:7d,15m:1y``, as carbon writes it."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

DEFAULT = "10s:12h,60s:7d,15m:1y"
MOST_SLOTS = 2_000_000
"""Points of one series in one archive: 16 MB of them, and 4 GB a file."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_SPAN = re.compile(r"(\d+)([smhdwy]?)")


class WrongRetention(ValueError):
    """A retention that cannot be kept."""


class Archive(NamedTuple):
    """Points of so many seconds each, and how many of them there are."""

    step: int
    slots: int

    @property
    def seconds(self) -> int:
        """For how long points are kept."""
        return self.step * self.slots


def read_retention(text: str) -> tuple[Archive, ...]:
    """Return the archives of a retention, the finest first.

    Raises:
        WrongRetention: it cannot be read, or an archive does not go on where the one before it ends: each must be coarser by a whole number
            of times, last longer, and have enough of the finer points to make one of its own.
    """
    archives = [_archive(part.strip()) for part in text.split(",")]
    for fine, coarse in pairwise(archives):
        if coarse.step <= fine.step or coarse.step % fine.step:
            raise WrongRetention(
                f"After points of {fine.step} s come coarser ones, of a multiple of that, not of {coarse.step} s: {text}"
            )
        if coarse.seconds <= fine.seconds or fine.seconds < coarse.step:
            raise WrongRetention(
                f"Points of {coarse.step} s must be kept longer than those of {fine.step} s, and those for at least {coarse.step} s: {text}"
            )
    return tuple(archives)


def said(archives: Sequence[Archive]) -> str:
    """Return a retention as text, in seconds."""
    return ",".join(f"{a.step}s:{a.seconds}s" for a in archives)


def _archive(text: str) -> Archive:
    step, _, long = text.partition(":")
    step_seconds, whole = _seconds(step, text), _seconds(long, text) if long else 0
    if not step_seconds or whole < step_seconds:
        raise WrongRetention(f"A retention is such as 10s:12h, of points and for how long, not {text!r}.")
    if whole // step_seconds > MOST_SLOTS:
        raise WrongRetention(
            f"{text!r} are {whole // step_seconds:,} points of each series; at most {MOST_SLOTS:,} are kept."
        )
    return Archive(step_seconds, whole // step_seconds)


def _seconds(text: str, whole: str) -> int:
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise WrongRetention(f"A retention is such as 10s:12h, of points and for how long, not {whole!r}.")
    return int(found[1]) * _UNITS[found[2] or "s"]
