"""The change history: written with the change or not at all, without what is private, read by cursor, undone with care."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, Duplicate, UnitOfWork, table
from opensky.persistence.history import privacy
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.folding import as_of
from opensky.persistence.history.forgetting import FORGOTTEN, forget_actor, forget_subject
from opensky.persistence.history.objects import Change
from opensky.persistence.history.reading import Asked, ChangeHistory, Entry
from opensky.persistence.history.recording import Recorder
from opensky.persistence.history.reverting import Reverter
from opensky.testing.conformance import private as people
from opensky.testing.conformance.model import MODEL, NOON, Pot, Potter, Shift, Size
from opensky.testing.statements import counted

ADA = Actor("staff", 5, "Ada", "r-1", "A typing error")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def database(tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    database = Database(
        tmp_path / "opensky.sqlite", (*MODEL, *people.PRIVATE, Change), ids=IdGenerator(1, clock), clock=clock
    )
    database.create()
    yield database
    database.close()


@pytest.fixture
def unit(database: Database, clock: SetClock) -> Iterator[UnitOfWork]:
    """Ada's unit of work, whose changes are kept."""
    with database.unit_of_work() as unit:
        unit.recorder, unit.acting = Recorder(database.ids, clock), ADA
        yield unit


def kept(unit: UnitOfWork, **asked: Any) -> list[Entry]:
    return ChangeHistory(unit).page(Asked(**asked), 50).entries


def said(entry: Entry) -> dict[str, tuple[Any, ...]]:
    return {path: tuple(change) if change.privacy else tuple(change)[:2] for path, change in entry.fields.items()}


def later(unit: UnitOfWork, clock: SetClock) -> None:
    """Commit, a second later."""
    unit.commit()
    clock.advance(seconds=1)


def test_a_change_is_kept_with_who_when_why_and_what(unit: UnitOfWork, clock: SetClock) -> None:
    """Of a document and of a row alike, and what did not change is not in it."""
    pot, ann = Pot(id=1, slug="pot", best=Size(width=1)), Potter(id=2, name="Ann", fee=Money(100))
    unit.persist_all([pot, ann])
    later(unit, clock)
    pot.best, pot.glazed, ann.fee = Size(width=2), True, Money(250)

    unit.commit()

    of_pot, of_ann = kept(unit, kind="Pot")[0], kept(unit, kind="Potter")[0]
    assert (of_pot.actor, of_pot.at, of_pot.operation) == (ADA, NOON + timedelta(seconds=1), "update")
    assert (of_pot.object_id, of_pot.version, of_ann.object_id, of_ann.version) == ("1", 1, "2", 1)
    assert said(of_pot) == {"best.width": (1, 2), "glazed": (False, True)}
    assert said(of_ann) == {"fee": ({"minor": 100, "currency": "USD"}, {"minor": 250, "currency": "USD"})}


def test_what_is_undone_leaves_no_trace(unit: UnitOfWork) -> None:
    """The history is written in the transaction of the change."""
    unit.persist(Pot(id=1, slug="pot"))
    unit.flush()
    assert len(kept(unit)) == 1

    unit.rollback()

    assert kept(unit) == []


def test_a_change_that_the_store_refuses_is_not_kept(unit: UnitOfWork) -> None:
    """A taken slug, for instance."""
    unit.persist(Pot(id=1, slug="pot"))
    unit.commit()
    unit.persist(Pot(id=2, slug="pot"))

    with pytest.raises(Duplicate):
        unit.commit()

    assert [entry.object_id for entry in kept(unit)] == ["1"]


def test_a_flush_writes_its_history_by_one_statement(database: Database, unit: UnitOfWork) -> None:
    """However many objects changed."""
    unit.persist_all([Pot(id=i, slug=f"pot-{i}") for i in range(1, 30)])

    with counted(database) as statements:
        unit.commit()

    assert len(kept(unit)) == 29
    assert [
        s for s in statements if ("INSERT INTO" in s and '"change"' in s) or " change " in s
    ] == []  # past SQLAlchemy
    assert sum("conformance_pots" in s and s.startswith("INSERT") for s in statements) == 1


