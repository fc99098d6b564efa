"""Watching: who is told how long things took, such as statements, calls of third parties, letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol


class Watch(Protocol):
    """Told of something when it is over, in the thread that did it. So it is to be quick, and raises nothing."""

    def __call__(self, name: str, ms: float, text: str = "", /, *, failed: bool = False) -> None:
        """Hear of ``sql.select``, ``documents.find``, ``third.fraud``, …; ``text`` says what was asked, where that is at hand."""


class Calls:
    """Calls of one kind, such as those of a third party, each of them told to a watch. Without one they cost nothing."""

    def __init__(self, name: str, watch: Watch | None = None) -> None:
        self._name = name
        self._watch = watch

    @contextmanager
    def timed(self, text: str = "") -> Iterator["Call"]:
        """Tell how long a block takes; one that raises has failed."""
        call = Call()
        if self._watch is None:
            yield call
            return
        began = perf_counter()
        try:
            yield call
        except BaseException:
            call.failed = True
            raise
        finally:
            self._watch(self._name, (perf_counter() - began) * 1000, text, failed=call.failed)


class Call:
    """One call; whoever makes it says so where it has failed without raising."""

    __slots__ = ("failed",)

    def __init__(self) -> None:
        self.failed = False


def both(first: Watch | None, second: Watch | None) -> Watch | None:
    """Return a watch that tells two, or the one that is there."""
    if first is None or second is None:
        return first or second

    def told(name: str, ms: float, text: str = "", *, failed: bool = False) -> None:
        first(name, ms, text, failed=failed)
        second(name, ms, text, failed=failed)

    return told
