"""Listeners of the lifecycle are made by the container, in the scope of the unit of work that tells them."""

from pathlib import Path
from typing import Any

from dishka import Provider, Scope

from opensky.devo.products.objects import Category
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.lifecycle import listen, listen_to
from opensky.settings import Settings
from opensky.wiring import container


class Neighbours:
    """Makes a category beside each that is called new; it needs two things that only a container has."""

    def __init__(self, unit: UnitOfWork, ids: IdGenerator) -> None:
        self._unit = unit
        self._ids = ids

    def post_persist(self, obj: Category, args: Any) -> None:
        """Hear of a category that was written."""
        assert args.unit is self._unit
        if obj.slug == "new":
            self._unit.persist(Category(id=self._ids.next(), slug="beside", name="Beside"))

    def flushed(self, _: Any) -> None:
        """Hear of the flush, as the same object."""
        self._unit.after_commit(lambda: told.append(self))


told: list[Neighbours] = []


def test_a_listener_gets_what_its_constructor_names(tmp_path: Path) -> None:
    """The unit of work is the one that tells it, so that what it persists is in the same transaction."""
    told.clear()
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(Neighbours)

    with container(Settings(data=tmp_path), provider) as app:
        database = app.get(Database)
        database.create()
        database.lifecycle.add(listen_to(Category, Neighbours), listen("post_flush", Neighbours, "flushed"))
        with app() as scope:
            unit = scope.get(UnitOfWork)
            unit.persist(Category(id=1, slug="new", name="New"))
            unit.commit()
            assert told == [scope.get(Neighbours)]
        with database.unit_of_work(read_only=True) as unit:
            assert [c.slug for c in unit.find(Category, sort=("slug",))] == ["beside", "new"]