def test_nothing_private_is_written_down(unit: UnitOfWork) -> None:
    """A secret only shows that it changed; what names or reaches a person is masked, wherever it lies."""
    home = people.Home(street="5 Mill Lane", house="The Mill")
    ann = people.Person(id=1, name="Ann Lee", email="ann@example.org", password="x", home=home, craft="Potter")
    ann.homes = [people.Home(street="7 Hill Road", house="Hill")]
    unit.persist_all([ann, people.Account(id=2, owed=Money(1250), home=home)])

    unit.commit()

    [of_person] = kept(unit, kind="Person")
    [of_account] = kept(unit, kind="Account")
    assert said(of_person) == {
        "id": (None, 1),
        "name": (None, "A… L…", "identity"),
        "email": (None, "a…@example.org", "contact"),
        "password": (None, None, "secret"),
        "home": (None, {"street": "5…", "house": "The Mill"}, "contact"),
        "homes": (None, [{"street": "7…", "house": "Hill"}], "contact"),
        "craft": (None, "Potter"),
    }
    assert said(of_account)["owed"] == (None, {"minor": "…", "currency": "…"}, "financial")
    assert said(of_account)["home"] == (None, {"street": "5…", "house": "The Mill"}, "contact")
    dump = str(unit.execute(select(table(Change))).all())
    assert [word for word in ("Mill Lane", "Hill Road", "ann@", "Ann Lee", "1250") if word in dump] == []


def test_a_field_that_the_class_has_no_more_is_masked() -> None:
    """A document in an old shape can still hold one, and it could be anything."""
    old_shape = {"full_name": ("Ann Lee", None), "craft": ("Potter", "Baker")}

    assert privacy.kept(people.Person, old_shape) == {
        "full_name": ("A… L…", None, "identity"),
        "craft": ("Potter", "Baker"),
    }


def test_what_is_marked_is_left_out(unit: UnitOfWork) -> None:
    """A class, a field, and whatever a secret finds; a change of nothing else is no change."""
    ann, count = people.Person(id=1), people.Count(id=1)
    unit.persist_all([ann, count, people.Key(digest="d")])
    unit.commit()
    assert [entry.kind for entry in kept(unit)] == ["Person"]

    ann.seen, count.number = 7, 7
    unit.commit()

    assert len(kept(unit)) == 1


def test_composite_ids_and_removals_are_kept(unit: UnitOfWork, clock: SetClock) -> None:
    """And an object that is gone is known as it was."""
    shift = Shift(potter_id=3, day="mon/am", hours=5)
    unit.persist(shift)
    later(unit, clock)
    unit.remove(shift)
    unit.commit()

    removed, made = kept(unit, kind="Shift", object_id="3/mon%2Fam")
    assert (removed.operation, made.operation) == ("remove", "insert")
    assert as_of(unit, Shift, (3, "mon/am"), NOON).state == {"potter_id": 3, "day": "mon/am", "hours": 5}
    assert as_of(unit, Shift, (3, "mon/am"), clock.now()).state is None


def test_the_past_says_what_it_cannot_know(database: Database, unit: UnitOfWork, clock: SetClock) -> None:
    """Changes by somebody whose changes are not kept leave a gap between versions."""
    pot, ann = Pot(id=1, slug="pot"), people.Person(id=1, name="Ann Lee", password="x")
    unit.persist_all([pot, ann])
    later(unit, clock)
    with database.unit_of_work() as other:
        found = other.get(Pot, 1)
        assert found
        found.weight = 2.0
        other.commit()
    unit.rollback()
    clock.advance(seconds=1)
    found = unit.get(Pot, 1)
    assert found
    found.glazed = True
    unit.commit()

    assert as_of(unit, Pot, (1,), NOON).whole is False
    assert as_of(unit, Pot, (1,), clock.now()).whole is True
    assert as_of(unit, Pot, (1,), NOON - timedelta(days=1)).state is None
    past = as_of(unit, people.Person, (1,), NOON)
    assert past.state is not None
    assert (past.state["name"], "password" in past.state) == ("A… L…", False)
    assert past.hidden == {"name", "email", "password", "home", "homes"}


def test_the_past_before_the_first_kept_change_is_the_oldest_that_is_known(
    database: Database, unit: UnitOfWork, clock: SetClock
) -> None:
    """The pot was made by somebody whose changes are not kept."""
    with database.unit_of_work() as other:
        other.persist(Pot(id=1, slug="pot"))
        other.commit()
    clock.advance(seconds=1)
    pot = unit.get(Pot, 1)
    assert pot
    pot.glazed = True
    unit.commit()

    past = as_of(unit, Pot, (1,), NOON)
    assert past.state is not None
    assert (past.state["glazed"], past.known) == (False, False)
    assert as_of(unit, Pot, (1,), clock.now()).known is True


