"""A data folder of the release before this one becomes one of today, and loses nothing."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from opensky.cli.prepare import prepare
from opensky.kernel.errors import Misconfigured
from opensky.migrations import Runner, Target
from opensky.migrations.schemas import Schema, schema_of
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.migrations import known_versions, open_runner

FIRST_RELEASE = Path(__file__).with_name("first_release.sql").read_text("utf-8")
RETIRED = {"outbox"}
"""Tables that nobody reads since this release: the next one drops them, when no process of an older one is left."""
SELLER = '{"id":7,"slug":"maya-linden","name":"Maya Linden","joined_at":"2026-01-01T00:00:00.000000Z"}'


@pytest.fixture
def old(settings: Settings) -> Settings:
    """A shop whose tables are those of the first release, with a seller in it."""
    connection = sqlite3.connect(settings.data / "opensky.sqlite")
    connection.executescript(FIRST_RELEASE)
    connection.execute("INSERT INTO sellers (id, version, body, slug) VALUES (7, 0, ?, 'maya-linden')", (SELLER,))
    connection.commit()
    connection.close()
    return settings


@pytest.fixture
def runner(old: Settings, said: list[str]) -> Runner:
    return open_runner(old, say=said.append)


def schema(settings: Settings) -> Schema:
    """The tables of a shop."""
    target = Target(settings.database)
    with target.connect() as connection, connection.begin():
        found = schema_of(connection)
    target.close()
    return found


def fresh(folder: Path) -> Schema:
    """The tables of a new shop, made by a process of its own: this one may know classes of other tests."""
    settings = Settings(data=folder, secret_key="0" * 64)
    code = "from opensky.cli.prepare import prepare, Settings; prepare(Settings.load(), empty=True)"
    subprocess.run([sys.executable, "-c", code], env=os.environ | settings.environment(), check=True)
    return schema(settings)


def test_migrated_tables_are_those_of_a_fresh_shop(old: Settings, runner: Runner, tmp_path: Path) -> None:
    """If this fails, a class was changed without a version: ./opensky migrate diff writes it."""
    runner.up()
    migrated = {name: table for name, table in schema(old).items() if name not in RETIRED}
    assert migrated == fresh(tmp_path / "fresh")
    runner.close()


def test_up_and_down_again_gives_the_old_tables(old: Settings, runner: Runner) -> None:
    """Every version that we ship can be undone."""
    before = schema(old)
    runner.up()
    runner.down("first")
    assert schema(old) == before
    runner.close()


def test_a_fresh_shop_has_all_versions_already(settings: Settings) -> None:
    """They are recorded, not run: its tables were made whole."""
    database = open_database(settings)
    database.create()
    database.close()
    runner = open_runner(settings)
    status = runner.status()
    assert status.missing == []
    assert {n: e.state for n, e in status.recorded.items()} == dict.fromkeys(known_versions(settings), "added")
    runner.close()


def test_one_command_is_enough_for_an_older_folder(old: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """``opensky up`` prepares the folder: what is missing is run, and what was there stays."""
    prepare(old, empty=True)
    out = capsys.readouterr().out
    assert out.startswith(f"This folder was made by an older OpenSky; running {len(known_versions(old))} migrations.\n")
    prepare(old, empty=True)
    assert capsys.readouterr().out == ""
    connection = sqlite3.connect(old.data / "opensky.sqlite")
    assert connection.execute("SELECT body FROM sellers").fetchall() == [(SELLER,)]
    connection.close()


def test_who_does_not_migrate_is_told_what_to_do(old: Settings) -> None:
    """Every other command refuses tables of an older release, and changes nothing."""
    before = schema(old)
    database = open_database(old)
    with pytest.raises(Misconfigured, match=r"lacks \d+ of this release's migrations.*run ./opensky migrate up"):
        database.create()
    database.close()
    assert schema(old) == before
