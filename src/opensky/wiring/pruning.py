"""Pruning, as the bus does it: soon after its start, and then each hour."""

import time
from datetime import timedelta

from dishka import Container

from opensky.messaging.pruning import Pruner
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring.loops import for_ever

_AFTER_START, _EVERY, _BETWEEN_STEPS = 60.0, 3600.0, 0.1


def pruner(database: Database, settings: Settings) -> Pruner:
    """Return what forgets messages after the days that the settings say."""
    return Pruner(database, finished=timedelta(days=settings.finished_days), seen=timedelta(days=settings.seen_days))


def prune_by_the_hour(app: Container, *, report: Report = silent) -> None:
    """Forget old messages in a thread of its own, for as long as the process lives."""
    pruning = pruner(app.get(Database), app.get(Settings))

    def work() -> None:
        time.sleep(_AFTER_START)
        while True:
            pruning.run(lambda: time.sleep(_BETWEEN_STEPS))
            time.sleep(_EVERY)

    for_ever("pruning", work, report)
