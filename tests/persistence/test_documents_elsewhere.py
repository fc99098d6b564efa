"""Documents in another database than the rows: refusals come before the commit, and what is committed arrives once."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from sqlalchemy import event, func, select, update

from opensky.kernel.errors import Invalid, Misconfigured
from opensky.persistence import Database, Duplicate, StaleObject, relay
from opensky.persistence.documents import mongo_apply
from opensky.persistence.documents.elsewhere import open_elsewhere
from opensky.persistence.documents.journal_tables import JOURNAL
from opensky.persistence.errors import ConnectionLost
from opensky.testing.apart import ENGINES, apart, opened, stored
from opensky.testing.conformance.documents import CASES, POTS
from opensky.testing.conformance.model import Pot, Potter, Size

pytestmark = pytest.mark.services

AWAY = "mongodb://127.0.0.1:1/away?serverSelectionTimeoutMS=50"


@pytest.fixture(params=ENGINES)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    with apart(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def database(urls: tuple[str, str]) -> Iterator[Database]:
    """A database over both."""
    database = opened(urls)
    database.create()
    yield database
    database.close()


def _keep(database: Database, *pots: Pot) -> None:
    with database.unit_of_work() as unit:
        unit.persist_all(pots)
        unit.commit()


@pytest.fixture
def cut_off(database: Database) -> Iterator[Database]:
    """The same database, but nothing can be applied: what it asks to apply it at does not answer."""
    away = open_elsewhere(AWAY)
    there: Any = database.elsewhere
    there.apply = away.apply
    yield database
    away.close()


def test_a_stale_version_is_refused_before_anything_is_committed(urls: tuple[str, str], database: Database) -> None:
    """The error names the documents that are stale and no others; rows of the same transaction are undone."""
    _keep(database, Pot(id=1, slug="bowl"), Pot(id=2, slug="cup"))
    with database.unit_of_work() as late:
        bowl, cup = late.get_many(Pot, [1, 2])
        late.pause()
        with database.unit_of_work() as first:
            first.get_many(Pot, [1])[0].weight = 9.0
            first.commit()
        bowl.weight, cup.weight = 1.5, 1.5
        late.persist(Potter(id=1, name="Ada"))
        with pytest.raises(StaleObject) as refused:
            late.commit()
    assert refused.value.data["ids"] == [1]
    assert [(d["weight"], d["version"]) for d in stored(urls).values()] == [(9.0, 1), (0.0, 0)]
    with database.unit_of_work() as unit:
        assert unit.find(Potter) == []


def test_only_what_changed_is_written(urls: tuple[str, str], database: Database) -> None:
    """What another program changes in the document meanwhile, beside the changed paths, stands."""
    _keep(database, Pot(id=1, slug="bowl", best=Size(width=1, label="s")))
    with database.unit_of_work() as unit:
        bowl = unit.get_many(Pot, [1])[0]
        assert bowl.best is not None
        theirs = {"$set": {"best.label": "theirs", "weight": 5.0}}
        there: Any = database.elsewhere
        there.database["conformance_pots"].update_one({"_id": 1}, theirs)
        bowl.best.width = 2
        unit.commit()
    kept = stored(urls)[1]
    assert kept["best"] == {"width": 2, "label": "theirs", "price": None}
    assert (kept["weight"], kept["version"], kept["_rev"]) == (5.0, 1, 2)


def test_unique_values_may_be_exchanged_and_given_up(database: Database) -> None:
    """Two documents swap theirs in one transaction; a removed one's is free again, also for its own id."""
    _keep(database, Pot(id=1, slug="bowl"), Pot(id=2, slug="cup"))
    with database.unit_of_work() as unit:
        one, two = unit.get_many(Pot, [1, 2])
        one.slug, two.slug = two.slug, one.slug
        unit.commit()
    with database.unit_of_work() as unit:
        unit.remove(unit.get_many(Pot, [1])[0])
        unit.commit()
    _keep(database, Pot(id=3, slug="cup"))
    _keep(database, Pot(id=1, slug="third"))
    with database.unit_of_work() as unit:
        assert [(p.id, p.slug) for p in unit.find(Pot, sort=("id",))] == [(1, "third"), (2, "bowl"), (3, "cup")]
        unit.persist(Pot(id=4, slug="third"))
        with pytest.raises(Duplicate) as refused:
            unit.flush()
    assert (refused.value.kind, refused.value.fields) == ("Pot", ("slug",))
    with database.unit_of_work() as unit:
        unit.persist_all([Pot(id=5, slug="twin"), Pot(id=6, slug="twin")])
        with pytest.raises(Duplicate, match="slug"):
            unit.flush()


