"""``opensky migrate`` and ``opensky fixtures`` as a person uses them: words, statuses, and a question before what cannot be undone."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opensky.cli.main import app
from opensky.cli.preparation import Preparation, note_file
from opensky.settings import Settings
from opensky.testing.commands import Commands

COMMANDS = (
    ("migrate", "generate"),
    ("migrate", "diff"),
    ("migrate", "status"),
    ("migrate", "list"),
    ("migrate", "up"),
    ("migrate", "down"),
    ("migrate", "execute"),
    ("migrate", "version"),
    ("migrate", "up-to-date"),
    ("migrate", "rollup"),
    ("migrate", "latest"),
    ("migrate", "current"),
    ("migrate", "check"),
    ("migrate", "live"),
    ("migrate", "eventual"),
    ("fixtures", "load"),
    ("fixtures", "list"),
)
SOLD_OUT = '''"""Adds a switch that says sold out."""


def up(migration):
    migration.sql("ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0")


def down(migration):
    migration.sql("ALTER TABLE stock_items DROP COLUMN sold_out")
'''


class Shop:
    """A shop, a folder of versions that is no part of any checkout, and the commands."""

    def __init__(self, folder: Path, run: Commands) -> None:
        self.data, self.versions = folder / "var", folder / "versions"
        self.versions.mkdir()
        environ = {"OPENSKY_DATA": str(self.data), "OPENSKY_MIGRATIONS": str(self.versions)}
        self.environ = os.environ | environ
        self._run = run

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self._run(*arguments, environ=self.environ)

    def write(self, number: str, content: str) -> None:
        """Write a version."""
        (self.versions / f"Version{number}.py").write_text(content)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, run_command: Commands) -> Path:
    """The data folder of an empty shop, made by a process of its own: this one may know classes of other tests, whose tables
    it would make too.
    """
    shop = Shop(tmp_path_factory.mktemp("empty"), run_command)
    code = "from opensky.cli.prepare import prepare, Settings; prepare(Settings.load(), empty=True)"
    subprocess.run([sys.executable, "-c", code], env=shop.environ, check=True)
    return shop.data


@pytest.fixture
def shop(tmp_path: Path, empty: Path, run_command: Commands) -> Shop:
    made = Shop(tmp_path, run_command)
    shutil.copytree(empty, made.data)
    return made


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody has to leave the terminal to learn how a command is called."""
    app([*command, "--help"], result_action="return_value")
    assert f"Example: ./opensky {' '.join(command)}" in capsys.readouterr().out


@pytest.mark.slow
def test_a_version_is_tried_checked_run_and_undone(shop: Shop) -> None:
    """The whole walk, with the words of each step."""
    assert shop("migrate", "up").stdout == "Nothing to do: the database has all.\n"
    shop.write("20130204114559", SOLD_OUT)
    lacking = shop("migrate", "up-to-date")
    assert (lacking.returncode, lacking.stdout) == (
        1,
        "The database lacks 1 of 1 versions: Version20130204114559.\n",
    )
    assert "the running release survives them" in shop("migrate", "check").stdout
    tried = shop("migrate", "up", "--dry-run").stdout
    assert "    ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0;\n" in tried
    assert tried.splitlines()[-1].startswith("1 version would be done; nothing was kept, ")

    ran = shop("migrate", "up", "--query-time")
    assert ran.returncode == 0
    assert ran.stdout.startswith("Version20130204114559  ")
    assert " ms  ALTER TABLE stock_items ADD COLUMN" in ran.stdout
    assert "20130204114559  executed" in shop("migrate", "list").stdout
    assert shop("migrate", "current").stdout == "20130204114559\n"
    assert shop("migrate", "up-to-date").stdout == "The database has all 1 versions.\n"

    asked = shop("migrate", "down")
    assert asked.returncode == 1
    assert asked.stderr == (
        "opensky: Undo Version20130204114559? Data that only these brought are lost. "
        "Nobody can be asked here; say --yes to do it.\n"
    )
    undone = shop("migrate", "down", "--yes")
    assert undone.stdout.startswith("Version20130204114559  undone ")
    assert shop("migrate", "current").stdout == "The database has no version.\n"


