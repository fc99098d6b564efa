"""Loops: work that a process does beside its own, each in a thread, for as long as the process lives."""

import random
import threading
import time
from collections.abc import Callable

from opensky.messaging.stomp import StompError
from opensky.osis.runtime.hands import Report

_CHANCE = random.Random()  # our own: threads of the bus leave the one of all programs alone

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""What fails is begun again after a fifth of a second, then later each time, up to ten seconds."""
_WELL = 30.0
"""What went well for so long begins with the first pause again."""


def for_ever(name: str, work: Callable[[], None], report: Report) -> None:
    """Do ``work`` again and again in a thread; where it fails, say so, wait and begin anew."""
    threading.Thread(target=_loop, args=(work, report), name=name, daemon=True).start()


def pause(failures: int) -> float:
    """Return how long to wait after so many failures in a row: doubled each time, and not the same for all who wait."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10)) * _CHANCE.uniform(0.8, 1.2)


def _loop(work: Callable[[], None], report: Report) -> None:
    failures = 0
    while True:
        began = time.monotonic()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the database or the broker is gone, or busy: say so, wait, go on
            failures = 1 if time.monotonic() - began > _WELL else failures + 1
            again = pause(failures)
            if isinstance(error, StompError):
                report("broker", error=str(error), again_in=round(again, 1))
            else:
                report("cannot work", error=f"{type(error).__name__}: {error}", again_in=round(again, 1))
            time.sleep(again)
        else:
            failures = 0