@pytest.mark.parametrize("slug", ["x" * (17 << 20), "lone \ud800 half"], ids=["too large", "no text"])
def test_what_can_never_be_applied_is_refused_before_the_commit(database: Database, slug: str) -> None:
    """Or it would wait in the journal for ever."""
    with database.unit_of_work() as unit:
        unit.persist_all([Pot(id=1, slug=slug), Potter(id=1, name="Ada")])
        with pytest.raises(Invalid, match="be kept"):
            unit.commit()
    with database.unit_of_work() as unit:
        assert (unit.find(Potter), relay.waiting(database).rows) == ([], 0)
        unit.persist(Pot(id=2, slug="large", maker_id=1 << 63))
        with pytest.raises(Invalid, match="8-byte"):
            unit.flush()


@pytest.mark.parametrize("kept", [0, 2], ids=["nothing kept", "two kept"])
def test_a_transaction_finds_what_it_has_flushed(database: Database, kept: int) -> None:
    """Every filter, sort, limit, count and distinct meets kept and flushed documents alike."""
    with database.bulk() as bulk:
        bulk.documents(Pot, POTS[:kept])
        bulk.commit()
    with database.unit_of_work() as unit:
        unit.persist_all(POTS[kept:])
        unit.flush()
        for filter_, expected in CASES:
            assert sorted(p.id for p in unit.find(Pot, filter_)) == expected, filter_
        assert [p.id for p in unit.find(Pot, sort=("glazed", "-weight"))] == [3, 1, 4, 2]
        assert [p.id for p in unit.find(Pot, sort=("-slug",), limit=2)] == [4, 3]
        engine = unit._document_engine()
        assert engine.count(Pot, {"tags": "blue"}) == 2
        assert engine.distinct(Pot, "maker_id", {}) == [None, 7, 8]
        assert [b["id"] for b in engine.find(Pot, {}, sort=("id",), limit=2, skip=1)] == [2, 3]


def test_while_the_documents_are_away_commits_succeed_and_arrive_later(
    urls: tuple[str, str], cut_off: Database
) -> None:
    """The request is not failed for what is safely in the journal; what waits is visible, with the reason."""
    there = opened(urls)
    _keep(there, Pot(id=1, slug="bowl"))
    with cut_off.unit_of_work() as unit:
        (bowl,) = unit.get_many(Pot, [1])
        bowl.weight = 1.0
        unit.commit()
        bowl.weight = 2.0
        unit.commit()  # goes on from its own version, not from what the other database has
    assert stored(urls)[1]["weight"] == 0.0
    assert relay.redo_once(cut_off, due_only=False) == 0
    waiting = relay.waiting(cut_off)
    assert (waiting.rows, waiting.failing) == (2, 2)
    assert "ServerSelectionTimeoutError" in (waiting.error or "")
    assert relay.redo_once(cut_off) == 0  # not due: it waits longer after each failure

    with there.unit_of_work() as unit:  # who edits what is not applied yet is refused, never merged over
        unit.get_many(Pot, [1])[0].weight = 7.0
        with pytest.raises(StaleObject):
            unit.commit()
    assert relay.redo_once(there, due_only=False) == 2
    assert (stored(urls)[1]["weight"], stored(urls)[1]["version"]) == (2.0, 2)
    assert relay.waiting(there) == relay.Waiting(0, 0, None, None)
    there.close()


