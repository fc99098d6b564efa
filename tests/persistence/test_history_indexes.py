"""Every question about the history is driven by an index, however many changes there are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from opensky.persistence import Database, Query
from opensky.persistence.history.objects import Change
from opensky.persistence.history.reading import DRIVERS, PLAIN, REACH, SEARCHING, Driver

INDEXES: dict[Driver, str] = {
    "object": "ix_change_kind_object_id_id (kind=? AND object_id=? AND id>? AND id<?)",
    "actor": "ix_change_actor_kind_actor_id_id (actor_kind=? AND actor_id=? AND id>? AND id<?)",
    "kind": "ix_change_kind_id (kind=? AND id>? AND id<?)",
    "all": "INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
}
VALUES = {"kind": "Pot", "object_id": "1", "actor_kind": "staff", "actor_id": 1, "before": 9, "first": 1}
BESIDE = {
    **{f"any_{name}": 0 for name in ("kind", "actor_kind", "actor_id", "field")},
    **{f"only_{name}": "" for name in ("kind", "actor_kind", "actor_id")},
    "exact": "%|x|%",
    "below": "%|x.%",
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "opensky.sqlite", [Change])
    database.create()
    yield database
    database.close()


def plan(database: Database, statement: str) -> list[str]:
    with database.engines[0].connect() as connection:
        found = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), VALUES | BESIDE | {"limit": 51, "look": 9})
        return [row.detail for row in found]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_page_is_a_stretch_of_its_index(database: Database, driver: Driver) -> None:
    """Nothing is sorted and nothing is passed over."""
    steps = plan(database, PLAIN[driver].text)

    assert len(steps) == 1
    assert steps[0].startswith("SEARCH change USING")
    assert INDEXES[driver] in steps[0]


@pytest.mark.parametrize("questions", [SEARCHING, REACH])
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_search_reads_so_much_of_one_index_and_no_more(
    database: Database, driver: Driver, questions: dict[Driver, Query[Any]]
) -> None:
    """The newest changes that the index gives are looked through, and only these."""
    steps = plan(database, questions[driver].text)

    assert [step for step in steps if step.startswith("SEARCH")] == [
        next(step for step in steps if INDEXES[driver] in step)
    ]
    assert ":look" in questions[driver].text
    assert [step for step in steps if step.startswith("SCAN") and step not in {"SCAN near", "SCAN (subquery-1)"}] == []
