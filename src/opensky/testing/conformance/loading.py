"""What the lifecycle promises of reading: who hears of what is loaded, what they may change, and of what is not there."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from opensky.events.errors import ListenerFailed
from opensky.kernel.money import Money
from opensky.persistence import Database, ReadOnly
from opensky.persistence.lifecycle import Lifecycle, PreLoadEventArgs, listen
from opensky.testing.conformance.lives import HEARD, LIVING, Lamp, Origin, Vase
from opensky.testing.statements import counted

Kind = type[Any]


class LoadingConformance:
    """Subclass with a fixture ``database``."""

    @pytest.fixture(autouse=True)
    def _lives(self, database: Database) -> Iterator[None]:
        """Begin with some objects, without listeners, and having heard nothing."""
        before, database.lifecycle = database.lifecycle, Lifecycle()
        with database.unit_of_work() as unit:
            for kind in LIVING:
                unit.persist_all([kind(id=i, name=str(i), heir_id=i + 1) for i in (1, 2, 3)])
            unit.commit()
        HEARD.clear()
        yield
        database.lifecycle = before

    @pytest.fixture(params=LIVING, ids=["documents", "rows"])
    def kind(self, request: pytest.FixtureRequest) -> Kind:
        """Each of two classes that are alike but for their store."""
        cls: Kind = request.param
        return cls

    def test_what_is_loaded_is_heard_of_once(self, database: Database, kind: Kind) -> None:
        """Whatever way it is found; the plain data first, the object once all of the same answer are there."""
        with database.unit_of_work(read_only=True) as unit:
            one = unit.get(kind, 1)
            assert unit.find(kind, {"name": "1"}) == [one]
            assert HEARD == ["own pre_load 1", "own post_load 1"]
            HEARD.clear()
            unit.load([one], "heir")
            assert HEARD == ["own pre_load 2", "own post_load 2"]
            HEARD.clear()
            found = unit.find(kind, sort=("id",))
            assert len(found) == 3  # held: a row that nobody holds is read anew
            assert HEARD == ["own pre_load 3", "own post_load 3"]
            assert [o.id for o in unit.get_many(kind, [3, 1])] == [3, 1]
            assert len(HEARD) == 2

    def test_a_listener_may_ask_while_a_list_is_loaded(self, database: Database, kind: Kind) -> None:
        """All of the list is there by then: nothing is built twice, and one question is one statement."""
        asked: list[Any] = []
        database.lifecycle.add(
            listen("post_load", lambda args: asked.append(args.unit.get(kind, 3) is args.get_object()))
        )
        with database.unit_of_work(read_only=True) as unit, counted(database) as statements:
            unit.find(kind, sort=("id",))
        assert (asked, len(statements)) == ([False, False, True], 1)

    def test_the_plain_data_may_be_changed_before_the_object_is_built(self, database: Database, kind: Kind) -> None:
        """The object is new, the store is not, until the next flush; both stores show the same plain data."""
        seen: list[Any] = []

        def renew(args: PreLoadEventArgs) -> None:
            if args.cls is kind and args.data["id"] == 1 and args.data["name"] == "1":
                seen.append(deepcopy({k: args.data[k] for k in ("id", "price", "tags", "origin")}))
                args.data["name"] = "new"
                args.data["price"]["minor"] += 1
                args.data["tags"].append("renewed")
                args.data["origin"] = {"place": "Rome", "value": {"minor": 5, "currency": "EUR"}}

        origin = Origin(place="Rome", value=Money(5, "EUR"))
        database.lifecycle.add(listen("pre_load", renew))
        for _ in range(2):
            with database.unit_of_work(read_only=True) as unit:
                one = unit.get(kind, 1)
                assert one is not None
                assert (one.name, one.price, one.tags, one.origin) == ("new", Money(101), ["renewed"], origin)
                unit.commit()  # a reading unit does not take this for a change of its own
        assert seen == [{"id": 1, "price": {"minor": 100, "currency": "USD"}, "tags": [], "origin": None}] * 2
        with database.unit_of_work() as unit:
            one = unit.get(kind, 1)
            assert one is not None
            assert one.version == 0
            unit.commit()
        database.lifecycle = Lifecycle()
        with database.unit_of_work() as unit:
            (one,) = unit.find(kind, {"name": "new"})
            assert (one.price, one.tags, one.origin, one.version) == (Money(101), ["renewed"], origin, 1)

    def test_a_reading_unit_still_refuses_what_others_change(self, database: Database, kind: Kind) -> None:
        """What loading changed is let pass, what the reader changed is not."""
        database.lifecycle.add(listen("post_load", lambda args: setattr(args.get_object(), "tags", ["loaded"])))
        with database.unit_of_work(read_only=True) as unit:
            one = unit.get(kind, 1)
            assert one is not None
            unit.commit()
            one.name = "changed"
            with pytest.raises(ReadOnly):
                unit.commit()

    def test_an_error_while_loading_names_the_listener(self, database: Database, kind: Kind) -> None:
        """And nothing is tracked half built."""

        def fail(_: Any) -> None:
            raise ValueError("no")

        database.lifecycle.add(listen("pre_load", fail))
        loading = pytest.raises(ListenerFailed, match=f"fail failed on pre_load of {kind.__name__}: ValueError: no")
        with database.unit_of_work() as unit, loading:
            unit.find(kind)

    def test_what_is_not_there_is_told(self, database: Database, kind: Kind) -> None:
        """By ``get``, and for each reference whose target is gone; a search that finds nothing is no loss."""
        missed: list[Any] = []
        database.lifecycle.add(listen("document_not_found", lambda args: missed.append((args.cls, args.id))))
        with database.unit_of_work(read_only=True) as unit:
            found = unit.find(kind, sort=("id",))
            unit.load(found, "heir")
            assert [o.heir and o.heir.id for o in found] == [2, 3, None]
            assert unit.get(kind, 9) is None
            assert unit.find_one(kind, {"id": 8}) is None
            assert unit.get_many(kind, [7]) == []
        assert missed == [(kind, 4), (kind, 9)]

    def test_each_class_is_told_of_once(self, database: Database) -> None:
        """To whom listens before the model is known, and to whom comes later."""
        told: list[Any] = []
        lifecycle = Lifecycle(
            [listen("load_metadata", lambda args: told.append(("early", args.get_description().name)))]
        )
        lifecycle.know([Vase, Lamp])
        lifecycle.add(listen("load_metadata", lambda args: told.append(("late", args.cls))))
        lifecycle.know([Lamp])
        assert told == [
            ("early", "conformance_vases"),
            ("early", "conformance_lamps"),
            ("late", Vase),
            ("late", Lamp),
        ]
