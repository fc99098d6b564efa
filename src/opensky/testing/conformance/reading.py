"""What every store promises whoever asks it prepared questions: the answers of ``find``, without objects."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from opensky.kernel.money import Money
from opensky.persistence import Database, DocumentQuery, Param
from opensky.persistence.documents.reading import beginning, begins, earlier
from opensky.testing.conformance.documents import CASES, POTS
from opensky.testing.conformance.model import NOON, Pot, Potter, Size


class Named(msgspec.Struct):
    """What an index alone can answer."""

    id: int
    slug: str


class Shown(msgspec.Struct, kw_only=True):
    """What needs the whole document."""

    slug: str
    made_at: datetime
    fired_at: datetime | None = None
    best: Size | None = None
    tags: list[str] = []


ALL = DocumentQuery(Pot, into=Named, sort=("id",))
BY_SLUG = DocumentQuery(Pot, {"slug": Param("slug"), "maker_id": 7}, into=Shown)
WHOLE = DocumentQuery(Pot, {"id": Param("id")}, into=Pot)
BY_IDS = DocumentQuery(Pot, {"id": {"$in": Param("ids")}}, into=Named, sort=("-slug",), limit=Param("most"))
FIRED = DocumentQuery(Pot, {"fired_at": Param("at")}, into=Named)
NEWEST = DocumentQuery(Pot, earlier("made_at"), into=Named, sort=("-made_at", "-id"), limit=Param("limit"))
BEGINNING = DocumentQuery(Pot, begins("slug"), into=Named, sort=("slug",))
TAGGED = DocumentQuery(Pot, {"tags": {"$in": Param("tags")}, "sizes.width": {"$gt": Param("width")}}, into=Named)


class ReadingConformance:
    """Subclass it with a fixture ``database``."""

    @pytest.fixture(autouse=True)
    def _pots(self, database: Database) -> None:
        with database.bulk() as bulk:
            bulk.documents(Pot, POTS)
            bulk.commit()

    @pytest.mark.parametrize(("filter_", "expected"), CASES, ids=str)
    def test_a_prepared_question_finds_what_its_filter_says(
        self, database: Database, filter_: dict[str, Any], expected: list[int]
    ) -> None:
        """The filter language is one, whoever asks."""
        query = DocumentQuery(Pot, filter_, into=Named, sort=("id",))

        with database.reader() as reader:
            assert [pot.id for pot in reader.read(query)] == expected

    def test_what_was_asked_for_is_filled_from_the_document(self, database: Database) -> None:
        """Instants, embedded objects and money arrive as what they are."""
        with database.reader() as reader:
            shown = reader.read_one(BY_SLUG, slug="bottle")

        assert shown == Shown(
            slug="bottle", made_at=NOON, fired_at=None, best=Size(width=9, price=Money(500)), tags=["blue"]
        )

    def test_what_is_not_there_is_none(self, database: Database) -> None:
        """A constant of the filter holds as its parameters do."""
        with database.reader() as reader:
            assert reader.read_one(BY_SLUG, slug="cup") is None

    def test_a_whole_document_can_be_read_without_being_tracked(self, database: Database) -> None:
        """A page that shows everything needs no object of the unit of work."""
        with database.reader() as reader:
            pot = reader.read_one(WHOLE, id=1)

        assert pot is not None
        assert (pot.slug, pot.sizes, pot.weight) == ("bowl", [Size(width=10, label="s"), Size(width=30)], 0.5)

    def test_a_list_a_limit_and_an_instant_are_parameters_too(self, database: Database) -> None:
        """The same question is asked with other values each time."""
        with database.reader() as reader:
            assert [p.id for p in reader.read(BY_IDS, ids=[1, 2, 4], most=2)] == [4, 1]
            assert [p.id for p in reader.read(BY_IDS, ids=[3], most=2)] == [3]
            assert reader.read(BY_IDS, ids=[], most=2) == []
            assert [p.slug for p in reader.read(FIRED, at=NOON)] == ["cup"]
            assert reader.read(FIRED, at=NOON + timedelta(seconds=1)) == []
            assert sorted(p.id for p in reader.read(TAGGED, tags=["blue", "red"], width=15)) == [1]

    def test_a_list_goes_on_after_its_cursor(self, database: Database) -> None:
        """Equal instants are told apart by the id."""
        with database.reader() as reader:
            first = reader.read(NEWEST, before_at=NOON + timedelta(days=1), before_id=99, limit=2)
            rest = reader.read(NEWEST, before_at=NOON, before_id=first[-1].id, limit=9)

        assert ([p.id for p in first], [p.id for p in rest]) == ([4, 3], [2, 1])

    def test_what_begins_so_is_found(self, database: Database) -> None:
        """Letters beyond ASCII count as any others."""
        with database.reader() as reader:
            assert [p.slug for p in reader.read(BEGINNING, **beginning("bo"))] == ["bottle", "bowl"]
            assert [p.slug for p in reader.read(BEGINNING, **beginning("cü"))] == ["cüp"]

    def test_a_unit_of_work_asks_the_same(self, database: Database) -> None:
        """A manager that decides before it writes asks in its own transaction."""
        with database.unit_of_work(read_only=True) as unit:
            assert unit.read_one(BY_IDS, ids=[2], most=1) == Named(2, "bottle")

    def test_one_question_is_one_statement(self, database: Database) -> None:
        """Whatever it finds."""
        with database.reader() as reader:
            assert len(reader.read(ALL)) == len(POTS)
            assert reader.statements == 1

    def test_rows_and_documents_are_counted(self, database: Database) -> None:
        """For jobs, which may take their time."""
        with database.reader() as reader:
            assert (reader.count(Pot), reader.count(Potter)) == (len(POTS), 0)