@pytest.mark.slow
def test_statements_can_be_written_for_somebody_else_to_run(shop: Shop, tmp_path: Path) -> None:
    """With what records the version; and nothing is run."""
    shop.write("20130204114559", SOLD_OUT)
    done = shop("migrate", "up", "--write-sql", str(tmp_path / "up.sql"))
    assert done.stdout.startswith("1 statements of 1 versions written to ")
    script = (tmp_path / "up.sql").read_text()
    assert "ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT NOT NULL DEFAULT 0;\n" in script
    assert "INSERT INTO migrations (version, " in script
    assert shop("migrate", "up-to-date").returncode == 1


@pytest.mark.slow
def test_what_goes_into_a_pipe_has_a_line_for_each(shop: Shop) -> None:
    """However long: so that a script finds it whole. A wrong name is refused, also where nothing is missing."""
    (shop.versions / "Version20130204114559.py").write_text(SOLD_OUT.replace("sold out", "sold out " + "very " * 40))
    listed = shop("migrate", "list").stdout.splitlines()
    assert len(listed) == 2
    assert "very very" in listed[1]
    assert shop("migrate", "up").returncode == 0
    wrong = shop("migrate", "up", "nope")
    assert (wrong.returncode, wrong.stderr[:30]) == (1, "opensky: 'nope' is no version;")


def test_a_script_does_not_record_what_it_cannot_do(shop: Shop, tmp_path: Path) -> None:
    """Documents are not changed by SQL: a version with them is left to ``execute``."""
    (shop.versions / "Version20130204114559.py").write_text(SOLD_OUT)
    (shop.versions / "Version20130205114559.py").write_text(
        "def up(migration):\n    migration.documents('products').remove('colour')\n"
    )
    assert shop("migrate", "up", "--write-sql", str(tmp_path / "w.sql")).returncode == 0
    script = (tmp_path / "w.sql").read_text()
    assert script.count("INSERT INTO migrations") == 1
    assert "Run all of it instead: ./opensky migrate execute 20130205114559 --up" in script


def test_looking_makes_no_folder(tmp_path: Path, run_command: Commands) -> None:
    """A mistyped folder stays one that is not there."""
    gone = tmp_path / "gone"
    done = run_command("migrate", "status", environ=os.environ | {"OPENSKY_DATA": str(gone)})
    assert (done.returncode, gone.exists()) == (1, False)


def test_what_would_break_the_running_release_ends_with_status_1(shop: Shop) -> None:
    """The finding says what, why, and the safe way."""
    assert shop("migrate", "live").stdout.startswith("This release is the live one: it reads ")
    shop.write("20130204114559", 'def up(migration): migration.sql("ALTER TABLE stock_items RENAME TO stock")')
    done = shop("migrate", "check")
    assert done.returncode == 1
    assert "REFUSED  Version20130204114559 drops or renames the table stock_items:" in done.stdout
    assert "the running release reads it." in done.stdout
    assert "Safe: Make the new table beside it" in done.stdout


@pytest.mark.slow
def test_a_version_can_be_written_by_command(shop: Shop) -> None:
    """An empty one, and what differs; where nothing does, nothing is written."""
    assert shop("migrate", "diff").stdout == "The tables are as the classes say: nothing was written.\n"
    done = shop("migrate", "generate", "Fills in towns")
    [file] = shop.versions.iterdir()
    assert done.stdout.splitlines()[0] == str(file)
    assert file.read_text().startswith('"""Fills in towns."""\n')
    assert "run them first" in shop("migrate", "diff").stderr
    recorded = shop("migrate", "version", "--all", "--add")
    assert recorded.stdout == f"1 versions recorded: {file.stem.removeprefix('Version')}.\n"
    assert shop("migrate", "version", "--all").stderr.startswith("opensky: Say --add or --delete, and which")


