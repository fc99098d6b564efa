"""What every SQL engine promises for entities: round trips, composite keys, filters over columns, versions, duplicates."""

from datetime import timedelta, timezone

import pytest
from sqlalchemy import bindparam, select

from opensky.kernel.money import Money
from opensky.persistence import Database, Duplicate, Query, Uncompilable, insert_ignore, table
from opensky.testing.conformance.model import NOON, Potter, Shift, Size


class RowConformance:
    """Subclass with a fixture ``database``."""

    def test_a_row_comes_back_as_it_was(self, database: Database) -> None:
        """Every kind of column survives the store unchanged, instants in UTC to the microsecond."""
        there = timezone(timedelta(hours=5))
        with database.unit_of_work() as unit:
            unit.persist(
                Potter(
                    id=2**61,
                    name="Ada",
                    fee=Money(-1, "EUR"),
                    notes={"a": [1, None]},
                    size=Size(width=3),
                    joined_at=NOON.astimezone(there),
                )
            )
            unit.commit()
        with database.unit_of_work() as unit:
            ada = unit.get(Potter, 2**61)
            assert ada is not None
            assert (ada.name, ada.fee, ada.notes, ada.size, ada.active, ada.joined_at, ada.left_at, ada.version) == (
                "Ada",
                Money(-1, "EUR"),
                {"a": [1, None]},
                Size(width=3),
                True,
                NOON,
                None,
                0,
            )

    def test_an_instant_without_a_zone_is_refused(self, database: Database) -> None:
        """A naive time could mean anything."""
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada", joined_at=NOON.replace(tzinfo=None)))
            with pytest.raises(Exception, match="has no time zone"):
                unit.commit()

    def test_composite_keys_are_given_in_order(self, database: Database) -> None:
        """``get`` takes the parts of the key in the order of the fields."""
        with database.unit_of_work() as unit:
            unit.persist_all([Shift(potter_id=1, day="mon", hours=3), Shift(potter_id=1, day="tue", hours=4)])
            unit.commit()
        with database.unit_of_work() as unit:
            tuesday = unit.get(Shift, 1, "tue")
            assert tuesday is not None
            assert tuesday.hours == 4
            assert unit.get(Shift, 2, "tue") is None

    def test_rows_take_the_same_filters(self, database: Database) -> None:
        """One filter language for both stores; what is no column is refused."""
        with database.unit_of_work() as unit:
            unit.persist_all(
                [
                    Potter(id=1, name="Ada", fee=Money(5)),
                    Potter(id=2, name="Bo", fee=Money(9)),
                    Potter(id=3, name="Cy", left_at=NOON),
                ]
            )
            unit.commit()
            assert [p.name for p in unit.find(Potter, {"fee.minor": {"$gte": 5}}, sort=("-name",))] == ["Bo", "Ada"]
            assert [p.name for p in unit.find(Potter, {"left_at": {"$ne": None}})] == ["Cy"]
            assert [p.id for p in unit.get_many(Potter, [3, 9, 1])] == [3, 1]
            with pytest.raises(Uncompilable, match="not a column"):
                unit.find(Potter, {"size.width": 3})

    def test_a_taken_unique_value_is_refused_by_name(self, database: Database) -> None:
        """The error names the class and the fields."""
        with database.unit_of_work() as unit:
            unit.persist_all([Potter(id=1, name="Ada"), Potter(id=2, name="Ada")])
            with pytest.raises(Duplicate) as refused:
                unit.commit()
        assert (refused.value.kind, refused.value.fields) == ("Potter", ("name",))

    def test_inserting_again_is_ignored_and_counted(self, database: Database) -> None:
        """``insert_ignore`` leaves what is there and tells how many rows were new."""
        row = {"potter_id": 1, "day": "mon", "hours": 8}
        with database.unit_of_work() as unit:
            first = unit.execute(insert_ignore(table(Shift)), [row]).rowcount
            again = unit.execute(insert_ignore(table(Shift)), [{**row, "hours": 1}]).rowcount
            assert (first, again) == (1, 0)
            shift = unit.get(Shift, 1, "mon")
            assert shift is not None
            assert shift.hours == 8

    def test_tuples_are_written_in_any_order_of_columns_and_any_number(self, database: Database) -> None:
        """From an iterator too, even one that holds nothing; what is there already stays."""
        with database.bulk() as bulk:
            bulk.tuples(Shift, ["hours", "potter_id", "day"], iter([]))
            bulk.tuples(Shift, ["hours", "potter_id", "day"], ((n, n, "mon") for n in range(6000)))
            bulk.tuples(Shift, ["potter_id", "day", "hours"], [(7, "mon", 99), (7, "tue", 1)])
            bulk.commit()
        with database.unit_of_work() as unit:
            found = unit.find(Shift, {"potter_id": {"$in": [7, 5999]}}, sort=("potter_id", "day"))
            assert [(s.potter_id, s.day, s.hours) for s in found] == [(7, "mon", 7), (7, "tue", 1), (5999, "mon", 5999)]

    def test_a_prepared_query_gives_values_without_objects(self, database: Database) -> None:
        """Parameters and results are converted as the mapper does, lists of values included."""
        with database.bulk() as bulk:
            rows = [{"potter_id": p, "day": "mon", "hours": p} for p in range(5)]
            bulk.rows(Shift, rows)
            bulk.rows(
                Potter,
                [
                    {
                        "id": 1,
                        "name": "Ada",
                        "fee_minor": 1,
                        "fee_currency": "USD",
                        "notes": {},
                        "active": True,
                        "joined_at": NOON,
                        "version": 0,
                    }
                ],
            )
            bulk.commit()
        shifts, potters = table(Shift), table(Potter)
        some = Query(
            select(shifts.c.potter_id, shifts.c.hours)
            .where(shifts.c.potter_id.in_(bindparam("ids", expanding=True)), shifts.c.hours > bindparam("least"))
            .order_by(shifts.c.potter_id),
            lambda potter, hours: (potter, hours),
        )
        joined = Query(
            select(potters.c.joined_at, potters.c.active).where(potters.c.joined_at >= bindparam("since")), lambda *r: r
        )
        with database.reader() as reader:
            assert reader.fetch(some, ids=[0, 2, 4], least=1) == [(2, 2), (4, 4)]
            assert reader.fetch(some, ids=[], least=1) == []
            assert reader.fetch_one(joined, since=NOON) == (NOON, True)
            assert reader.statements == 3
