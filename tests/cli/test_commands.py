"""The command line as a person uses it: each command in a process of its own."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from cyclopts import App

from opensky.cli.main import app
from opensky.cli.quality import Stage, run
from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings
from opensky.testing.commands import Commands
from opensky.wiring import open_database


class Run(Protocol):
    """How a command is run: arguments, standard input, and what the environment has besides ours."""

    def __call__(self, *arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def opensky(run_command: Commands) -> Run:
    """Run a command to its end."""

    def run_(*arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, given=given, environ=os.environ | variables)

    return run_


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def database_in(data: Path) -> Path:
    """Make an empty shop and return its database file."""
    settings = Settings.load({"OPENSKY_DATA": str(data)})
    database = open_database(settings)
    database.create()
    database.close()
    assert database.file is not None
    return database.file


def commands(group: App, *before: str) -> Iterator[tuple[tuple[str, ...], App]]:
    """Walk through all commands and groups of commands, with what one types for each."""
    for name in group:
        if not name.startswith("-"):
            yield (*before, name), group[name]
            yield from commands(group[name], *before, name)


def test_every_command_has_a_sentence_and_an_example() -> None:
    """Nobody has to leave the terminal to learn how a command is called; nor for a group of commands."""
    found = dict(commands(app))
    assert len(found) > 60
    without = [
        " ".join(typed)
        for typed, command in found.items()
        if not command.help or not (command.help_epilogue or "").startswith(f"Example: ./opensky {' '.join(typed)}")
    ]
    assert without == []


@pytest.mark.parametrize("command", [("up",), ("sandbox",), ("bus", "dead", "replay")], ids=" ".join)
def test_help_is_shown_with_the_example(opensky: Run, command: tuple[str, ...]) -> None:
    done = opensky(*command, "--help")
    assert done.returncode == 0
    assert f"Example: ./opensky {' '.join(command)}" in done.stdout


def test_the_help_of_all_names_every_command(opensky: Run) -> None:
    """The list is complete."""
    said = opensky("--help").stdout
    for [name, *_], _command in commands(app):
        assert f"│ {name} " in said


def test_an_unknown_setting_is_one_line_and_no_traceback(opensky: Run) -> None:
    """What OpenSky refuses on purpose is a sentence."""
    done = opensky("up", OPENSKY_PROT="80")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "opensky: Unknown environment variable OPENSKY_PROT: did you mean OPENSKY_PORT?\n"


def test_a_number_that_nothing_has_is_one_line_and_no_traceback(opensky: Run) -> None:
    """Numbers of things have 64 bits, ports 16."""
    done = opensky("sandbox", "braintree", "--port", "99999")
    assert done.returncode == 1
    assert done.stderr == "opensky: one of these numbers is larger than any that there is.\n"


def test_the_command_line_starts_quickly() -> None:
    """A command pays for what it needs alone: the list of commands loads none of them."""
    code = "import sys, opensky.cli.main; print([m for m in ('sqlalchemy', 'litestar', 'granian') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_events_lists_what_can_happen(opensky: Run) -> None:
    """Each event has its sentence, its subject and what it carries."""
    said = opensky("events").stdout
    assert "seller.follow\n    A member started to follow an insider.\n    about a Seller, carries member_id; " in said


def test_a_reader_who_has_seen_enough_gets_no_traceback() -> None:
    """``./opensky events | head`` ends quietly."""
    command = [sys.executable, "-P", "-m", "opensky.cli", "events"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_data_folder_of_a_newer_release_is_refused(opensky: Run, tmp_path: Path) -> None:
    """An older release does not touch what it cannot know; the sentence says what to do."""
    file = database_in(tmp_path)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE about SET number = 99 WHERE name = 'schema'")
    connection.close()
    done = opensky("up", "--data", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.startswith("opensky: This data folder was made by a newer OpenSky (schema 99, ")
    assert "Traceback" not in done.stderr


def test_a_folder_that_was_ready_and_is_newer_now_is_refused_too(opensky: Run, tmp_path: Path) -> None:
    """A ready folder is opened while it is looked at; what is found there still stops the shop."""
    file = database_in(tmp_path)
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run/prepared.json").write_text('{"demo": false, "logins": []}')
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE about SET number = 99 WHERE name = 'schema'")
    connection.close()
    done = opensky("up", "--data", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.startswith("opensky: This data folder was made by a newer OpenSky (schema 99, ")
    assert "is open" not in done.stdout


def test_a_measurement_that_does_not_exist_is_refused(opensky: Run) -> None:
    """A name that is no measurement, or no name, ends in a sentence."""
    for name in ("nothing", "results", "../web"):
        done = opensky("bench", name)
        assert done.returncode == 1
        assert done.stderr.startswith(f"opensky: There is no measurement '{name}'")


def test_an_option_that_a_measurement_does_not_have_is_named(opensky: Run) -> None:
    """A typing error in an option does not measure something else."""
    done = opensky("bench", "web", "--prodcuts", "3")
    assert done.returncode == 1
    assert done.stderr.startswith("opensky: This measurement has no option --prodcuts; it has --products, ")


def test_staff_of_no_shop_cannot_be_added(opensky: Run, tmp_path: Path) -> None:
    """A mistyped folder does not become a shop."""
    done = opensky("staff", "add", "ada@example.org", "--data", str(tmp_path / "var"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"opensky: There is no shop in {tmp_path / 'var'} yet;")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("migrate", "status"),
        ("relay",),
        ("documents", "move", "--to", "mongodb://127.0.0.1:1/shop"),
        ("bus", "run"),
        ("bus", "queues"),
        ("bus", "dead", "list"),
        ("letters", "news"),
        ("sandbox", "run"),
    ],
    ids=" ".join,
)
def test_a_mistyped_folder_is_named_and_not_made(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a command needs a shop that is there: nothing lies about afterwards, no key either."""
    with pytest.raises(Misconfigured, match=f"There is no shop in {tmp_path / 'mistyped'} yet"):
        app([*command, "--data", str(tmp_path / "mistyped")], result_action="return_value")
    assert list(tmp_path.iterdir()) == []
    capsys.readouterr()


