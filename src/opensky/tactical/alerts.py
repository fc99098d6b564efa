"""Alerts: troubles that have lasted are kept, told once to whom it concerns, told again while nobody has taken them on, and ended.

Any number of nodes may watch. The row of an open alert is unique by what it is about, and each thing that is told is a change of that row
in the transaction of the message: whoever makes the change sends it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select, update

from opensky.kernel.errors import NotFound
from opensky.kernel.ids import IdGenerator
from opensky.mail import QUEUE as LETTERS
from opensky.mail import Letter
from opensky.messaging import Client, Message
from opensky.persistence import Database, Query, UnitOfWork, table
from opensky.persistence.statements import insert_ignore
from opensky.tactical.readings import Alert, State
from opensky.tactical.telling import Telling
from opensky.tactical.troubles import Ripe, Trouble
from opensky.web.objects import AlertRow

POSTS = "alerts.out"
"""The queue of what is posted to the webhook of operators."""
AGAIN = timedelta(minutes=30)
"""What is broken and nobody has taken on is told again after that."""
URGENT = 1
_t = table(AlertRow)
_RANK = {"": -1} | {state.value: state.severity for state in State}


class Kept(NamedTuple):
    """An alert as it is kept."""

    id: int
    key: str
    title: str
    sentence: str
    state: str
    raised_at: datetime
    ended_at: datetime | None
    told_state: str
    told_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str


_ALL = select(
    *(_t.c.id, _t.c.key, _t.c.title, _t.c.sentence, _t.c.state, _t.c.raised_at, _t.c.ended_at),
    *(_t.c.told_state, _t.c.told_at, _t.c.acknowledged_at, _t.c.acknowledged_by),
)
_ARE_OPEN = _ALL.where(_t.c.open_key.is_not(None)).order_by(_t.c.raised_at, _t.c.id)
_OPEN = Query(_ARE_OPEN, Kept)
_NEWEST = Query(_ALL.order_by(_t.c.raised_at.desc(), _t.c.id.desc()).limit(bindparam("limit")), Kept)


class Alerts:
    """Reads alerts, and has somebody take one on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> Sequence[Alert]:
        """Return what is not over, the oldest first, as a board shows it."""
        with self._database.reader() as reader:
            return [_shown(each) for each in reader.fetch(_OPEN)]

    def newest(self, limit: int = 100) -> list[Kept]:
        """Return the newest alerts, also those that are over."""
        with self._database.reader() as reader:
            return reader.fetch(_NEWEST, limit=limit)

    def acknowledge(self, unit: UnitOfWork, id_: int, by: str) -> bool:
        """Say who looks after an alert: it is not told again. ``False`` if somebody does already; raises ``NotFound`` where none is open."""
        if unit.execute(select(_t.c.id).where(_t.c.id == id_, _t.c.open_key.is_not(None))).first() is None:
            raise NotFound("This alert is over, or there never was one.", alert=id_)
        values = {"acknowledged_at": self._database.clock.now(), "acknowledged_by": by}
        taken = update(_t).where(_t.c.id == id_, _t.c.acknowledged_at.is_(None)).values(values)
        return bool(unit.execute(taken).rowcount)


