"""A job as a process of its own: memory is used while it runs, a time limit is a kill, and what it leaks ends with it."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from opensky.kernel import lifeline

KEPT_LOG = 8_000
"""So many bytes of the end of what a job writes are kept with its run."""
_CHUNK = 65_536
Copy = Callable[[bytes], object]
"""Takes whole lines that a job has written."""


class Child:
    """A program that dies with us. ``command`` gets a further argument: the number of a descriptor to which it says what it has done."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], copy: Copy) -> None:
        self._copy = copy
        self._line = b""
        self._tail = b""
        self._said = b""
        hears, says = os.pipe()
        try:
            self._process = subprocess.Popen(
                [*command, str(says)],
                env={**environment, lifeline.VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(says,),
                process_group=0,  # so that a kill reaches whatever it starts
            )
        except BaseException:
            os.close(hears)
            raise
        finally:
            os.close(says)
        assert self._process.stdout is not None  # noqa: S101 - it was asked for above
        self._out = self._process.stdout.fileno()
        self._hears = hears
        for each in (self._out, self._hears):
            os.set_blocking(each, False)

    @property
    def log(self) -> str:
        """The end of what it has written, from the beginning of a line."""
        text = self._tail.decode("utf-8", "replace")
        return text.partition("\n")[2] if len(self._tail) >= KEPT_LOG else text

    @property
    def said(self) -> str:
        """What it said it has done, or why it failed."""
        return self._said.decode("utf-8", "replace")

    def listen(self) -> None:
        """Take what it has written by now; a child that nobody listens to waits."""
        while chunk := _read(self._out):
            self._tail = (self._tail + chunk)[-KEPT_LOG:]
            lines, newline, self._line = (self._line + chunk).rpartition(b"\n")
            self._copy(lines + newline)
        while chunk := _read(self._hears):
            self._said = (self._said + chunk)[:_CHUNK]

    def ended(self) -> int | None:
        """Return its status once it has ended, below zero for the signal that killed it."""
        status = self._process.poll()
        if status is not None and self._hears >= 0:
            self.listen()
            if self._line:
                self._copy(self._line + b"\n")
            self._close()
        return status

    def kill(self, sign: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to it and to whatever it has started."""
        if self._process.returncode is not None:
            return  # its number may be another's by now
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, sign)

    def wait(self, seconds: float) -> int | None:
        """Wait for its end."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.ended()

    def _close(self) -> None:
        os.close(self._hears)
        self._hears = -1
        if self._process.stdout is not None:
            self._process.stdout.close()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return b""
