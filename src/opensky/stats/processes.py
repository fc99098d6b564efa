"""The processes of a shop as the kernel sees them: what each role uses. By their tree, so that none has to register, or can forget to."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

UP, OTHER = "up", "other"
ROLES = {
    "opensky.cli.web": "web",
    "opensky.cli.web_watch": "web",
    "opensky.cli.bus_program": "bus",
    "opensky.cli.job_program": "jobs",
    "opensky.cli.sandbox_program": "sandbox",
    "opensky.cli.stats_program": "stats",
}
"""By the module that a process runs."""
_PROC = Path("/proc")
_OURS = "opensky.cli"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PARENT, _USER, _SYSTEM, _RSS = 1, 11, 12, 21
"""Fields of ``/proc/PID/stat`` behind the name in brackets."""


class Process(NamedTuple):
    """A process: its parent, the seconds of CPU that it has used, its memory."""

    parent: int
    seconds: float
    rss: int


class Processes:
    """Reads what the processes below one use, by role; ``root`` is the supervisor of a shop, whose own parent counts with it."""

    def __init__(self, root: int, *, proc: Path = _PROC, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._proc = proc
        self._clock = clock
        self._said: set[str] = set()
        self._before: dict[int, float] = {}
        self._at = 0.0

    def __call__(self) -> Mapping[str, float]:
        """Return ``process.ROLE.cpu`` since the last time, in percent of a core, ``.rss`` in bytes and ``.count``."""
        now = self._clock()
        found = dict(self._tree())
        elapsed, self._at = now - self._at, now
        known, self._before = self._before, {pid: each.seconds for pid, (_, each) in found.items()}
        gauges: dict[str, float] = {}
        for pid, (role, each) in found.items():
            # What is new began within the interval, and has used all that it has used in it.
            used = each.seconds - known.get(pid, 0.0) if known else 0.0
            for what, value in (("cpu", 100 * max(0.0, used) / elapsed), ("rss", each.rss), ("count", 1)):
                name = f"process.{role}.{what}"
                gauges[name] = gauges.get(name, 0.0) + value
        self._said |= gauges.keys()
        return dict.fromkeys(self._said, 0.0) | gauges  # of a role that has no process any more it is said, too

    def _tree(self) -> Iterator[tuple[int, tuple[str, Process]]]:
        root = self._read(self._root)
        if root is None:
            return
        yield self._root, (UP, root)
        if (above := self._read(root.parent)) is not None and self._is_ours(root.parent):
            yield root.parent, (UP, above)
        yield from self._below(self._root, "")

    def _below(self, pid: int, role: str) -> Iterator[tuple[int, tuple[str, Process]]]:
        for child in self._children(pid):
            each = self._read(child)
            if each is not None:
                its_role = self._role(child, role)
                yield child, (its_role, each)
                yield from self._below(child, its_role)

    def _children(self, pid: int) -> Iterator[int]:
        """Return the children of a process; each of its threads has its own."""
        try:
            threads = [*(self._proc / str(pid) / "task").iterdir()]
            for thread in threads:
                yield from map(int, (thread / "children").read_text("ascii").split())
        except OSError:  # it has ended meanwhile
            return

    def _role(self, pid: int, of_parent: str) -> str:
        """Return the role of a process: the module that it runs says so, else it has that of its parent."""
        words = self._command(pid)
        module = next((words[n + 1] for n, word in enumerate(words[:-1]) if word == "-m"), "")
        return ROLES.get(module) or of_parent or OTHER

    def _is_ours(self, pid: int) -> bool:
        return any(_OURS in word or word.endswith("opensky") for word in self._command(pid))

    def _command(self, pid: int) -> list[str]:
        try:
            return (self._proc / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            return []

    def _read(self, pid: int) -> Process | None:
        try:
            fields = (self._proc / str(pid) / "stat").read_text("utf-8", errors="replace").rpartition(") ")[2].split()
        except OSError:
            return None
        seconds = (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS
        return Process(int(fields[_PARENT]), seconds, int(fields[_RSS]) * _PAGE)