def test_the_first_staff_member_is_made_with_a_password_from_standard_input(opensky: Run, tmp_path: Path) -> None:
    """An account is made and opened to the admin; a second time nothing is asked, and a stranger needs a name."""
    file = database_in(tmp_path)
    added = ("staff", "add", "Ada@Example.org", "--data", str(tmp_path))
    done = opensky(*added, "--name", "Ada B", "--password-file", "-", given="seven quiet otters\n")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "Ada@Example.org may now log in to the admin, at /admin of your shop.\n"
    assert opensky(*added).returncode == 0
    again = opensky(*added, "--password-file", "-", given="nine loud badgers\n")
    assert "had an account already: its password was left as it was" in again.stdout
    with sqlite3.connect(file) as connection:
        [(member,)] = connection.execute("SELECT body FROM members").fetchall()
    connection.close()
    assert json.loads(member)["roles"] == ["staff"]


def test_a_weak_password_of_a_new_staff_member_is_refused(opensky: Run, tmp_path: Path) -> None:
    """The rules of the shop hold for its staff too, and nothing is left of the try."""
    database_in(tmp_path)
    added = ("staff", "add", "ada@example.org", "--data", str(tmp_path))
    done = opensky(*added, "--name", "Ada B", "--password-file", "-", given="short\n")
    assert done.returncode == 1
    assert done.stderr.startswith("opensky: ")
    assert "Traceback" not in done.stderr
    assert opensky(*added).stderr.startswith("opensky: Nobody has an account with ada@example.org;")


def test_what_is_no_address_cannot_become_staff(opensky: Run, tmp_path: Path) -> None:
    """It is said at once, not that a name is missing."""
    database_in(tmp_path)
    done = opensky("staff", "add", "notmail", "--data", str(tmp_path))
    assert done.stderr == (
        "opensky: 'notmail' is no e-mail address. Please give an e-mail address such as maya@example.org.\n"
    )


