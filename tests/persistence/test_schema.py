"""The tables of a data folder: made once, refused when newer, keys and indexes as marked."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.testing.conformance.model import MODEL


def test_making_the_tables_twice_changes_nothing(tmp_path: Path) -> None:
    """``create`` may run at each start."""
    database = Database(tmp_path / "o.sqlite", MODEL)
    database.create()
    before = sorted(inspect(database.engines[0]).get_table_names())
    database.create()
    assert sorted(inspect(database.engines[0]).get_table_names()) == before
    database.close()


def test_a_newer_data_folder_is_refused(tmp_path: Path) -> None:
    """The message says which schema was found and what to do; nothing is touched."""
    database = Database(tmp_path / "o.sqlite", MODEL)
    database.create()
    with database.engines[1].begin() as connection:
        connection.execute(text("UPDATE about SET number = 99 WHERE name = 'schema'"))
    for use in (database.create, database.check):
        with pytest.raises(Misconfigured, match="newer OpenSky \\(schema 99"):
            use()
    database.close()


def test_marked_indexes_are_made(tmp_path: Path) -> None:
    """Unique and descending ones, and a table of its own for an index over a list."""
    database = Database(tmp_path / "o.sqlite", MODEL)
    database.create()
    found = inspect(database.engines[0])
    indexes = {i["name"]: (i["column_names"], bool(i["unique"])) for i in found.get_indexes("conformance_pots")}
    assert indexes["uq_conformance_pots_slug"] == (["slug"], True)
    assert indexes["ix_conformance_pots_maker_id_made_at"] == (["maker_id", "made_at"], False)
    assert found.get_pk_constraint("conformance_pots__tags")["constrained_columns"] == ["value", "id"]
    assert found.get_pk_constraint("conformance_shifts")["constrained_columns"] == ["potter_id", "day"]
    database.close()


def test_only_its_owner_can_read_the_database(tmp_path: Path) -> None:
    """A new file is private, an old one becomes so, and what SQLite lays beside it too."""
    file = tmp_path / "o.sqlite"
    for _ in range(2):
        database = Database(file, MODEL)
        database.create()
        with database.engines[1].begin() as connection:
            connection.execute(text("UPDATE about SET number = number"))
            modes = {f.name: f.stat().st_mode & 0o777 for f in tmp_path.iterdir()}
        assert modes == {"o.sqlite": 0o600, "o.sqlite-wal": 0o600, "o.sqlite-shm": 0o600}
        database.close()
        file.chmod(0o644)


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    """The message says which file it is."""
    file = tmp_path / "o.sqlite"
    file.write_bytes(b"no database at all\n" * 400)
    database = Database(file, MODEL)
    for use in (database.create, database.check):
        with pytest.raises(Misconfigured, match=r"o\.sqlite is damaged, or no SQLite database"):
            use()
    database.close()
    assert file.read_bytes() == b"no database at all\n" * 400
