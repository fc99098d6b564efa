"""Faults do what they say, and are gone afterwards, also when whoever planted them was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opensky.kernel.clock import SystemClock
from opensky.settings import Settings
from opensky.testing.running import until
from opensky.traffic import processes
from opensky.traffic.database import HELD, can_be_written, writes_held
from opensky.traffic.faults import FAULTS
from opensky.web import Limit, Throttles
from opensky.wiring.databases import open_database

IDLE = "opensky.kernel.clock"
"""A module that does nothing when it is run; before it, one waits."""


@contextmanager
def program(settings: Settings, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run what looks like a program of the shop, and waits."""
    script = ["/bin/sh", "-c", "read nothing", "sh", "-m", IDLE]
    told = {"OPENSKY_DATA": str(settings.data)} if environment is None else environment
    process = subprocess.Popen(script, stdin=subprocess.PIPE, env=told)
    try:
        yield process
    finally:
        process.communicate()


def state(process: subprocess.Popen[bytes]) -> str:
    """Return how the kernel calls its state: T is stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]


def test_a_shops_own_processes_are_found_and_no_others(settings: Settings) -> None:
    with program(settings) as ours, program(settings, {"OPENSKY_DATA": "/elsewhere"}):
        assert [each.pid for each in processes.programs(settings, IDLE)] == [ours.pid]


def test_a_program_that_does_not_run_is_said_to_be_missing(settings: Settings) -> None:
    with pytest.raises(processes.NoSuchProgram, match=r"start it with \./opensky up"):
        processes.programs(settings, IDLE)


def test_a_process_stands_still_and_goes_on(settings: Settings) -> None:
    with program(settings) as process:
        with processes.still([process.pid], lambda: True):
            until(lambda: state(process) == "T")
        until(lambda: state(process) == "S")


def test_it_is_stopped_only_while_it_holds_nothing_that_others_need(settings: Settings) -> None:
    """At first it holds something, so it is let go on, and stopped a little later."""
    said = iter([False, False, True])
    with program(settings) as process, processes.still([process.pid], lambda: next(said)):
        until(lambda: state(process) == "T")
    assert next(said, None) is None


def test_who_stopped_it_may_be_killed_and_it_goes_on_all_the_same(settings: Settings) -> None:
    script = (
        "import sys, time\n"
        "from opensky.traffic import processes\n"
        "with processes.still([int(sys.argv[1])], lambda: True):\n"
        "    print('planted', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with program(settings) as process:
        planter = subprocess.Popen([sys.executable, "-c", script, str(process.pid)], stdout=subprocess.PIPE)
        assert planter.stdout is not None
        with planter.stdout:
            assert planter.stdout.readline() == b"planted\n"
            until(lambda: state(process) == "T")
            os.kill(planter.pid, signal.SIGKILL)
            planter.wait()
        until(lambda: state(process) == "S")


def test_while_writes_are_held_who_writes_waits_on_every_engine(engine: dict[str, Any], tmp_path: Path) -> None:
    """Who reads does not; and afterwards nobody waits any more."""
    settings = Settings(data=tmp_path, secret_key="0" * 64, **engine)
    with closing(open_database(settings)) as database:
        database.create()
        throttles = Throttles(database, SystemClock(), settings.secret_key)

        def wrote_in() -> float:
            began = time.perf_counter()
            throttles.take(("try", Limit(1_000_000, timedelta(microseconds=1))))
            return time.perf_counter() - began

        assert can_be_written(settings)
        with writes_held(settings):
            until(lambda: wrote_in() > HELD / 3)
        assert wrote_in() < HELD / 3


def test_each_fault_has_a_name_to_type_and_a_sentence() -> None:
    assert {"slow-database", "dead-bus", "bad-deploy"} <= set(FAULTS)
    assert all(name == each.name and len(each.sentence) > 30 for name, each in FAULTS.items())
