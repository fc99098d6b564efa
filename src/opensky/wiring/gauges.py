"""Gauges: how much of something there is, looked at by the bus every few seconds: queues, members who are here."""

import itertools
import time
from datetime import datetime, timedelta

from dishka import Container
from sqlalchemy import func, select

from opensky.messaging.queue import Queue, QueueDepth
from opensky.osis.runtime import Worker
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.stats import BUSY, QUEUES, SLOTS, stat
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database, table
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.web.objects import Session
from opensky.wiring.loops import for_ever
from opensky.wiring.stats import MEMBERS

EVERY = 2.0
HERE = timedelta(minutes=15)
"""Who was seen within that time is here."""
_MEMBERS_EVERY = 5
_SESSIONS = table(Session)
_HERE = select(func.count(func.distinct(_SESSIONS.c.member_id)))


def gauge_the_shop(app: Container, bus: Worker, *, report: Report = silent) -> None:
    """Look at queues and members every few seconds, in a thread of its own, for as long as the process lives.

    Where several machines have a bus, all of them look, and say the same.
    """
    stats = app.get(Stats)
    if not stats.sends:
        return
    threads = app.get(Settings).bus_threads
    stats.gauge_of(BUSY, lambda: bus.busy, one_of_many=True)
    stats.gauge_of(SLOTS, lambda: threads, one_of_many=True)
    database = app.get(Database)

    def look() -> None:
        known: set[str] = set()
        for turn in itertools.count():
            known = gauge_queues(database, stats, known)
            if turn % _MEMBERS_EVERY == 0:
                gauge_members(database, stats)
            time.sleep(EVERY)

    for_ever("gauges", look, report)


def gauge_queues(database: Database, stats: Stats, known: set[str]) -> set[str]:
    """Say how each queue stands; one that was ``known`` and has no row any more is empty. Returns those that are known now."""
    now = database.clock.now()
    depths = {depth.queue: depth for depth in Queue(database).depths()}
    for queue in known | depths.keys():
        depth = depths.get(queue) or QueueDepth(queue, 0, 0, 0, 0, 0, None)
        name = stat(QUEUES, queue)
        stats.gauge(f"{name}.ready", depth.ready + depth.outgoing)
        stats.gauge(f"{name}.oldest", _seconds(depth, now))
        stats.gauge(f"{name}.dead", depth.dead)
    return known | depths.keys()


def gauge_members(database: Database, stats: Stats) -> None:
    """Say how many members were seen just now."""
    since = database.clock.now() - HERE
    with database.reader() as reader:
        [(members,)] = reader.rows(_HERE.where(_SESSIONS.c.seen_at > since))
    stats.gauge(MEMBERS, members)


def _seconds(depth: QueueDepth, now: datetime) -> float:
    """Return for how long the oldest message is due; one that waits for its time, or is being handled, is due later."""
    return max(0.0, (now - depth.oldest).total_seconds()) if depth.oldest is not None else 0.0