def test_pages_end_where_the_next_begins(unit: UnitOfWork, clock: SetClock) -> None:
    """Nothing twice and nothing missed, newest first."""
    pot = Pot(id=1, slug="pot")
    unit.persist(pot)
    for width in range(7):
        pot.best = Size(width=width)
        later(unit, clock)
    history, before, seen = ChangeHistory(unit), (1 << 63) - 1, []

    while True:
        page = history.page(Asked(kind="Pot", object_id="1"), 3, before)
        seen += [entry.version for entry in page.entries]
        if page.older is None:
            break
        before = page.older

    assert seen == [6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"actor": ("staff", 5)}, [2, 1, 0]),
        ({"actor": ("member", 9)}, [3]),
        ({"actor": ("staff", 5), "kind": "Pot"}, [2, 1]),
        ({"kind": "Pot", "field": "best"}, [3, 2]),
        ({"kind": "Pot", "field": "best.width"}, [3]),
        ({"field": "best_width"}, []),
        ({"kind": "Pot", "object_id": "1", "actor": ("staff", 5)}, [2, 1]),
        ({"kind": "Pot", "since": NOON + timedelta(seconds=2)}, [3, 2]),
        ({"until": NOON + timedelta(seconds=1)}, [0]),
        ({"since": NOON + timedelta(seconds=1), "until": NOON + timedelta(seconds=3)}, [2, 1]),
    ],
)
def test_every_question_finds_what_it_asks_for(
    unit: UnitOfWork, clock: SetClock, asked: dict[str, Any], found: list[int]
) -> None:
    """By object, actor, class, field and period, and all of them together."""
    unit.persist(Potter(id=1, name="Ann"))
    later(unit, clock)
    pot = Pot(id=1, slug="pot")
    unit.persist(pot)
    later(unit, clock)
    pot.best = Size(width=1)
    later(unit, clock)
    unit.acting = Actor("member", 9, "Eve")
    pot.best.width = 2
    later(unit, clock)
    whole = [entry.id for entry in reversed(kept(unit))]

    assert [whole.index(entry.id) for entry in kept(unit, **asked)] == found


def test_a_search_without_an_index_says_how_far_it_looked(
    unit: UnitOfWork, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads so many changes and no more, and goes on from there."""
    monkeypatch.setattr("opensky.persistence.history.reading.LOOK", 4)
    pot = Pot(id=1, slug="pot")
    unit.persist(pot)
    later(unit, clock)
    pot.glazed = True
    later(unit, clock)
    for width in range(5):
        pot.best = Size(width=width)
        later(unit, clock)
    history, asked = ChangeHistory(unit), Asked(kind="Pot", field="glazed")

    first = history.page(asked, 10)
    assert (first.entries, first.looked_back_to) == ([], NOON + timedelta(seconds=3))
    second = history.page(asked, 10, first.older or 0)

    assert [entry.version for entry in second.entries] == [1, 0]
    assert second.older is None


def test_forgetting_a_person_leaves_that_something_happened(unit: UnitOfWork, clock: SetClock) -> None:
    """The values of personal fields go, and the reasons; public fields stay."""
    ann = people.Person(id=1, name="Ann", email="ann@example.org", craft="Potter")
    unit.persist_all([ann, people.Person(id=2, name="Ben")])
    later(unit, clock)

    assert forget_subject(unit, people.Person, 1) == 1
    assert forget_actor(unit, "staff", 5) == 2
    unit.commit()

    [entry] = kept(unit, kind="Person", object_id="1")
    assert said(entry)["name"] == (None, None, FORGOTTEN)
    assert said(entry)["craft"] == (None, "Potter")
    assert (entry.actor.name, entry.actor.id, entry.actor.reason) == ("", 5, "")
    [other] = kept(unit, kind="Person", object_id="2")
    assert said(other)["name"] == (None, "B…", "identity")


def test_unknown_changes_and_ids_are_not_found(unit: UnitOfWork) -> None:
    """As anything that is not there."""
    reverter = Reverter(unit, MODEL)
    with pytest.raises(NotFound):
        reverter.look(7)
    unit.persist(Pot(id=1, slug="pot"))
    unit.commit()
    with pytest.raises(NotFound):
        reverter.look(kept(unit)[0].id, "weight_of_it")
    with pytest.raises(Conflict, match="as a whole"):
        reverter.revert(kept(unit)[0].id, "slug", version=0)
