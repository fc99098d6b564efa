"""Rows and documents in two databases agree, wherever between them a process was killed."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opensky.persistence import Database, relay
from opensky.persistence.documents.elsewhere import MongoStore
from opensky.persistence.documents.journal_tables import CLAIMS, HEADS, JOURNAL
from opensky.persistence.documents.operations import Operation
from opensky.testing.apart import ENGINES, apart, opened, stored
from opensky.testing.conformance.model import Pot, Potter, Shift

pytestmark = [pytest.mark.services, pytest.mark.slow]

POINTS = (
    "before the flush",
    "before the commit",
    "before applying",
    "while applying",
    "before the journal is cleared",
)
COMMITTED = frozenset(POINTS[2:])


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(MongoStore):
    """A real store whose process dies at one point of applying."""

    def __init__(self, url: str, point: str) -> None:
        super().__init__(url)
        self._point = point

    def apply(self, operations: Sequence[Operation]) -> Mapping[int, str]:
        if self._point == "before applying":
            _die()
        if self._point == "while applying":
            super().apply(operations[:1])
            _die()
        done = super().apply(operations)
        _die()
        return done


def _work_and_die(urls: tuple[str, str], point: str) -> None:
    database = opened(urls, node=1)
    if point in COMMITTED:
        database.elsewhere = Mortal(urls[1], point)
    with database.unit_of_work() as unit:
        bowl, cup = unit.get_many(Pot, [1, 2])
        shift = unit.get(Shift, 1, "mon")
        assert shift is not None
        bowl.slug, bowl.weight = "jug", bowl.weight + 1
        unit.remove(cup)
        unit.persist_all([Pot(id=3, slug="vase", maker_id=9), Potter(id=9, name="Bo")])
        shift.hours += 1
        if point == "before the flush":
            _die()
        unit.flush()
        if point == "before the commit":
            _die()
        unit.commit()


@pytest.fixture(params=ENGINES)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two pots and a row, in two databases."""
    with apart(request.param, tmp_path) as found:
        database = opened(found)
        database.create()
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl", weight=1.0), Pot(id=2, slug="cup"), Shift(potter_id=1, day="mon")])
            unit.commit()
        database.close()
        yield found


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_between_the_two_databases_leaves_them_agreed(urls: tuple[str, str], point: str) -> None:
    """After the restart and one relay, all of the transaction is there or nothing, and nothing twice."""
    worker = multiprocessing.get_context("spawn").Process(target=_work_and_die, args=(urls, point))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL

    database = opened(urls)
    left = relay.waiting(database).rows
    assert left == (3 if point in COMMITTED else 0)
    assert relay.redo_once(database, due_only=False) == left
    assert relay.redo_once(database, due_only=False) == 0

    _agree(database, urls)
    with database.unit_of_work() as unit:
        shift = unit.get(Shift, 1, "mon")
        assert shift is not None
        pots = {p.id: (p.slug, p.weight, p.version) for p in unit.find(Pot)}
        happened = (shift.hours, unit.get(Potter, 9) is not None, pots)
    if point in COMMITTED:
        assert happened == (1, True, {1: ("jug", 2.0, 1), 3: ("vase", 0.0, 0)})
    else:
        assert happened == (0, False, {1: ("bowl", 1.0, 0), 2: ("cup", 0.0, 0)})
    _goes_on(database)
    _agree(database, urls)
    database.close()


def _agree(database: Database, urls: tuple[str, str]) -> None:
    """Nothing waits, and every document has the version, the revision and the fate that SQL says."""
    with database.unit_of_work(read_only=True) as unit:
        assert unit.connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0
        heads = {h.id: h for h in unit.connection.execute(select(HEADS))}
        claims = unit.connection.execute(select(CLAIMS.c.id)).scalars().all()
    found = stored(urls)
    assert found.keys() == heads.keys()
    for id_, head in heads.items():
        document: dict[str, Any] = found[id_]
        assert document["_rev"] == head.revision
        assert ("_gone" in document) == head.removed
        if not head.removed:
            assert document["version"] == head.version
    assert sorted(claims) == sorted(i for i, head in heads.items() if not head.removed)


def _goes_on(database: Database) -> None:
    """The shop works on: the surviving pot can be edited, a slug that is free be taken."""
    with database.unit_of_work() as unit:
        (bowl,) = unit.get_many(Pot, [1])
        bowl.weight += 1
        unit.persist(Pot(id=4, slug="cup" if bowl.slug == "jug" else "jug"))
        unit.commit()
