"""What the lifecycle promises for rows and documents alike: who hears of what, in which order, and what they may do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from opensky.events.errors import ListenerFailed
from opensky.kernel.errors import Denied
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork, table
from opensky.persistence.lifecycle import (
    Lifecycle,
    NotChanged,
    OnFlushEventArgs,
    PreUpdateEventArgs,
    listen,
    listen_to,
    subscribe,
)
from opensky.testing.conformance.lives import HEARD, LIVING, Keeper, Lamp, Origin, Vase

Kind = type[Any]
EACH_FLUSH = ("pre_flush", "on_flush", "post_flush")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EACH_OBJECT = ("pre_persist", "post_persist", "pre_update", "post_update", "pre_remove", "post_remove")


class LifecycleConformance:
    """Subclass with a fixture ``database``."""

    @pytest.fixture(autouse=True)
    def _lives(self, database: Database) -> Iterator[None]:
        """Begin and end without listeners, and having heard nothing."""
        before, database.lifecycle = database.lifecycle, Lifecycle()
        HEARD.clear()
        yield
        database.lifecycle = before

    @pytest.fixture(params=LIVING, ids=["documents", "rows"])
    def kind(self, request: pytest.FixtureRequest) -> Kind:
        """Each of two classes that are alike but for their store."""
        cls: Kind = request.param
        return cls

    def test_all_hear_in_one_order(self, database: Database, kind: Kind) -> None:
        """First the object itself, then its own listeners, then global ones, each by priority; the whole life, exactly."""

        class Late(Keeper):
            def pre_persist(self, obj: Any, _: Any) -> None:
                HEARD.append(f"late pre_persist {obj.name}")

        database.lifecycle.add(
            *(listen(event, _note) for event in (*EACH_FLUSH, *EACH_OBJECT)),
            listen("pre_persist", lambda _: HEARD.append("first of the global ones"), priority=5),
            listen_to(kind, Late(), priority=-1),
        )
        with database.unit_of_work() as unit:
            unit.persist(one := kind(id=1, name="one"))
            unit.commit()
            one.price = Money(5)
            unit.commit()
            unit.remove(one)
            unit.commit()
        assert HEARD == [
            "own pre_persist one",
            "keeper pre_persist one",
            "late pre_persist one",
            "first of the global ones",
            "pre_persist",
            "pre_flush",
            "on_flush",
            "own post_persist one",
            "keeper post_persist one",
            "keeper post_persist one",
            "post_persist",
            "post_flush",
            "pre_flush",
            "on_flush",
            "own pre_update one ['changed_at', 'price']",
            "pre_update",
            "own post_update one",
            "keeper post_update one",
            "keeper post_update one",
            "post_update",
            "post_flush",
            "own pre_remove one",
            "pre_remove",
            "pre_flush",
            "on_flush",
            "own post_remove one",
            "post_remove",
            "post_flush",
        ]

    def test_nothing_happens_to_what_did_not_change(self, database: Database, kind: Kind) -> None:
        """The same value assigned again is no change, and a flush that writes nothing has but a beginning."""
        _keep(database, kind(id=1, name="one", tags=["a"], origin=Origin(place="Rome")))
        database.lifecycle.add(*(listen(event, _note) for event in (*EACH_FLUSH, *EACH_OBJECT)))
        with database.unit_of_work() as unit:
            one = _got(unit, kind, 1)
            HEARD.clear()
            one.name, one.tags, one.origin, one.price = "one", ["a"], Origin(place="Rome"), Money(100)
            unit.commit()
            assert (HEARD, one.version) == (["pre_flush"], 0)

    def test_a_listener_sees_old_and_new(self, database: Database, kind: Kind) -> None:
        """As the types that they have on the object; the change set is a copy, in plain data."""
        seen: list[Any] = []

        def look(args: PreUpdateEventArgs) -> None:
            seen.append([args.get_object().id, args.get_change_set()["price"]])
            seen.append([args.has_changed_field(f) for f in ("price", "tags", "origin", "name")])
            seen.append([args.get_old_value("price"), args.get_new_value("price"), args.get_new_value("changed_at")])
            args.get_change_set().clear()
            seen.append(len(args.get_change_set()))
            with pytest.raises(NotChanged, match=r"\.name does not change here; changed_at, .*price, tags does"):
                args.get_old_value("name")

        _keep(database, kind(id=1, name="one", origin=Origin(place="Rome")))
        database.lifecycle.add(listen("pre_update", look))
        with database.unit_of_work() as unit:
            one = _got(unit, kind, 1)
            one.price, one.tags, one.origin = Money(7, "EUR"), ["a"], Origin(place="Oslo")
            unit.commit()
        usd, eur = {"minor": 100, "currency": "USD"}, {"minor": 7, "currency": "EUR"}
        assert seen == [
            [1, (usd, eur)],
            [True, True, True, False],
            [Money(100), Money(7, "EUR"), one.changed_at],
            4,
        ]

    def test_what_a_listener_sets_is_written(self, database: Database, kind: Kind) -> None:
        """By ``set_new_value``, into what is embedded too, and by plain assignment; on this object and on others."""

        def tidy(args: PreUpdateEventArgs) -> None:
            obj = args.get_object()
            if obj.id == 1:
                args.set_new_value("price", Money(9))
                args.set_new_value("origin.place", "Rome")
                obj.tags = ["tidy"]
                _got(args.unit, kind, 2).name = "other"

        _keep(database, kind(id=1, name="one", origin=Origin(place="rome", year=5)), kind(id=2, name="two"))
        database.lifecycle.add(listen("pre_update", tidy))
        with database.unit_of_work() as unit:
            _got(unit, kind, 1).name = "new"
            unit.commit()
        with database.unit_of_work() as unit:
            one, two = _got(unit, kind, 1), _got(unit, kind, 2)
            assert (one.name, one.price, one.tags, one.origin) == (
                "new",
                Money(9),
                ["tidy"],
                Origin(place="Rome", year=5),
            )
            assert (one.version, two.name, two.version) == (1, "other", 1)

    @pytest.mark.parametrize(
        ("name", "what"), [("id", "part of the id"), ("version", "the version"), ("heir", "a reference")]
    )
    def test_what_is_not_a_value_cannot_be_set(self, database: Database, kind: Kind, name: str, what: str) -> None:
        """Identity, version and references are nothing that a listener decides; the message says which it was."""
        _keep(database, kind(id=1, name="one"))
        database.lifecycle.add(listen("pre_update", lambda args: args.set_new_value(name, 5)))
        with database.unit_of_work() as unit:
            _got(unit, kind, 1).name = "new"
            with pytest.raises(ListenerFailed, match=f"failed on pre_update of {kind.__name__}.*{name} is {what}"):
                unit.commit()

    def test_a_listener_of_the_flush_sees_and_adds(self, database: Database, kind: Kind) -> None:
        """Everything once, then only what was added or changed since; no call is needed to make additions count."""
        shown: list[Any] = []

        def on_flush(args: OnFlushEventArgs) -> None:
            groups = (args.scheduled_insertions, args.scheduled_updates, args.scheduled_deletions)
            shown.append((args.round, *([each.id for each in group] for group in groups)))
            if args.round == 1:
                (two,) = args.scheduled_updates
                shown.append(args.get_change_set(two)["name"])
                two.price = Money(1)
                args.unit.persist(kind(id=9, name="nine"))
                args.unit.remove(_got(args.unit, kind, 4))

        _keep(database, *(kind(id=i, name=str(i)) for i in (2, 3, 4)))
        database.lifecycle.add(listen("on_flush", on_flush))
        with database.unit_of_work() as unit:
            two, three = _got(unit, kind, 2), _got(unit, kind, 3)
            two.name = "two"
            unit.remove(three)
            unit.persist(kind(id=1, name="1"))
            unit.commit()
        assert shown == [(1, [1], [2], [3]), ("2", "two"), (2, [9], [2], [4])]
        with database.unit_of_work() as unit:
            assert [(o.id, o.name, o.price) for o in unit.find(kind, sort=("id",))] == [
                (1, "1", Money(100)),
                (2, "two", Money(1)),
                (9, "nine", Money(100)),
            ]

    def test_a_flush_without_end_is_refused_by_name(self, database: Database, kind: Kind) -> None:
        """A listener that answers to itself is named, and nothing is written."""
        database.lifecycle.add(listen("on_flush", _add_for_ever))
        with database.unit_of_work() as unit:
            unit.persist(kind(id=1, name="one"))
            with pytest.raises(Exception, match=r"does not end.*on_flush \(.*_add_for_ever\)"):
                unit.commit()
        with database.unit_of_work() as unit:
            assert unit.find(kind) == []

    @pytest.mark.parametrize("event", ["post_persist", "post_flush"])
    def test_what_is_changed_after_the_writing_is_written_too(self, database: Database, kind: Kind, event: str) -> None:
        """By the same flush, so that a commit leaves nothing behind."""

        def after(args: Any) -> None:
            one = _got(args.unit, kind, 1)
            if one.name == "one":
                one.name = "changed"
                args.unit.persist(kind(id=2, name="two"))

        database.lifecycle.add(listen(event, after))
        with database.unit_of_work() as unit:
            unit.persist(kind(id=1, name="one"))
            unit.commit()
        with database.unit_of_work() as unit:
            assert [(o.id, o.name) for o in unit.find(kind, sort=("id",))] == [(1, "changed"), (2, "two")]

    @pytest.mark.parametrize("event", [*EACH_FLUSH, "post_persist"])
    def test_an_error_of_a_listener_takes_everything_with_it(self, database: Database, kind: Kind, event: str) -> None:
        """The error names listener and event; a refusal passes as it is."""

        def fail(_: Any) -> None:
            raise ValueError("no")

        def refuse(_: Any) -> None:
            raise Denied("not you")

        for listener, expected, said in (
            (refuse, Denied, "not you"),
            (fail, ListenerFailed, f"fail failed on {event}"),
        ):
            database.lifecycle = Lifecycle([listen(event, listener)])
            with database.unit_of_work() as unit:
                unit.persist_all([Vase(id=1, name="vase"), Lamp(id=1, name="lamp")])
                with pytest.raises(expected, match=said):
                    unit.commit()
        database.lifecycle = Lifecycle()
        with database.unit_of_work() as unit:
            assert (unit.find(Vase), unit.find(Lamp)) == ([], [])

    @pytest.mark.parametrize("deed", ["flush", "commit", "rollback"])
    def test_a_listener_of_a_flush_cannot_flush(self, database: Database, kind: Kind, deed: str) -> None:
        """It needs not, and is told so; its queries see what is written, and flush nothing."""
        database.lifecycle.add(listen("post_persist", lambda args: getattr(args.unit, deed)()))
        with database.unit_of_work() as unit:
            unit.persist(kind(id=1, name="one"))
            with pytest.raises(ListenerFailed, match=f"asked for a {deed} inside of a flush. Leave it out"):
                unit.commit()

    def test_an_object_can_refuse_to_be_kept(self, database: Database, kind: Kind) -> None:
        """Then it is not tracked; and removing what was never written forgets it, and nobody hears of that."""

        def refuse(args: Any) -> None:
            if args.get_object().id == 1:
                raise Denied("not you")

        database.lifecycle.add(listen("pre_persist", refuse))
        with database.unit_of_work() as unit:
            with pytest.raises(Denied):
                unit.persist(kind(id=1, name="one"))
            unit.persist(two := kind(id=2, name="two"))
            unit.remove(two)
            unit.commit()
            assert unit.find(kind) == []
        assert [f"{who} pre_persist {name}" for name in ("one", "two") for who in ("own", "keeper")] == HEARD

    def test_nothing_happens_on_rollback_nor_by_statements(self, database: Database, kind: Kind) -> None:
        """Statements and bulk writers go past the objects."""
        _keep(database, kind(id=1, name="one"))
        with database.unit_of_work() as unit:
            one = _got(unit, kind, 1)
            one.name = "new"
            unit.remove(one)
            unit.persist(kind(id=2, name="two"))
            HEARD.clear()
            unit.rollback()
            unit.execute(table(Lamp).delete())
            unit.commit()
            assert HEARD == []

    def test_listeners_are_made_by_the_container_of_the_unit(self, database: Database, kind: Kind) -> None:
        """A class is made when its event comes, by whatever the unit of work resolves classes with."""
        database.lifecycle.add(
            listen_to(kind, Counting), listen("post_flush", Counting, "flushed"), *subscribe(Counting)
        )
        counting = Counting(steps=3)
        with database.unit_of_work() as unit:
            unit.resolve = {Counting: counting, Keeper: Keeper()}.__getitem__
            unit.persist(kind(id=1, name="one"))
            unit.commit()
        assert counting.told == [f"post_persist one {3}", "any post_persist", "flushed"]
        with database.unit_of_work() as unit:
            unit.persist(kind(id=2, name="two"))
            with pytest.raises(ListenerFailed, match=r"Counting is made of other things.*unit\.resolve"):
                unit.commit()

    def test_times_are_kept_by_marks(self, database: Database, kind: Kind) -> None:
        """Creation at persist, unless its creator knows better; change at each flush that changes something."""
        early = database.clock.now()
        with database.unit_of_work() as unit:
            unit.persist_all([one := kind(id=1, name="one"), told := kind(id=2, name="two", made_at=LONG_AGO)])
            unit.commit()
            assert early <= one.made_at == one.changed_at
            assert (told.made_at, told.changed_at) == (LONG_AGO, told.changed_at)
            created, one.price = one.made_at, Money(1)
            unit.commit()
            assert (one.made_at, one.version) == (created, 1)
            changed = one.changed_at
            assert changed >= created
            unit.commit()
        with database.unit_of_work() as unit:
            again = _got(unit, kind, 1)
            assert (again.made_at, again.changed_at, again.version) == (created, changed, 1)

    def test_what_a_recorder_persists_is_written(self, database: Database, kind: Kind) -> None:
        """In the same transaction; it hears of that too."""
        told: list[Any] = []

        def record(unit: UnitOfWork, changes: Any) -> None:
            told.extend((c.operation, c.id) for c in changes)
            if changes[0].id == 1:
                unit.persist(kind(id=2, name="two"))

        with database.unit_of_work() as unit:
            unit.recorder = record
            unit.persist(kind(id=1, name="one"))
            unit.commit()
        with database.unit_of_work() as unit:
            assert (told, len(unit.find(kind))) == ([("insert", 1), ("insert", 2)], 2)


@dataclass
class Counting:
    """A listener and a subscriber that is made of something."""

    steps: int
    told: list[str] = field(default_factory=list)

    @classmethod
    def subscribed_events(cls) -> Mapping[str, str | tuple[str, int]]:
        """List what it hears."""
        return {"post_persist": ("any", 5)}

    def post_persist(self, obj: Any, args: Any) -> None:
        """Hear of one class."""
        self.told.append(f"{args.event} {obj.name} {self.steps}")

    def any(self, args: Any) -> None:
        """Hear of all classes."""
        self.told.append(f"any {args.event}")

    def flushed(self, _: Any) -> None:
        """Hear of the flush."""
        self.told.append("flushed")


def _note(args: Any) -> None:
    HEARD.append(args.event)


def _add_for_ever(args: OnFlushEventArgs) -> None:
    for each in args.scheduled_insertions:
        args.unit.persist(type(each)(id=each.id + 1, name="more"))


def _keep(database: Database, *objects: Any) -> None:
    with database.unit_of_work() as unit:
        unit.persist_all(objects)
        unit.commit()
    HEARD.clear()


def _got(unit: UnitOfWork, kind: Kind, id_: int) -> Any:
    found = unit.get(kind, id_)
    assert found is not None
    return found
