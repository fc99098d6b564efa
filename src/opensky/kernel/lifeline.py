"""The lifeline: a process that holds it dies with its parent, also when the parent is killed and can tell nobody.

A parent calls ``offer`` before it starts children; a child calls ``hold`` as the first thing it does. A child whose parent
offered nothing lives on its own, so that a server started by hand or by an init system is not tied to a shell.
"""

import ctypes
import os
import signal
import sys
import threading
import time

VARIABLE = "LIFELINE_PARENT"
_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.5


def offer() -> dict[str, str]:
    """Make every child that is started from now on, and that holds the lifeline, die with this process.

    Returns the variable that says so, for a child whose environment is not this process's own.
    """
    os.environ[VARIABLE] = str(os.getpid())
    return {VARIABLE: os.environ[VARIABLE]}


def hold(sign: signal.Signals = signal.SIGTERM) -> None:
    """Get ``sign`` when the parent dies, at once if it is dead already. Call it in the main thread, before other threads.

    The kernel sends it when the thread that started us ends, so parents start their children from their main thread.
    """
    parent = int(os.environ.get(VARIABLE) or 0)
    if parent in {0, os.getpid()}:  # nobody has offered one, or we have: to our own children
        return
    if not _ask_kernel(sign):
        threading.Thread(target=_watch, args=(parent, sign), name="lifeline", daemon=True).start()
    # The parent may have died before the kernel knew of our wish: then nothing would ever be sent.
    if os.getppid() != parent:
        os.kill(os.getpid(), sign)


def _ask_kernel(sign: signal.Signals) -> bool:
    if sys.platform != "linux":
        return False
    status: int = ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    return status == 0


def _watch(parent: int, sign: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), sign)
