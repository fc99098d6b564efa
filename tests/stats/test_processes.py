"""What the processes of a shop use, read of a tree of real processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from opensky.stats.processes import Processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

_PARENT = """
import subprocess, sys, threading
def start(*words):
    return subprocess.Popen([sys.executable, "-c", "import sys\\nprint(1, flush=True)\\n" + words[0], *words[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
busy = start("while True: pass", "-m", "opensky.cli.web")
started = []
thread = threading.Thread(target=lambda: started.append(start("sys.stdin.read()", "-m", "opensky.cli.bus_program")))
thread.start()
for each in (busy, *(thread.join() or started)):
    each.stdout.readline()
print("there", flush=True)
sys.stdin.readline()
busy.kill()
busy.wait()
print("gone", flush=True)
sys.stdin.read()
started[0].kill()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _PARENT]
    made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "there\n"
    yield made
    made.communicate()


def test_what_each_role_uses_is_read_from_the_tree(parent: subprocess.Popen[str]) -> None:
    """Children of any thread count; a role that has ended uses nothing, and is said to."""
    processes = Processes(parent.pid)
    first = dict(processes())
    assert (first["process.web.count"], first["process.bus.count"], first["process.web.cpu"]) == (1, 1, 0)
    assert 1_000_000 < first["process.bus.rss"] < 1_000_000_000
    time.sleep(0.5)
    second = processes()
    assert second["process.web.cpu"] > 2
    assert second["process.web.cpu"] > second["process.bus.cpu"]
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write("\n")
    parent.stdin.flush()
    assert parent.stdout.readline() == "gone\n"
    third = processes()
    assert (third["process.web.count"], third["process.web.cpu"], third["process.bus.count"]) == (0, 0, 1)


def test_a_tree_that_is_gone_uses_nothing() -> None:
    """It raises nothing either: whoever reads is the one that keeps all else."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert Processes(child.pid)() == {}


def test_reading_costs_little() -> None:
    """It is done each second."""
    processes = Processes(os.getppid())
    began = time.process_time()
    for _ in range(20):
        processes()
    assert (time.process_time() - began) / 20 < 0.05
