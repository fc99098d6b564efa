"""Faults that can be planted in a running shop, each with what it does. None needs anything in the shop's own code, and each is gone at its end."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

from opensky.kernel import lifeline
from opensky.settings import Settings
from opensky.stats.marks import Marks
from opensky.tactical.marking import mark
from opensky.traffic import processes
from opensky.traffic.database import can_be_written, writes_held

_BAD, _GOOD, _WHO = "0badc0de", "600dc0de", "traffic"
_STARTS_WITHIN, _ENDS_WITHIN = 30.0, 15.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong while it is planted: ``plant`` returns once it is, and heals when it is left."""

    name: str
    sentence: str
    plant: Callable[[Settings], AbstractContextManager[None]]


@contextmanager
def _stopped(module: str, settings: Settings, *, one: bool = False) -> Iterator[None]:
    """Hold the processes of a program still, or only the last of them: they are there, and do nothing."""
    pids = [each.pid for each in processes.programs(settings, module)]
    with processes.still(pids[-1:] if one else pids, partial(can_be_written, settings)):
        yield


@contextmanager
def _deployed(settings: Settings) -> Iterator[None]:
    """Start web processes of a release with a mistake beside those that are there: each gets half of the visitors, as when half of the machines have it."""
    environment = dict(processes.programs(settings, processes.WEB)[0].environment) | lifeline.offer()
    marks = Marks(settings.data / "stats")
    with _release(environment, settings):
        mark(marks, _BAD, _WHO, "prices are asked anew")
        try:
            yield
        finally:
            mark(marks, _GOOD, _WHO, "back to the release before")


@contextmanager
def _release(environment: Mapping[str, str], settings: Settings) -> Iterator[None]:
    log = settings.data / "log" / "release.log"
    command = [sys.executable, "-P", "-m", processes.WEB, "opensky.traffic.release:app"]
    with log.open("ab") as out:
        release = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
        )
    try:
        if not processes.has_children(release, _STARTS_WITHIN):
            raise processes.NoSuchProgram(f"The other release did not start; {log} says why.")
        yield
    finally:
        release.terminate()
        try:
            release.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            release.kill()


FAULTS = {
    each.name: each
    for each in (
        Fault(
            "slow-database",
            "something holds the turn to write again and again, so that whoever writes waits for a second or more",
            writes_held,
        ),
        Fault(
            "dead-bus", "the bus stands still: messages wait, and nobody takes them", partial(_stopped, processes.BUS)
        ),
        Fault(
            "bad-deploy",
            "half of the visitors get a release in which pages of products are slow, and most of them fail",
            _deployed,
        ),
        Fault(
            "hung-worker",
            "one of the web processes stands still: whoever comes to it waits in vain",
            partial(_stopped, processes.WEB, one=True),
        ),
        Fault("dead-stats", "what counts stands still: the numbers grow old", partial(_stopped, processes.STATS)),
    )
}
