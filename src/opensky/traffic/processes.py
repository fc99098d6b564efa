"""The processes of a running shop, found as a person would find them: by what they run and whose data they use. And holding one still."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from opensky.kernel.errors import OpenSkyError
from opensky.settings import PREFIX, Settings

WEB, WEB_WATCH, BUS, STATS = (
    "opensky.cli.web",
    "opensky.cli.web_watch",
    "opensky.cli.bus_program",
    "opensky.cli.stats_program",
)
_TRIES = 50
_A_MOMENT = 0.1


class NoSuchProgram(OpenSkyError):
    """The shop does not run what a fault is to be planted in."""


@dataclass(frozen=True, slots=True)
class Found:
    """A process: its number, and what its environment says."""

    pid: int
    environment: Mapping[str, str]


def programs(settings: Settings, module: str) -> list[Found]:
    """Return the processes of this shop that run a module, workers that were forked from it among them.

    Raises:
        NoSuchProgram: there is none, or it belongs to another user.
    """
    found = [each for each in map(_process, Path("/proc").glob("[0-9]*")) if each is not None and each[1] == module]
    data = f"{PREFIX}DATA"
    ours = [Found(pid, env) for pid, _, env in found if Path(env.get(data) or "var").resolve() == settings.data]
    if not ours:
        raise NoSuchProgram(
            f"No process of the shop in {settings.data} runs {module}; start it with ./opensky up, as the same user."
        )
    return sorted(ours, key=lambda each: each.pid)


def _process(folder: Path) -> tuple[int, str, dict[str, str]] | None:
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        module = words[words.index(b"-m") + 1].decode() if b"-m" in words else ""
        if not module.startswith("opensky."):
            return None
        told = (folder / "environ").read_bytes().decode("utf-8", "surrogateescape").split("\0")
    except (OSError, IndexError):
        return None  # it ended while we looked, or it is somebody else's
    return int(folder.name), module, dict(pair.split("=", 1) for pair in told if "=" in pair)


@contextmanager
def still(pids: Sequence[int], harmless: Callable[[], bool]) -> Iterator[None]:
    """Stop processes, as one that hangs, and let them go on at the end; also when this process is killed meanwhile.

    They are stopped at a moment when ``harmless`` says, once they stand still, that they hold nothing that others need.
    """
    waker = _waker(pids)
    try:
        _stop_harmlessly(pids, harmless)
        yield
    finally:
        waker.communicate()  # its end of the pipe closes, here or with this process: it wakes them, and ends


def _waker(pids: Sequence[int]) -> subprocess.Popen[bytes]:
    """Start what wakes them as soon as nobody holds the other end of its pipe any more."""
    script = 'read nothing; kill -CONT "$@"'
    words = ["/bin/sh", "-c", script, "sh", *map(str, pids)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0)


def _stop_harmlessly(pids: Sequence[int], harmless: Callable[[], bool]) -> None:
    for _ in range(_TRIES):
        for pid in pids:
            _send(pid, signal.SIGSTOP)
        if harmless():
            return
        for pid in pids:
            _send(pid, signal.SIGCONT)
        time.sleep(_A_MOMENT)
    raise NoSuchProgram("It held the database at each of many tries to stop it; try again.")


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        raise NoSuchProgram(f"Process {pid} has ended.") from None


def has_children(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait until a process has started others, as a web server does that is ready to answer; False if it ends before, or does not."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            if children.read_text().strip():
                return True
        time.sleep(_A_MOMENT)
    return False
