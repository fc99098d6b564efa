"""What a recorder is told of a flush: the same for rows and documents, and nothing that did not change."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.lifecycle import ObjectChange
from opensky.testing.conformance import MODEL
from opensky.testing.conformance.model import Pot, Potter, Shift, Size

Told = list[tuple[str, type, Any, int | None, dict[str, Any]]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database in a file of its own."""
    database = Database(tmp_path / "opensky.sqlite", MODEL)
    database.create()
    yield database
    database.close()


def recorded(unit: UnitOfWork) -> Told:
    """Let a unit tell what it changes."""
    told: Told = []

    def record(_: UnitOfWork, changes: Sequence[ObjectChange]) -> None:
        told.extend((c.operation, c.cls, c.id, c.version, c.fields) for c in changes)

    unit.recorder = record
    return told


def test_a_recorder_is_told_old_and_new_of_rows_and_documents(database: Database) -> None:
    """Money is one path in both stores, lists are whole, what is embedded is gone into; versions are those after."""
    with database.unit_of_work() as unit:
        told = recorded(unit)
        potter, pot = Potter(id=1, name="Ada"), Pot(id=1, slug="bowl", best=Size(width=3, price=Money(5)))
        unit.persist_all([potter, pot])
        unit.flush()
        told.clear()
        potter.fee, potter.size = Money(7), Size(width=1)
        pot.tags.append("blue")
        assert pot.best is not None
        pot.best.price, pot.best.width = Money(6), 4
        unit.commit()

    usd = {"currency": "USD"}
    assert told == [
        (
            "update",
            Potter,
            1,
            1,
            {
                "fee": ({"minor": 0} | usd, {"minor": 7} | usd),
                "size": (None, {"width": 1, "label": "", "price": None}),
            },
        ),
        (
            "update",
            Pot,
            1,
            1,
            {
                "best.price": ({"minor": 5} | usd, {"minor": 6} | usd),
                "best.width": (3, 4),
                "tags": ([], ["blue"]),
            },
        ),
    ]


def test_the_same_value_assigned_again_is_no_change(database: Database) -> None:
    """Nobody is told, and nothing is written."""
    with database.unit_of_work() as unit:
        unit.persist_all([potter := Potter(id=1, name="Ada", notes={"a": 1}), pot := Pot(id=1, slug="bowl")])
        unit.commit()
        told = recorded(unit)
        potter.name, potter.notes, potter.fee = "Ada", {"a": 1}, Money(0)
        pot.slug, pot.tags = "bowl", []
        unit.commit()
        assert (told, potter.version, pot.version) == ([], 0, 0)


def test_a_removal_tells_what_was_in_the_store(database: Database) -> None:
    """Not what was assigned on the way out; a composite id is a tuple, and nothing has no version."""
    with database.unit_of_work() as unit:
        unit.persist(shift := Shift(potter_id=1, day="mon", hours=4))
        unit.commit()
        told = recorded(unit)
        shift.hours = 9
        unit.remove(shift)
        unit.commit()
    assert told == [
        ("remove", Shift, (1, "mon"), None, {"potter_id": (1, None), "day": ("mon", None), "hours": (4, None)})
    ]
