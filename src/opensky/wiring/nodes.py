"""Node numbers: each process that makes ids holds one, by a lock that ends with the process."""

import fcntl
import os
import threading
from pathlib import Path

from opensky.kernel.clock import Clock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import NODES, IdGenerator

MACHINES = 64
PER_MACHINE = NODES // MACHINES


class ClaimedIds(IdGenerator):
    """Makes ids under a node number of this process's own, claimed when the first id is asked for.

    A forked process claims another number, so that the application may be made before the workers are forked.
    """

    def __init__(self, folder: Path, machine: int, clock: Clock) -> None:
        super().__init__(machine * PER_MACHINE, clock)
        self._folder = folder
        self._machine = machine
        self._process = 0
        self._handle = -1
        self._claiming = threading.Lock()

    def next(self) -> int:
        if self._process != os.getpid():
            self._claim()
        return super().next()

    def several(self, count: int) -> list[int]:
        if self._process != os.getpid():
            self._claim()
        return super().several(count)

    def close(self) -> None:
        """Give the number back; the next id claims one anew."""
        with self._claiming:
            if self._handle >= 0:
                os.close(self._handle)
            self._process, self._handle = 0, -1

    def _claim(self) -> None:
        with self._claiming:
            if self._process == os.getpid():
                return
            if self._handle >= 0:
                os.close(self._handle)  # the parent's; the parent's own handle still holds its lock
            slot, self._handle = claim(self._folder)
            self._node = (self._machine * PER_MACHINE + slot) << 12
            self._process = os.getpid()


def claim(folder: Path) -> tuple[int, int]:
    """Claim the lowest free of this machine's 16 numbers; return it and the handle whose closing gives it back.

    Raises:
        Misconfigured: all are taken, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for slot in range(PER_MACHINE):
            handle = os.open(folder / f"{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            return slot, handle
    except OSError as error:
        message = f"Cannot write in {folder} ({error.strerror}); choose another data folder with OPENSKY_DATA."
        raise Misconfigured(message, path=str(folder)) from error
    message = (
        f"All {PER_MACHINE} node numbers of this machine are in use, so no more processes can make ids here; "
        "use fewer workers, or fewer jobs at once."
    )
    raise Misconfigured(message)