def test_what_an_init_system_starts_refuses_a_database_that_lacks_migrations(opensky: Run, tmp_path: Path) -> None:
    """Or has no shop at all; in one line that says what to do, before any page fails."""
    none = opensky("web", OPENSKY_DATA=str(tmp_path))
    assert (none.returncode, none.stderr.count("\n")) == (1, 1)
    assert none.stderr.startswith(f"opensky: There is no shop in {tmp_path} yet; make one with ./opensky up")
    file = database_in(tmp_path)
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("DELETE FROM migrations WHERE version = (SELECT max(version) FROM migrations)")
    connection.close()
    for command in (("web",), ("bus", "run")):
        behind = opensky(*command, OPENSKY_DATA=str(tmp_path))
        assert behind.returncode == 1
        assert behind.stderr.startswith("opensky: The database lacks 1 of this release's migrations,")
        assert "run ./opensky migrate up" in behind.stderr
    lost = opensky("web", OPENSKY_DATA=str(tmp_path), OPENSKY_MIGRATIONS=str(tmp_path / "gone"))
    assert lost.stderr.startswith(f"opensky: There is no folder {tmp_path / 'gone'} with the deploy migrations;")


def test_a_shop_made_with_another_folder_of_migrations_is_told_the_way_out(opensky: Run, tmp_path: Path) -> None:
    """Its tables are new but say of no version that they hold it; with the right folder it would be stuck for ever."""
    (tmp_path / "others").mkdir()
    shop = {"OPENSKY_DATA": str(tmp_path / "shop"), "OPENSKY_PORT": str(free_port())}
    code = "from opensky.cli.prepare import prepare, Settings; prepare(Settings.load(), empty=True)"
    environment = os.environ | shop | {"OPENSKY_MIGRATIONS": str(tmp_path / "others")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    stuck = opensky("up", **shop)
    assert stuck.returncode == 1
    assert "already exists" in stuck.stderr
    assert stuck.stderr.endswith("./opensky migrate version --all --add records them.\n")
    assert opensky("migrate", "version", "--all", "--add", **shop).returncode == 0
    assert opensky("migrate", "up-to-date", **shop).returncode == 0
    subprocess.run([sys.executable, "-c", code], env=os.environ | shop, check=True)


def test_a_graph_is_imported_and_reported_as_json(opensky: Run, tmp_path: Path) -> None:
    """The report counts what came in and what was refused; a folder without a shop becomes one."""
    (tmp_path / "graph.csv").write_text("1,2\n2,3\nnot an edge\n")
    done = opensky("import", "follows", str(tmp_path / "graph.csv"), "--data", str(tmp_path / "var"), "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["imported"] == {"members": 2, "insiders": 2, "follows": 2}
    assert sum(report["refused"].values()) == 1


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 20], ids=["empty", "binary"])
def test_a_graph_in_which_nothing_fitted_is_no_success(opensky: Run, tmp_path: Path, content: bytes) -> None:
    """The report ends with a warning, and the status says it too: also the second time."""
    (tmp_path / "graph.csv").write_bytes(content)
    for _ in range(2):
        done = opensky("import", "follows", str(tmp_path / "graph.csv"), "--data", str(tmp_path / "var"))
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("opensky: ")
        assert "Traceback" not in done.stderr


def test_the_gate_stops_at_the_first_stage_that_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What comes after a failure is not run; the status is that of the failure, and the sentence says how to mend it."""
    stages = [
        Stage("first", (sys.executable, "-c", "print('one')"), "unused"),
        Stage("second", (sys.executable, "-c", "raise SystemExit(3)"), "Mend it so."),
        Stage("third", (sys.executable, "-c", "print('three')"), "unused"),
    ]
    assert run(stages, tmp_path) == 3
    out, err = capfd.readouterr()
    assert out == "-- first\none\n-- second\n"
    assert re.fullmatch(r"opensky: stopped at second, after \d+ s. Mend it so.\n", err)


def test_pytest_arguments_run_pytest_alone_and_its_closing_line_is_last(opensky: Run, tmp_path: Path) -> None:
    """The status of pytest is passed on: 5 where it found nothing to run."""
    done = opensky("test", "tests/cli/test_logs.py", "-q", "-k", "nonesuch", "-p", "no:randomly")
    assert done.returncode == 5
    assert done.stdout.splitlines()[0] == "-- pytest"
    assert " deselected in " in done.stdout.splitlines()[-1]
