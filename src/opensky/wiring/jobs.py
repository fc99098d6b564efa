"""Jobs: the whole table of what is run by the clock, and what settings change of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from dishka import Provider, Scope, provide

from opensky.devo.credits.jobs import expire_credits
from opensky.devo.letters.jobs import write_news
from opensky.devo.orders.jobs import finish_orders
from opensky.devo.rewards.jobs import forget_windows
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database
from opensky.scheduler import Job, Note, WrongJob
from opensky.scheduler.book import Book
from opensky.scheduler.desk import Desk, Timetable
from opensky.settings import Settings
from opensky.wiring.cleaning import forget_sessions, prune_messages, prune_runs
from opensky.wiring.cron import runner_name, salt

JOBS: tuple[Job, ...] = (
    finish_orders,
    write_news,
    expire_credits,
    prune_messages,
    forget_sessions,
    forget_windows,
    prune_runs,
)
"""Every job of the shop; a further one is a further name here."""
_CHANGED = {"when": str, "zone": str, "on": bool}


class Clockwork(Provider):
    """What those need who look at jobs, or ask for a run."""

    scope = Scope.APP
    desk = provide(Desk)

    @provide
    def timetable(self, settings: Settings) -> Timetable:
        return timetable(settings)

    @provide
    def book(self, database: Database, ids: IdGenerator) -> Book:
        return Book(database, ids, runner_name())


def timetable(settings: Settings, jobs: Sequence[Job] = JOBS) -> Timetable:
    """Return the jobs of a shop as its settings have changed them.

    Raises:
        Misconfigured: the setting ``jobs`` names none, or says what cannot be.
        WrongJob: two jobs have one name.
    """
    names = [each.name for each in jobs]
    if twice := {each for each in names if names.count(each) > 1}:
        raise WrongJob(f"Two jobs are called {', '.join(sorted(twice))}; give each a name of its own.")
    changes = dict(settings.jobs)
    zone = changes.pop("zone", "UTC")
    if unknown := changes.keys() - set(names):
        message = f"The setting 'jobs' names {', '.join(sorted(unknown))}; there are {', '.join(names)}, and zone."
        raise Misconfigured(message, key="jobs")
    return Timetable([_changed(each.note, zone, changes.get(each.name, {})) for each in jobs], salt(settings))


def _changed(note: Note, zone: Any, change: Any) -> Note:
    shape = f"""[jobs.{note.name}] should be like: when = "30 3 * * *", zone = "Europe/Berlin", on = true."""
    if not isinstance(change, Mapping) or any(type(value) is not _CHANGED.get(key) for key, value in change.items()):
        raise Misconfigured(f"The setting 'jobs' is not understood; {shape}", key="jobs")
    if not isinstance(zone, str):
        raise Misconfigured("""The zone of the setting 'jobs' should be like: zone = "Europe/Berlin".""", key="jobs")
    made = msgspec.structs.replace(note, **{"zone": note.zone or zone, **change})
    try:
        made.times  # noqa: B018 - reading it is the check
    except WrongJob as error:
        raise Misconfigured(f"The setting 'jobs': {error.message}", key="jobs") from error
    return made
