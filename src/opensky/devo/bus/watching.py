"""Looking at the bus: how its queues stand, what is in them, and where journeys led. Nothing is changed here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from msgspec.structs import replace

from opensky.devo.bus.addresses import LETTERS
from opensky.devo.bus.journeys import Step, draw, said, span, steps
from opensky.devo.bus.objects import Flows
from opensky.devo.bus.repository import AT_BROKER, STATES, BusRepository, Standing, Trail
from opensky.devo.bus.views import (
    MINUTES,
    STALLED_AFTER,
    BooksView,
    JourneyLine,
    JourneyView,
    MessageLine,
    QueueLine,
    QueueView,
    Thing,
)
from opensky.devo.history.manager import HistoryManager
from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound
from opensky.kernel.masking import cleaned
from opensky.messaging import About, DeadLetters
from opensky.messaging.books import balance, unbalanced
from opensky.messaging.traces import REQUEST
from opensky.persistence import Database
from opensky.persistence.cursors import microseconds

SHOWN = 50
LONGEST_ERROR = 200
MOST = 2_000
"""So many messages of a journey are read, of each kind."""
_ABOUT, _REQUESTS = 5, 3
_MORE = Thing("and", "more")
_LIVE = frozenset({*STATES.values(), AT_BROKER})
_MINUTE = timedelta(minutes=1)
_MICROSECONDS = 60_000_000


class BusWatch:
    """What the pages of the bus ask."""

    def __init__(
        self,
        tables: BusRepository,
        letters: DeadLetters,
        flows: Flows,
        history: HistoryManager,
        database: Database,
        clock: Clock,
    ) -> None:
        self._tables = tables
        self._letters = letters
        self._flows = flows
        self._history = history
        self._database = database
        self._clock = clock

    def queues(self) -> list[QueueLine]:
        """Return how every queue stands: those with a flow, and those with messages."""
        standings = self._tables.standings()
        dead: dict[str, int] = {}
        for cause in self._letters.causes():
            dead[cause.queue] = dead.get(cause.queue, 0) + cause.letters
        names = sorted({*self._flows.queues, *(each.queue for each in standings), *dead})
        now = self._clock.now()
        return [self._line(name, standings, dead.get(name, 0), now) for name in names]

    def queue(self, name: str) -> QueueView:
        """Return one queue; raises ``NotFound`` for one that nobody has heard of."""
        line = next((each for each in self.queues() if each.name == name), None)
        done = self._tables.newest_handled(name, SHOWN)
        if line is None and not done:
            raise NotFound(f"There is no queue {name!r}, and nothing was handled in one of that name.")
        now = self._clock.now()
        live = self._tables.live(name, SHOWN)
        times = [(each.ended_at - each.began_at).total_seconds() for each in done if each.ended_at and each.began_at]
        return QueueView(
            line or QueueLine(name, "", ""),
            [self._message(each, now) for each in live],
            (line.live if line else 0) - len(live),
            [self._message(each, now) for each in done],
            span(timedelta(seconds=median(times))) if times else "",
        )

    def books(self, hours: int) -> BooksView:
        """Say whether what the steps of the last hours have sent is all there, and which step's is not."""
        since = self._clock.now() - timedelta(hours=hours)
        kept = balance(self._database, since)
        wrong = [] if kept.balanced else unbalanced(self._database, since)
        return BooksView(hours, kept, wrong)

    def newest(self, before: int) -> tuple[list[JourneyLine], str]:
        """Return the journeys that began last, and the cursor of those before."""
        found = self._tables.newest_journeys(before, SHOWN + 1)
        shown = found[:SHOWN]
        of: dict[int, list[Trail]] = {each: [] for each in shown}
        for trail in self._tables.journey(shown, MOST) if shown else ():
            of[trail.correlation].append(trail)
        subjects = self._subjects(shown)
        lines = [_journey_line(each, of[each], subjects[each]) for each in shown if of[each]]
        return lines, str(shown[-1]) if len(found) > SHOWN else ""

    def journey(self, id_: int) -> JourneyView:
        """Return the journey of this id, or that which a message of this id belongs to; raises ``NotFound``."""
        trails = self._tables.journey([id_], MOST)
        if not trails:
            correlation = self._tables.correlation_of(id_)
            trails = self._tables.journey([correlation], MOST) if correlation is not None else []
        if not trails:
            raise NotFound(
                f"There is no message {id_}. What was handled is forgotten after a while; the subject's page may know more."
            )
        return self._view(trails)

    def journeys_of(self, about: About) -> list[JourneyView]:
        """Return the journeys that something has been part of, the newest first; few of them, if there are many."""
        found = self._tables.journeys_of(about, SHOWN // 5)
        return [self._view(trails) for each in found if (trails := self._tables.journey([each], MOST))]

    def named(self, about: About) -> Thing:
        """Return what something is called."""
        return self._called([about])[about]

    def _line(self, name: str, standings: Sequence[Standing], dead: int, now: datetime) -> QueueLine:
        mine = {each.state: each for each in standings if each.queue == name}
        number = {state: each.number for state, each in mine.items()}
        flow = self._flows.of(name)
        ready = self._tables.ready_since(name) if "ready" in mine else None
        return QueueLine(
            name,
            flow.name,
            flow.sentence,
            number.get("ready", 0),
            number.get("waiting", 0),
            number.get("in hand", 0),
            number.get("to the broker", 0) + number.get(AT_BROKER, 0),
            dead,
            min((each.since for each in mine.values()), default=None),
            ready if ready is not None and now - ready > STALLED_AFTER else None,
            self._minutes(name, now),
        )

    def _minutes(self, queue: str, now: datetime) -> list[int]:
        """How many were handled in each of the last minutes, the present one last."""
        this = microseconds(now) // _MICROSECONDS
        begin = now - (MINUTES - 1) * _MINUTE
        found = self._tables.handled(queue, begin.replace(second=0, microsecond=0))
        return [found.get(minute, 0) for minute in range(this - MINUTES + 1, this + 1)]

    def _view(self, trails: Sequence[Trail]) -> JourneyView:
        now = self._clock.now()
        way = steps(trails, self._flows)
        last = max(each.ended_at or each.put_at for each in trails)
        return JourneyView(
            correlation=trails[0].correlation,
            began_at=trails[0].put_at,
            lasted=span(last - trails[0].put_at),
            messages=[self._step(each, now) for each in way],
            drawing=draw(way, self._flows, now),
            subjects=self._subjects([trails[0].correlation])[trails[0].correlation],
            requests=[each.object_id for each in self._known_of(trails[0].correlation) if each.kind == REQUEST],
            live=sum(each.state in _LIVE for each in trails),
            dead=sum(each.state == "dead" for each in trails),
            discarded=sum(each.state == "discarded" for each in trails),
            whole=len(trails) < MOST,
        )

    def _subjects(self, correlations: Iterable[int]) -> dict[int, list[Thing]]:
        abouts = {
            each: [about for about in self._known_of(each) if about.kind != REQUEST][: _ABOUT + 1]
            for each in correlations
        }
        called = self._called({about for some in abouts.values() for about in some})
        return {
            each: [*(called[about] for about in some[:_ABOUT]), *[_MORE] * (len(some) > _ABOUT)]
            for each, some in abouts.items()
        }

    def _known_of(self, correlation: int) -> list[About]:
        """Return what a journey was about, and which requests it is part of: the one that began it, and whoever tried it again."""
        return self._tables.subjects_of(correlation, _ABOUT + 1 + _REQUESTS)

    def _called(self, abouts: Iterable[About]) -> dict[About, Thing]:
        found = self._history.called(abouts)
        return {About(*key): Thing(each.kind, each.name or each.object_id, each.path) for key, each in found.items()}

    def _step(self, step: Step, now: datetime) -> MessageLine:
        line = self._message(step.trail, now)
        took = span(step.took) if step.number > 1 and step.took is not None else line.said
        return replace(line, sender=step.sender, receiver=step.receiver, number=step.number, said=took)

    def _message(self, trail: Trail, now: datetime) -> MessageLine:
        return MessageLine(
            trail.id,
            trail.type or "message",
            trail.state,
            said(trail, now),
            trail.put_at,
            trail.correlation,
            trail.queue,
            attempt=trail.attempt,
            waited=span(trail.began_at - trail.put_at) if trail.began_at else "",
            error=cleaned(trail.error.strip().rpartition("\n")[2])[:LONGEST_ERROR],
            path=f"{LETTERS}/{trail.id}" if trail.state == "dead" else "",
            at=trail.ended_at,
        )


def _journey_line(correlation: int, trails: Sequence[Trail], subjects: Sequence[Thing]) -> JourneyLine:
    first = trails[0]
    return JourneyLine(
        correlation,
        first.type or "message",
        first.queue,
        first.put_at,
        len(trails),
        sum(each.state in _LIVE for each in trails),
        sum(each.state == "dead" for each in trails),
        subjects,
    )
