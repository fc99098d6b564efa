"""Documents are migrated wherever they are kept: at once by a version, and eventually by being read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.clock import SetClock
from opensky.mapping import Id, Index, Version, also_load, document
from opensky.migrations import How, MigrationFailed
from opensky.migrations.diffing import difference
from opensky.migrations.eventual import Remaining, remaining, sweep
from opensky.persistence import METADATA, Database, table
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.migrations import open_runner


@document("engine_users", Index("last_name"))
@dataclass(eq=False, slots=True, kw_only=True)
class Before:
    """A user as the release before keeps them."""

    id: Annotated[int, Id()]
    full_name: str
    last_name: str | None = None
    version: Annotated[int, Version()] = 0


METADATA.remove(table(Before))  # in life two releases are two processes


@document("engine_users", Index("last_name"))
@dataclass(eq=False, slots=True, kw_only=True)
class Now:
    """The same user, as this release keeps them."""

    id: Annotated[int, Id()]
    first_name: str = ""
    last_name: str | None = None
    version: Annotated[int, Version()] = 0

    @also_load("full_name")
    def split_name(self, full_name: str) -> None:
        first, _, last = full_name.rpartition(" ")
        self.first_name, self.last_name = (first, last) if first else (last, None)


@pytest.fixture
def shop(engine: dict[str, str], tmp_path: Path) -> Settings:
    """A shop on an engine, with a folder of versions that is no part of the checkout."""
    (tmp_path / "versions").mkdir()
    return Settings(data=tmp_path, secret_key="0" * 64, migrations=tmp_path / "versions", **engine)  # type: ignore[arg-type]


@pytest.fixture
def seller(shop: Settings, clock: SetClock) -> Iterator[Database]:
    """A database with a seller in it."""
    database = open_database(shop, clock=clock)
    database.create()
    with database.unit_of_work() as unit:
        unit.persist(Seller(id=SellerId(7), slug="maya", name="Maya", craft="Potter", joined_at=clock.now()))
        unit.commit()
    yield database
    database.close()


def write(shop: Settings, day: str, lines: str) -> None:
    """Write a version."""
    (shop.migrations / f"Version201302{day}000000.py").write_text(f"def up(migration):\n{lines}\n")


def kept(database: Database) -> Seller:
    """The seller as a new unit of work reads them."""
    with database.unit_of_work(read_only=True) as unit:
        found = unit.get(Seller, 7)
    assert found is not None
    return found


def test_fresh_tables_differ_from_nothing(shop: Settings, seller: Database) -> None:
    """The tables of the search, which are made beside the model's, are not dropped as strange ones."""
    runner = open_runner(shop, say=lambda _: None)
    with runner.target.connect() as connection, connection.begin():
        assert difference(connection, METADATA) is None
    runner.close()


def test_a_version_changes_documents_and_the_shop_goes_on_with_them(shop: Settings, seller: Database) -> None:
    """Several changes in one version see each other; versions stay what the unit of work expects."""
    write(
        shop,
        "04",
        "    sellers = migration.documents('sellers')\n"
        "    assert sellers.count(having='craft') == 1\n"
        "    sellers.each(lambda body: body.update(name=body['name'] + ' Linden'))\n"
        "    sellers.each(lambda body: body.update(bio='Twice changed'))",
    )
    runner = open_runner(shop, say=lambda _: None)
    runner.up()
    runner.close()
    found = kept(seller)
    assert (found.name, found.bio, found.version) == ("Maya Linden", "Twice changed", 2)
    with seller.unit_of_work() as unit:
        again = unit.get(Seller, 7)
        assert again is not None
        again.name = "Maya L."
        unit.commit()
    assert (kept(seller).name, kept(seller).version) == ("Maya L.", 3)


def test_what_fails_or_is_only_tried_changes_no_document(shop: Settings, seller: Database) -> None:
    """Documents follow the transaction of the version, wherever they are."""
    runner = open_runner(shop, say=lambda _: None)
    write(shop, "04", "    migration.documents('sellers').remove('craft')")
    runner.up(how=How(dry_run=True))
    assert kept(seller).craft == "Potter"
    write(shop, "04", "    migration.documents('sellers').remove('craft')\n    migration.sql('DROP TABLE nowhere')")
    with pytest.raises(MigrationFailed):
        runner.up()
    if runner.target.undoes_ddl:
        assert (kept(seller).craft, kept(seller).version) == ("Potter", 0)
    runner.close()


def test_old_shapes_are_counted_read_and_swept(engine: dict[str, str], tmp_path: Path) -> None:
    """The story of the talk, on every store."""
    address = engine["database_url"] or tmp_path / "o.sqlite"
    names = {1: "Jon Wage", 2: "Cher", 3: "Ada Augusta Byron"}
    before = Database(address, [Before], documents=engine["documents_url"])
    now = Database(address, [Now], documents=engine["documents_url"])
    now.create()
    with before.unit_of_work() as unit:
        unit.persist_all(Before(id=id_, full_name=name) for id_, name in names.items())
        unit.commit()
    before.close()

    assert remaining(now, Now) == Remaining(Now, 3, 3)
    with now.unit_of_work() as unit:
        jon = unit.get(Now, 1)
        assert jon is not None
        assert (jon.first_name, jon.last_name) == ("Jon", "Wage")
        unit.commit()
    assert remaining(now, Now) == Remaining(Now, 3, 2)
    assert sweep(now, Now, rate=10_000).renewed == 2
    assert remaining(now, Now) == Remaining(Now, 3, 0)
    with now.unit_of_work(read_only=True) as unit:
        assert [(u.first_name, u.last_name) for u in unit.find(Now, {}, sort=("id",))] == [
            ("Jon", "Wage"),
            ("Cher", None),
            ("Ada Augusta", "Byron"),
        ]
        assert [u.id for u in unit.find(Now, {"last_name": "Byron"})] == [3]
    now.close()
