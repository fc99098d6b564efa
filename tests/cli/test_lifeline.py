"""The lifeline: who holds it dies with its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHILD = "from opensky.kernel import lifeline; lifeline.hold(); print('held', flush=True); import time; time.sleep(60)"
PARENT = """
import subprocess, sys, time
from opensky.kernel import lifeline
if {offers}:
    lifeline.offer()
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def _family(*, offers: bool, child: str = CHILD) -> tuple[subprocess.Popen[str], int]:
    code = PARENT.format(offers=offers, child=child)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def _is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def _kill(parent: subprocess.Popen[str]) -> None:
    parent.kill()
    parent.communicate()


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _is_alive(pid)


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@linux
def test_a_child_that_holds_it_dies_with_a_killed_parent() -> None:
    """``kill -9`` gives the parent no chance to tell; the child ends all the same."""
    parent, child = _family(offers=True)
    _kill(parent)
    assert _ends(child)


@linux
def test_where_the_kernel_does_not_help_a_thread_watches() -> None:
    """On systems without prctl the child looks after its parent itself."""
    watching = CHILD.replace("lifeline.hold()", "lifeline._ask_kernel = lambda sign: False; lifeline.hold()")
    parent, child = _family(offers=True, child=watching)
    _kill(parent)
    assert _ends(child)


@linux
def test_a_child_of_a_parent_that_offers_nothing_lives_on() -> None:
    """A server that was started by hand, and put into the background, is not tied to its shell."""
    parent, child = _family(offers=False)
    _kill(parent)
    time.sleep(0.3)
    assert _is_alive(child)
    os.kill(child, signal.SIGKILL)
    assert _ends(child)


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    """The parent may die while the child starts; a child that comes too late does not stay."""
    gone = {"LIFELINE_PARENT": "999999999"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=os.environ | gone, capture_output=True, check=False, timeout=20
    )
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == b""
