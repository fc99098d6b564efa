"""A process that holds the lifeline dies with its parent, whatever the parent dies of."""

import os
import signal
import subprocess
import sys

CHILD = "import time; from opensky.kernel import lifeline; lifeline.hold(); print('held', flush=True); time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
from opensky.kernel import lifeline
lifeline.offer()
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
time.sleep(60)
"""


def test_a_killed_parent_takes_its_child_along() -> None:
    """The parent gets no chance to say anything; the pipe that both hold closes only when both are gone."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "held\n"

    parent.kill()

    assert parent.stdout.read() == ""
    assert parent.wait() == -signal.SIGKILL
    parent.stdout.close()


def test_a_parent_that_is_dead_already_is_noticed() -> None:
    """Between the start of a child and its wish the parent may go."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD], env=os.environ | {"LIFELINE_PARENT": "1"}, capture_output=True, check=False
    )

    assert child.returncode == -signal.SIGTERM


def test_without_an_offer_a_process_lives_on_its_own() -> None:
    """A server that an init system started is not tied to anybody."""
    environment = {key: value for key, value in os.environ.items() if key != "LIFELINE_PARENT"}
    code = "from opensky.kernel import lifeline; lifeline.hold(); print('alive')"

    child = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert child.stdout == "alive\n"


def test_who_offers_one_holds_none() -> None:
    """A process that has children is not its own parent."""
    code = "from opensky.kernel import lifeline; lifeline.offer(); lifeline.hold(); print('alive')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "alive")
