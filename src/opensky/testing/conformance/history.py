"""What an engine promises the change history: written with the flush, asked by cursor, folded back, reverted, forgotten.

The fixture ``database`` holds ``HISTORY_MODEL``.
"""

from datetime import timedelta
from typing import Any

import pytest

from opensky.kernel.errors import Conflict
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.folding import as_of, present
from opensky.persistence.history.forgetting import FORGOTTEN, forget_actor, forget_subject
from opensky.persistence.history.objects import Change
from opensky.persistence.history.reading import Asked, ChangeHistory
from opensky.persistence.history.recording import Recorder
from opensky.persistence.history.reverting import Reverter
from opensky.testing.conformance.model import MODEL, NOON, Pot, Potter, Shift, Size
from opensky.testing.conformance.private import PRIVATE, Person

HISTORY_MODEL: tuple[type, ...] = (*MODEL, *PRIVATE, Change)
_ADA = Actor("staff", 5, "Ada", "r-1", "Because")


def recorded(database: Database) -> UnitOfWork:
    """Open a unit of work whose changes are kept."""
    unit = database.unit_of_work()
    unit.recorder, unit.acting = Recorder(database.ids, database.clock), _ADA
    return unit


class HistoryConformance:
    """The history on one engine."""

    def test_both_stores_have_one_history(self, database: Database) -> None:
        """Instants, money, composite ids, long texts and quotes come back as they were."""
        words = 'A "long" | text — ' * 5000
        with recorded(database) as unit:
            pot, ann = (
                Pot(id=1, slug="pot", best=Size(width=1)),
                Potter(id=2, name="Ann", fee=Money(100), notes={"a": "b"}),
            )
            unit.persist_all([pot, ann, Shift(potter_id=2, day="mon/am", hours=5)])
            unit.commit()
            pot.best, ann.fee, ann.left_at, ann.notes = Size(width=2, label=words), Money(250), NOON, {"words": words}
            unit.commit()
            entries = ChangeHistory(unit).page(Asked(), 10).entries

        kept = {(entry.kind, entry.object_id, entry.operation): entry for entry in entries}
        assert len(kept) == len(entries) == 5
        assert kept["Shift", "2/mon%2Fam", "insert"].fields["hours"] == (None, 5, "")
        row, document = kept["Potter", "2", "update"], kept["Pot", "1", "update"]
        assert row.fields["fee"][:2] == ({"minor": 100, "currency": "USD"}, {"minor": 250, "currency": "USD"})
        assert row.fields["left_at"][:2] == (None, "2026-03-01T12:00:00.250000Z")
        assert row.fields["notes"][:2] == ({"a": "b"}, {"words": words})
        assert document.fields["best.label"][:2] == ("", words)
        assert (row.actor, row.version, document.version) == (_ADA, 1, 1)
        assert abs(row.at - database.clock.now()) < timedelta(minutes=5)

    def test_a_rollback_leaves_no_trace(self, database: Database) -> None:
        """Neither of the change nor of its history."""
        with recorded(database) as unit:
            unit.persist(Potter(id=1, name="Ann"))
            unit.flush()
            unit.rollback()
            assert ChangeHistory(unit).page(Asked(), 10).entries == []

    def test_many_changes_of_one_flush_are_kept(self, database: Database) -> None:
        """And paged by cursor, nothing twice and nothing missed."""
        with recorded(database) as unit:
            unit.persist_all([Potter(id=i, name=f"Potter {i}") for i in range(1, 121)])
            unit.commit()
            history, found, before = ChangeHistory(unit), [], (1 << 63) - 1
            while True:
                page = history.page(Asked(kind="Potter"), 50, before)
                found += [entry.object_id for entry in page.entries]
                if page.older is None:
                    break
                before = page.older

        assert sorted(map(int, found)) == list(range(1, 121))

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            (Asked(), 3),
            (Asked(kind="Pot", object_id="1"), 2),
            (Asked(actor=("staff", 5)), 3),
            (Asked(actor=("staff", 6)), 0),
            (Asked(kind="Pot"), 2),
            (Asked(kind="Pot", field="glazed"), 2),
            (Asked(kind="Pot", field="gl_zed"), 0),
            (Asked(field="best"), 1),
            (Asked(actor=("staff", 5), kind="Potter"), 1),
        ],
    )
    def test_every_question_finds_what_it_asks_for(self, database: Database, asked: Asked, number: int) -> None:
        """By object, actor, class and field."""
        with recorded(database) as unit:
            pot = Pot(id=1, slug="pot", glazed=True)
            unit.persist_all([pot, Potter(id=1, name="Ann")])
            unit.commit()
            pot.glazed, pot.best = False, Size(width=1)
            unit.commit()
            assert len(ChangeHistory(unit).page(asked, 10).entries) == number

    @pytest.mark.parametrize("cls", [Pot, Potter])
    def test_the_past_is_folded_from_the_present(self, database: Database, cls: type) -> None:
        """Through edits and a removal."""
        edits: list[dict[str, Any]] = [{"size": Size(width=1)}, {"active": False}, {"size": None, "left_at": NOON}]
        if cls is Pot:
            edits = [{"best": Size(width=1)}, {"tags": ["a"], "glazed": True}, {"best": None, "weight": 2.5}]
        states = []
        with recorded(database) as unit:
            obj: Any = Pot(id=1, slug="pot") if cls is Pot else Potter(id=1, name="Ann")
            unit.persist(obj)
            for edit in edits:
                for name, value in edit.items():
                    setattr(obj, name, value)
                unit.commit()
                newest = ChangeHistory(unit).page(Asked(kind=cls.__name__), 1).entries[0]
                states.append((newest.at, present(obj)[0]))
            unit.remove(obj)
            unit.commit()

            assert [as_of(unit, cls, (1,), at).state for at, _ in states] == [state for _, state in states]

    def test_a_change_is_reverted_once_it_was_looked_at(self, database: Database) -> None:
        """And not when it was changed meanwhile."""
        with recorded(database) as unit:
            ann = Potter(id=1, name="Ann", fee=Money(100))
            unit.persist(ann)
            unit.commit()
            ann.fee = Money(250)
            unit.commit()
            reverter, change = Reverter(unit, MODEL), ChangeHistory(unit).page(Asked(kind="Potter"), 1).entries[0]
            with pytest.raises(Conflict):
                reverter.revert(change.id, version=0)

            reverter.revert(change.id, version=reverter.look(change.id).version)
            unit.commit()

            assert ann.fee == Money(100)

    def test_a_person_is_forgotten(self, database: Database) -> None:
        """The values go, the change stays."""
        with recorded(database) as unit:
            unit.persist(Person(id=1, name="Ann", craft="Potter"))
            unit.commit()
            assert (forget_subject(unit, Person, 1), forget_actor(unit, "staff", 5)) == (1, 1)
            unit.commit()
            [entry] = ChangeHistory(unit).page(Asked(), 10).entries

        assert entry.fields["name"] == (None, None, FORGOTTEN)
        assert (entry.fields["craft"][:2], entry.actor.name, entry.actor.reason) == ((None, "Potter"), "", "")
