"""What the unit of work promises over both stores: one transaction, one object an id, references in batches."""

import pytest

from opensky.persistence import Database, NotLoaded, ReadOnly, StaleObject
from opensky.testing.conformance.model import Pot, Potter, Shift
from opensky.testing.statements import counted


class UnitOfWorkConformance:
    """Subclass with a fixture ``database``."""

    def test_rows_and_documents_commit_together_or_not_at_all(self, database: Database) -> None:
        """A refused document takes the row with it."""
        with database.unit_of_work() as unit:
            unit.persist(Pot(id=1, slug="bowl"))
            unit.commit()
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.persist(Pot(id=2, slug="bowl"))
            with pytest.raises(Exception, match="already one of Pot"):
                unit.commit()
        with database.unit_of_work() as unit:
            assert (unit.get(Potter, 1), unit.get(Pot, 2)) == (None, None)

    def test_without_commit_nothing_is_kept(self, database: Database) -> None:
        """Leaving the block undoes what was flushed."""
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl"), Potter(id=1, name="Ada")])
            unit.flush()
        with database.unit_of_work() as unit:
            assert (unit.find(Pot), unit.find(Potter)) == ([], [])

    def test_one_id_is_one_object(self, database: Database) -> None:
        """Whatever way it is found, in either store."""
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl"), Potter(id=1, name="Ada")])
            unit.commit()
        with database.unit_of_work() as unit:
            assert unit.get(Pot, 1) is unit.find_one(Pot, {"slug": "bowl"})
            assert unit.get(Potter, 1) is unit.find_one(Potter, {"name": "Ada"})

    def test_a_search_sees_what_is_pending(self, database: Database) -> None:
        """New and changed objects are flushed before a query."""
        with database.unit_of_work() as unit:
            pot = Pot(id=1, slug="bowl")
            unit.persist_all([pot, Potter(id=1, name="Ada")])
            unit.flush()
            pot.slug = "jug"
            assert unit.find_one(Pot, {"slug": "jug"}) is pot
            assert [p.name for p in unit.find(Potter)] == ["Ada"]

    def test_a_unit_goes_on_after_its_commit(self, database: Database) -> None:
        """The same objects, a new transaction; nothing is locked between."""
        with database.unit_of_work() as unit:
            potter = Potter(id=1, name="Ada")
            unit.persist(potter)
            unit.commit()
            with database.unit_of_work() as other:
                other.persist(Shift(potter_id=1, day="mon"))
                other.commit()
            potter.name = "Ada L."
            unit.commit()
            assert potter.version == 1

    def test_the_second_of_two_editors_of_a_row_is_refused(self, database: Database) -> None:
        """Optimistic lock on entities."""
        with database.unit_of_work() as unit:
            potter = Potter(id=1, name="Ada")
            unit.persist(potter)
            unit.commit()
            with database.unit_of_work() as other:
                first = other.get(Potter, 1)
                assert first is not None
                first.name = "First"
                other.commit()
            potter.name = "Late"
            with pytest.raises(StaleObject):
                unit.commit()
        with database.unit_of_work() as unit:
            kept = unit.get(Potter, 1)
            assert kept is not None
            assert (kept.name, kept.version) == ("First", 1)

    def test_removed_objects_are_gone(self, database: Database) -> None:
        """From both stores, at once for this unit and at commit for the others."""
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl"), Potter(id=1, name="Ada")])
            unit.commit()
        with database.unit_of_work() as unit:
            for found in (unit.get(Pot, 1), unit.get(Potter, 1)):
                assert found is not None
                unit.remove(found)
            assert (unit.find(Pot), unit.find(Potter)) == ([], [])
            unit.commit()
        with database.unit_of_work() as unit:
            assert (unit.get(Pot, 1), unit.get(Potter, 1)) == (None, None)

    def test_an_unloaded_reference_raises_clearly(self, database: Database) -> None:
        """On entities and documents alike, with what to do."""
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl", maker_id=1), Potter(id=1, name="Ada")])
            unit.commit()
        with database.unit_of_work() as unit:
            pot, potter = unit.get(Pot, 1), unit.get(Potter, 1)
            assert pot is not None
            assert potter is not None
            with pytest.raises(NotLoaded, match=r"unit.load\(objects, 'maker'\)"):
                _ = pot.maker
            with pytest.raises(NotLoaded, match=r"Potter.pots was not loaded"):
                _ = potter.pots

    @pytest.mark.parametrize("many", [1, 40])
    def test_references_are_loaded_in_one_statement_each(self, database: Database, many: int) -> None:
        """Within a store and across stores, whatever the number of objects."""
        with database.bulk() as bulk:
            potters = [Potter(id=i, name=f"P{i}") for i in range(many)]
            pots = [Pot(id=i, slug=f"pot{i}", maker_id=i % many, twin_ids=[i, i + 1]) for i in range(2 * many)]
            bulk.documents(Pot, pots)
            bulk.commit()
        with database.unit_of_work() as unit:
            unit.persist_all(potters)
            unit.commit()
        with database.unit_of_work() as unit:
            found = unit.find(Potter, sort=("id",))
            with counted(database) as statements:
                unit.load(found, "pots")
                unit.load([pot for potter in found for pot in potter.pots], "maker", "twins")
            assert (
                len(statements) == 2
            )  # the makers are in memory already, and so are all twins but none beyond the last
            assert [p.slug for p in found[0].pots] == ["pot0", f"pot{many}"]
            assert found[0].pots[1].maker is found[0]
            assert [t.id for t in found[-1].pots[1].twins] == [2 * many - 1]

    def test_what_waits_for_the_commit_runs_after_it(self, database: Database) -> None:
        """And never if the transaction is rolled back."""
        ran: list[str] = []
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.after_commit(lambda: ran.append("first"))
            unit.rollback()
            unit.persist(Potter(id=2, name="Bo"))
            unit.after_commit(lambda: ran.append("second"))
            assert ran == []
            unit.commit()
        assert ran == ["second"]

    def test_a_reading_unit_refuses_changes(self, database: Database) -> None:
        """A GET never writes, not even by a changed attribute."""
        with database.unit_of_work() as unit:
            unit.persist_all([Pot(id=1, slug="bowl"), Potter(id=1, name="Ada")])
            unit.commit()
        with database.unit_of_work(read_only=True) as unit:
            with pytest.raises(ReadOnly):
                unit.persist(Potter(id=2, name="Bo"))
            potter = unit.get(Potter, 1)
            assert potter is not None
            potter.name = "Eve"
            with pytest.raises(ReadOnly):
                unit.commit()
        with database.unit_of_work(read_only=True) as unit:
            pot = unit.get(Pot, 1)
            assert pot is not None
            pot.slug = "x"
            with pytest.raises(ReadOnly):
                unit.commit()
