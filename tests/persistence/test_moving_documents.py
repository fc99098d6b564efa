"""Documents move from beside the rows into another database and back, and are looked for where they are."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensky.kernel.errors import Conflict, Misconfigured
from opensky.persistence import Database, Duplicate, relay
from opensky.persistence.documents import moving
from opensky.persistence.documents.codec import dump
from opensky.testing.apart import ENGINES, apart, opened, stored
from opensky.testing.conformance.model import Pot

pytestmark = pytest.mark.services

MANY = 603


@pytest.fixture(params=ENGINES)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A shop with documents beside its rows, and the URL of an empty document database."""
    with apart(request.param, tmp_path) as found:
        database = opened((found[0], ""))
        database.create()
        with database.bulk() as bulk:
            bulk.documents(
                Pot, [Pot(id=i, slug=f"pot{i}", tags=[f"t{i % 7}"], maker_id=2**60 + i) for i in range(MANY)]
            )
            bulk.commit()
        with database.unit_of_work() as unit:
            unit.get_many(Pot, [5])[0].weight = 1.0
            unit.commit()
        database.close()
        yield found


def _silent(_collection: str, _number: int) -> None:
    pass


def _whole(database: Database) -> dict[int, dict[str, object]]:
    with database.unit_of_work(read_only=True) as unit:
        return {pot.id: dump(pot) for pot in unit.find(Pot)}


def test_everything_moves_out_and_back_unchanged(urls: tuple[str, str]) -> None:
    """Versions, unique values and indexes too, twice; in each place the documents can be worked with."""
    beside = opened((urls[0], ""))
    there = opened(urls)
    for round_ in (1, 2):
        before = _whole(beside)
        assert moving.move_out(there, _silent) == MANY
        there.create()
        assert _whole(there) == before
        assert _whole(beside) == {}
        with there.unit_of_work() as unit:
            assert len(unit.find(Pot, {"tags": "t3"})) == len([i for i in range(MANY) if i % 7 == 3])
            unit.get_many(Pot, [5])[0].weight += 1
            unit.commit()
            unit.persist(Pot(id=MANY + 1, slug="pot7"))
            with pytest.raises(Duplicate):
                unit.commit()
        before = _whole(there)
        assert before[5]["version"] == 2 * round_
        assert moving.move_back(there, _silent) == MANY
        beside.create()
        assert _whole(beside) == before
        assert all("_gone" in document for document in stored(urls).values())
        with beside.unit_of_work() as unit:
            assert len(unit.find(Pot, {"tags": "t3"})) == len([i for i in range(MANY) if i % 7 == 3])
            unit.get_many(Pot, [5])[0].weight += 1
            unit.commit()
    beside.close()
    there.close()


def _move_and_die(urls: tuple[str, str]) -> None:
    def die(_collection: str, _number: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    moving.move_out(opened(urls), die)


@pytest.mark.slow
def test_an_interrupted_move_goes_on(urls: tuple[str, str]) -> None:
    """Killed after a portion: nothing is lost or doubled, the shop does not start half, and the same call finishes."""
    beside = opened((urls[0], ""))
    before = _whole(beside)
    worker = multiprocessing.get_context("spawn").Process(target=_move_and_die, args=(urls,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    there = opened(urls)
    with pytest.raises(Misconfigured, match=r"still beside the rows.*move --to ADDRESS"):
        there.create()
    assert moving.move_out(there, _silent) == MANY - moving.AT_ONCE
    there.create()
    assert _whole(there) == before
    with pytest.raises(Misconfigured, match=r"documents_url is empty.*--back-from ADDRESS"):
        beside.create()
    beside.close()
    there.close()


def test_documents_of_another_shop_are_not_taken_over(urls: tuple[str, str], tmp_path: Path) -> None:
    """Neither at a start nor by a move."""
    there = opened(urls)
    moving.move_out(there, _silent)
    there.close()
    other = opened((str(tmp_path / "other.sqlite"), urls[1]))
    with pytest.raises(Misconfigured, match="do not belong to these rows"):
        other.create()
    with pytest.raises(Misconfigured, match="do not belong to these rows"):
        moving.move_out(other, _silent)
    other.close()


def test_a_database_with_none_of_a_shops_documents_is_refused(urls: tuple[str, str], tmp_path: Path) -> None:
    """A mistyped name opens no empty shop, takes no documents, and leaves no database behind; a server that is away is named."""
    there = opened(urls)
    moving.move_out(there, _silent)
    with apart("sqlite", tmp_path) as (_, mistyped):
        wrong = opened((urls[0], mistyped))
        for ask in (wrong.create, wrong.check_documents, lambda: wrong.check_documents(must_answer=False)):
            with pytest.raises(Misconfigured, match="none of this shop's documents"):
                ask()
        with pytest.raises(Misconfigured, match="none of this shop's documents"):
            moving.move_out(wrong, _silent)
        assert stored((urls[0], mistyped)) == {}
        wrong.close()
    away = opened((urls[0], "mongodb://127.0.0.1:1/away?serverSelectionTimeoutMS=50"))
    with pytest.raises(Misconfigured, match=r"The document database at 127\.0\.0\.1:1 does not answer"):
        away.check_documents()
    away.check_documents(must_answer=False)
    away.close()
    there.check_documents()
    there.close()


def test_what_the_journal_has_still_to_write_is_not_looked_for(urls: tuple[str, str]) -> None:
    """A shop all of whose documents still wait finds its database empty, and that is well."""
    there = opened(urls)
    elsewhere: Any = there.elsewhere
    apply = elsewhere.apply
    elsewhere.apply = lambda operations: dict.fromkeys((each.id for each in operations), "cut off")
    with pytest.raises(Conflict, match="cut off"):
        moving.move_out(there, _silent)
    assert stored(urls) == {}
    there.create()
    elsewhere.apply = apply
    relay.redo_once(there, due_only=False)
    there.check_documents()
    assert len(stored(urls)) == MANY
    there.close()