@pytest.mark.slow
def test_a_failed_version_is_one_sentence_and_status_1(shop: Shop) -> None:
    """No traceback; status shows it afterwards."""
    shop.write("20130204114559", 'def up(migration): migration.sql("DROP TABLE nowhere")')
    done = shop("migrate", "up")
    assert done.returncode == 1
    assert done.stderr == (
        "opensky: Version20130204114559 stopped at: DROP TABLE nowhere: no such table: nowhere. "
        "All of it was undone; mend the file, then run the command again.\n"
    )
    assert "nothing of it stands" in " ".join(shop("migrate", "status").stdout.split())


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_no_folder_without_versions(shop: Shop) -> None:
    """A typing error in the setting does not say that there is nothing to do."""
    shop.environ["OPENSKY_MIGRATIONS"] = str(shop.versions / "nowhere")
    assert shop("migrate", "up").stderr == (
        f"opensky: There is no folder {shop.versions / 'nowhere'} with versions; name it with OPENSKY_MIGRATIONS.\n"
    )
    assert "(not there)" in "".join(shop("migrate", "status").stdout.split("\n"))


@pytest.mark.slow
def test_fixtures_are_listed_loaded_and_refused(shop: Shop) -> None:
    """With the logins; a shop that has members is left alone."""
    assert "checkout    A member with a full bag" in shop("fixtures", "list").stdout
    done = shop("fixtures", "load", "checkout")
    assert done.returncode == 0
    assert "mo@example.org" in done.stdout
    again = shop("fixtures", "load", "feed")
    assert again.returncode == 1
    assert again.stderr.startswith("opensky: The shop in ")


@pytest.mark.slow
def test_nothing_old_remains_where_no_class_has_changed_its_shape(shop: Shop) -> None:
    """Said plainly, and a sweep does nothing."""
    assert shop("migrate", "eventual", "--sweep").stdout == (
        "No class has an older shape: nothing to migrate eventually.\n"
    )


@pytest.mark.slow
def test_a_killed_migration_leaves_no_lock_and_nothing_half(shop: Shop) -> None:
    """The next run finds the tables as they were, and does it all."""
    started = shop.versions / "started"
    waiting = f"    import pathlib, time\n    pathlib.Path({str(started)!r}).touch()\n    time.sleep(60)\n"
    add = '    migration.sql("ALTER TABLE stock_items ADD COLUMN sold_out SMALLINT")\n'
    shop.write("20130204114559", f"def up(migration):\n{add}{waiting}")
    command = [sys.executable, "-P", "-m", "opensky.cli", "migrate", "up"]
    with subprocess.Popen(command, env=shop.environ) as process:
        while not started.exists():
            assert process.poll() is None
            time.sleep(0.05)
        busy = shop("migrate", "up", "--wait", "0")
        process.kill()
    assert busy.stderr.startswith("opensky: Another process is migrating ")
    shop.write("20130204114559", f"def up(migration):\n{add}")
    assert shop("migrate", "up").stdout.splitlines()[-1].startswith("1 version done")


def test_a_folder_with_new_versions_is_prepared_before_it_is_opened(tmp_path: Path) -> None:
    """A ready folder opens at once, unless versions have come since, or another database is meant."""
    (tmp_path / "run").mkdir()
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "Version20130204114559.py").touch()
    settings = Settings(
        data=tmp_path, secret_key="0" * 64, migrations=versions, documents_url="mongodb://a:b@there/shop"
    )
    ready = []
    for known, place in (
        ([], "there/shop"),
        (["Version20130204114559"], "there/other"),
        (["Version20130204114559"], "there/shop"),
    ):
        note = {"demo": False, "logins": [], "versions": known, "places": ["", place]}
        note_file(tmp_path).write_text(json.dumps(note))
        preparation = Preparation(settings, {"OPENSKY_PROT": "1"}, empty=True)
        preparation.end()
        ready.append(preparation.was_ready)
    assert ready == [False, False, True]