class Keeper:
    """Keeps alerts and tells of them. ``client`` sends messages in a unit of work; ``raised`` hears of each alert that is new."""

    def __init__(
        self,
        database: Database,
        ids: IdGenerator,
        client: Callable[[UnitOfWork], Client],
        telling: Telling,
        board: str,
        raised: Callable[[Trouble], object] = lambda _trouble: None,
    ) -> None:
        self._database = database
        self._ids = ids
        self._client = client
        self._telling = telling
        self._board = board
        self._raised = raised

    def open(self) -> list[Kept]:
        """Return what is not over."""
        with self._database.reader() as reader:
            return reader.fetch(_OPEN)

    def keep(self, ripe: Ripe, open_: Sequence[Kept]) -> None:
        """Keep what has lasted, end what is over, and tell what is to be told; nothing is written where nothing has changed."""
        now = self._database.clock.now()
        known = {each.key: each for each in open_}
        new = [each for each in ripe.raised if each.key not in known]
        worse = [each for each in ripe.raised if each.key in known and _worse(each.state, known[each.key].state)]
        over = [known[key] for key in ripe.ended if key in known]
        if not (new or worse or over or any(self._due(each, now) for each in open_)):
            return
        with self._database.unit_of_work() as unit:
            begun = [each for each in new if self._begin(unit, each, now)]
            for each in worse:
                values = {"state": each.state.value, "sentence": each.sentence[:500]}
                unit.execute(update(_t).where(_t.c.open_key == each.key).values(values))
            ended = [each for each in over if _end(unit, each, now)]
            self._tell(unit, now, ended)
            unit.commit()
        for each in begun:
            self._raised(each)

    def _begin(self, unit: UnitOfWork, each: Trouble, now: datetime) -> bool:
        row: dict[str, Any] = {
            "id": self._ids.next(),
            "key": each.key,
            "open_key": each.key,
            "title": each.title[:160],
            "sentence": each.sentence[:500],
            "state": each.state.value,
            "raised_at": now,
            "told_state": "",
            "acknowledged_by": "",
        }
        missing = dict.fromkeys(("ended_at", "told_at", "acknowledged_at"))
        return bool(unit.execute(insert_ignore(_t), row | missing).rowcount)

    def _due(self, each: Kept, now: datetime) -> str:
        """Return what there is to be told of an open alert: ``raised``, ``worse``, ``again`` or nothing."""
        if each.acknowledged_at is not None or self._telling.holds_back(State(each.state), now):
            return ""
        if _RANK[each.state] > _RANK[each.told_state]:
            return "worse" if each.told_state else "raised"
        late = each.told_at is not None and now - each.told_at >= AGAIN
        return "again" if late and each.state == State.BROKEN.value else ""

    def _tell(self, unit: UnitOfWork, now: datetime, ended: Sequence[Kept]) -> None:
        client = self._client(unit)
        for each in [Kept._make(row) for row in unit.execute(_ARE_OPEN)]:
            change = self._due(each, now)
            same = _t.c.told_at.is_(None) if each.told_at is None else _t.c.told_at == each.told_at
            told = update(_t).where(_t.c.id == each.id, _t.c.told_state == each.told_state, same)
            if change and unit.execute(told.values(told_state=each.state, told_at=now)).rowcount:
                self._send(client, each, change, now)
        for each in ended:
            if each.told_at is not None:
                self._send(client, each, "over", now)

    def _send(self, client: Client, each: Kept, change: str, now: datetime) -> None:
        said = {
            "title": each.title,
            "sentence": each.sentence,
            "state": each.state,
            "change": change,
            "since": each.raised_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for address in self._telling.emails:
            letter = Letter(kind="alert", to=address, data=said, links={"board": "/board"}, about=each.title)
            parameters = msgspec.to_builtins(letter)
            client.send(Message(queue_name=LETTERS, type="LetterDue", parameters=parameters, priority=URGENT))
        if self._telling.webhook:
            at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
            post = {"alert": each.id, "at": at, "board": f"{self._board}/board", **said}
            client.send(Message(queue_name=POSTS, type="AlertPost", parameters=post, priority=URGENT))


def _worse(state: State, than: str) -> bool:
    return state.severity > _RANK[than]


def _end(unit: UnitOfWork, each: Kept, now: datetime) -> bool:
    values = {"open_key": None, "ended_at": now}
    return bool(unit.execute(update(_t).where(_t.c.id == each.id, _t.c.open_key.is_not(None)).values(values)).rowcount)


def _shown(each: Kept) -> Alert:
    since = each.raised_at.timestamp()
    return Alert(each.id, each.title, each.sentence, State(each.state), since, each.acknowledged_by)