def test_a_document_that_is_held_holds_up_nobody_for_long(
    urls: tuple[str, str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed client's open transaction keeps others from writing for a minute: the commit stands, the relay waits for it."""
    monkeypatch.setattr(mongo_apply, "_SECONDS", 1.0)
    _keep(database, Pot(id=1, slug="bowl"), Pot(id=2, slug="cup"))
    with MongoClient[dict[str, Any]](urls[1]) as client, client.start_session() as holding:
        holding.start_transaction()
        pots = client.get_default_database()["conformance_pots"]
        pots.update_one({"_id": 1}, {"$set": {"weight": 7.0}}, session=holding)
        began = time.monotonic()
        with database.unit_of_work() as unit:
            for pot in unit.get_many(Pot, [1, 2]):
                pot.weight = 1.0
            unit.commit()
        assert time.monotonic() - began < 10
        assert 1 <= relay.waiting(database).rows <= 2
        holding.abort_transaction()
    relay.redo_once(database, due_only=False)
    assert relay.waiting(database).rows == 0
    assert [(d["weight"], d["_rev"]) for d in stored(urls).values()] == [(1.0, 2), (1.0, 2)]


def test_a_running_relay_redoes_by_itself(urls: tuple[str, str], cut_off: Database) -> None:
    """Within a poll after it becomes due, without anybody asking."""
    _keep(cut_off, Pot(id=1, slug="bowl"))
    with cut_off.unit_of_work() as unit:
        unit.execute(update(JOURNAL).values(due_at=0))
        unit.commit()
    there = opened(urls)
    thread = relay.Relay(there, every=0.05)
    thread.start()
    pause = threading.Event()
    for _ in range(200):
        if relay.waiting(there).rows == 0:
            break
        pause.wait(0.05)
    thread.stop()
    assert stored(urls)[1]["slug"] == "bowl"
    there.close()


def test_what_cannot_be_applied_does_not_hold_up_the_rest(urls: tuple[str, str], cut_off: Database) -> None:
    """A damaged row of the journal stays and says why; all others are applied."""
    _keep(cut_off, Pot(id=1, slug="bowl"), Pot(id=2, slug="cup"))
    with cut_off.unit_of_work() as unit:
        unit.execute(update(JOURNAL).where(JOURNAL.c.document_id == 1).values(operation="[{"))
        unit.commit()
    there = opened(urls)
    assert relay.redo_once(there, due_only=False) == 1
    waiting = relay.waiting(there)
    assert (waiting.rows, waiting.failing) == (1, 1)
    assert "cannot be read" in (waiting.error or "")
    assert list(stored(urls)) == [2]
    there.close()


def test_much_is_written_by_the_same_protocol(urls: tuple[str, str], database: Database) -> None:
    """More than is kept in memory; ids and slugs that are taken are left alone, and nothing waits afterwards."""
    _keep(database, Pot(id=1, slug="bowl"))
    with database.bulk() as bulk:
        bulk.documents(Pot, [Pot(id=i, slug="bowl" if i in {1, 7} else f"pot{i % 4999}") for i in range(5001)])
        bulk.commit()
    found = stored(urls)
    assert len(found) == 4999
    assert found[1]["slug"] == "bowl"
    assert {7, 4999}.isdisjoint(found)
    assert relay.waiting(database).rows == 0
    with database.unit_of_work() as unit:
        unit.get_many(Pot, [4998])[0].weight = 1.0
        unit.commit()


def _edit(urls: tuple[str, str], node: int, times: int) -> None:
    database = opened(urls, node)
    for _ in range(times):
        while True:
            with database.unit_of_work() as unit:
                (pot,) = unit.get_many(Pot, [1])
                pot.weight += 1
                pot.tags.append(f"{node}")
                try:
                    unit.commit()
                except StaleObject:
                    continue
                break
        relay.redo_once(database, due_only=False)  # races with whoever applies right now
    database.close()


@pytest.mark.slow
def test_two_processes_editing_one_document_lose_no_update(urls: tuple[str, str], database: Database) -> None:
    """Fifty edits by two workers, both relaying all the time: each counts once."""
    _keep(database, Pot(id=1, slug="bowl"))
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_edit, args=(urls, node, 25)) for node in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(100)
    assert [w.exitcode for w in workers] == [0, 0]
    kept = stored(urls)[1]
    assert (kept["weight"], kept["version"], kept["_rev"]) == (50.0, 50, 51)
    assert sorted(kept["tags"]) == ["1"] * 25 + ["2"] * 25
    assert relay.waiting(database).rows == 0


def test_a_fork_opens_connections_of_its_own(database: Database) -> None:
    """Workers are forked from a process that may have spoken to the server already."""
    _keep(database, Pot(id=1, slug="bowl"))
    there: Any = database.elsewhere
    mine = there.database.client
    there._process = 0  # as a child finds it
    theirs = there.database.client
    assert theirs is not mine
    assert theirs.admin.command("ping")["ok"] == 1.0
    theirs.close()
    mine.close()


def test_a_transaction_costs_few_statements(database: Database) -> None:
    """Head, claim and journal for a class, whatever the number of documents, and one to clear the journal."""
    _keep(database, *(Pot(id=i, slug=f"pot{i}") for i in range(30)))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    with database.unit_of_work() as unit:
        for pot in unit.find(Pot):
            pot.weight = 1.0
        event.listen(database.engines[1], "before_cursor_execute", note)
        unit.commit()
        event.remove(database.engines[1], "before_cursor_execute", note)
    assert [s for s in statements if s != "BEGIN"] == ["SELECT", "UPDATE", "INSERT", "DELETE"]
    with database.unit_of_work(read_only=True) as unit:
        assert unit.connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0


@pytest.mark.parametrize("url", ["redis://there/name", "mongodb://127.0.0.1:27017", "documents"])
def test_a_url_that_is_none_is_refused_at_once(url: str) -> None:
    """With what to write instead."""
    with pytest.raises(Misconfigured, match="documents_url"):
        open_elsewhere(url)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """At the start, in a sentence, without the password."""
    store = open_elsewhere("mongodb://sky:secret@127.0.0.1:1/away?serverSelectionTimeoutMS=50")
    with pytest.raises(ConnectionLost, match="try again"):
        store.reading().find(Pot, {})
    began = time.monotonic()
    for _ in range(100):  # one has waited for all: who comes now is told at once
        with pytest.raises(ConnectionLost, match="try again"):
            store.reading().count(Pot, {})
    assert time.monotonic() - began < 2  # each by itself: 5
    with pytest.raises(Misconfigured, match=r"at 127\.0\.0\.1:1 does not answer") as refused:
        store.ensure([Pot])
    assert "secret" not in str(refused.value)
    assert str(refused.value).endswith("Connection refused. ./opensky doctor looks closer.")
    store.close()
