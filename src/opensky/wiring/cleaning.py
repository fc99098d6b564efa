"""What is forgotten by the clock: jobs of rooms that stand too low to have any of their own."""

import time
from collections.abc import Generator
from datetime import timedelta

from opensky.devo.proofs.manager import ProofManager
from opensky.kernel.clock import Clock
from opensky.messaging.pruning import Pruner
from opensky.persistence import Database, UnitOfWork
from opensky.scheduler import job
from opensky.scheduler.book import Book
from opensky.settings import Settings
from opensky.web.forgetting import forget_sessions as forget_some

_BETWEEN_STEPS = 0.1
"""Seconds: whoever wants to write meanwhile has a turn."""


def pruner(database: Database, settings: Settings) -> Pruner:
    """Return what forgets messages after the days that the settings say."""
    return Pruner(database, finished=timedelta(days=settings.finished_days), seen=timedelta(days=settings.seen_days))


@job("17 * * * *", missed="once", jitter=300)
def prune_messages(database: Database, settings: Settings) -> str:
    """Forget old journeys, traces and second deliveries of messages."""
    done = pruner(database, settings).run(lambda: time.sleep(_BETWEEN_STEPS))
    return f"Rows that were old: {sum(done):,}."


@job("40 4 * * *", jitter=600)
def forget_sessions(unit: UnitOfWork, clock: Clock, proofs: ProofManager) -> Generator[None, None, str]:
    """Forget sessions and links of letters that nobody can use any more."""
    proofs.forget_old()
    forgotten = 0
    while some := forget_some(unit, clock.now()):
        forgotten += some
        yield
    return f"Sessions that were over: {forgotten:,}."


@job("50 4 * * *", jitter=600)
def prune_runs(book: Book, settings: Settings, clock: Clock) -> str:
    """Forget old runs of jobs; the newest of each stays."""
    before, forgotten = clock.now() - timedelta(days=settings.finished_days), 0
    while some := book.prune(before):
        forgotten += some
        time.sleep(_BETWEEN_STEPS)
    return f"Runs that were old: {forgotten:,}."
