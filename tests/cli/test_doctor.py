"""The doctor on installations that need no server: each broken in one way, really."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from opensky.cli.checks.finding import Finding
from opensky.cli.checks.machine import several
from opensky.cli.doctor import examine, line, summary
from opensky.cli.documents import move
from opensky.cli.up import claim
from opensky.devo.bag.objects import Bag, BagId
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import first_id_at
from opensky.messaging.tables import PUBLISHED
from opensky.persistence.cursors import microseconds
from opensky.settings import Settings
from opensky.wiring import open_database
from opensky.wiring.bus import FLOWS


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The data folder of an empty shop."""
    folder = tmp_path / "shop"
    database = open_database(Settings.load({"OPENSKY_DATA": str(folder)}))
    database.create()
    database.close()
    return folder


def look(data: Path, **more: str) -> dict[str, Finding]:
    """Return what the doctor finds, by check."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environ = {"OPENSKY_DATA": str(data), "OPENSKY_PORT": port} | {f"OPENSKY_{k.upper()}": v for k, v in more.items()}
    return {finding.check: finding for finding in examine(environ)}


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    """Return the checks that are not well."""
    return {name: finding.state for name, finding in found.items() if finding.state != "ok"}


def test_a_shop_that_is_well_has_nothing_wrong(shop: Path) -> None:
    """All checks are made, and each says what it saw."""
    found = look(shop)

    assert wrong(found) == {}
    assert {"settings", "data folder", "secret key", "disk space", "port", "node", "driver", "database", "file"} <= set(
        found
    )
    assert {"rights", "tables", "documents", "queues", "books"} <= set(found)
    assert found["queues"].says == "nothing waits"
    assert summary(list(found.values())) == f"All {len(found)} checks are well."


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """A mistyped folder does not become a shop."""
    found = look(tmp_path / "nowhere")

    assert wrong(found) == {}
    assert found["secret key"].says == "is made at the first start"
    assert list(tmp_path.iterdir()) == []


def test_a_problem_is_status_1_and_json_says_it_all(tmp_path: Path) -> None:
    """For monitoring: what is printed is one JSON value, and the worst of all is named first."""
    (tmp_path / "opensky.sqlite").write_text("this is no database, whatever its name says")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "opensky.cli", "doctor", "--json", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)

    assert (done.returncode, done.stderr, report["state"]) == (1, "", "problem")
    assert set(report["checks"][0]) == {"check", "state", "says", "do"}


def test_a_well_shop_is_status_0(shop: Path) -> None:
    """One line a check, and a closing line."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "opensky.cli", "doctor", "--data", str(shop)],
        env=os.environ | {"OPENSKY_PORT": "1025"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(said.startswith(("ok       ", "warning  ", "All ")) for said in done.stdout.splitlines())


def test_a_setting_that_is_wrong_is_the_only_finding(tmp_path: Path) -> None:
    """Without settings there is nothing else to look at."""
    found = list(examine({"OPENSKY_DATA": str(tmp_path), "OPENSKY_WORKERS": "many"}))

    [only] = found
    assert (only.check, only.state) == ("settings", "problem")
    assert "OPENSKY_WORKERS must be a whole number" in only.says


@pytest.mark.skipif(not Path("/proc/sys").is_dir(), reason="looks into /proc, where not even root may write")
def test_a_folder_that_cannot_be_written_is_named() -> None:
    """Also to root, whom permissions do not stop."""
    found = look(Path("/proc/sys/opensky"))["data folder"]

    assert (found.state, found.says) == ("problem", "Cannot write in /proc/sys: No such file or directory.")
    assert "--data" in found.do


def test_what_others_can_read_or_write_is_named(shop: Path) -> None:
    """The key, the database, and the settings file with a password in it; the cure is a command."""
    shop.chmod(0o777)
    (shop / "secret.key").chmod(0o644)
    (shop / "opensky.sqlite").chmod(0o644)
    (shop / "opensky.toml").write_text(f'database_url = "sqlite:///{shop}/opensky.sqlite"\n')
    (shop / "opensky.toml").chmod(0o644)
    found = look(shop)

    assert wrong(found) == {
        "data folder": "problem",
        "secret key": "problem",
        "privacy": "problem",
        "settings": "warning",
    }
    assert found["secret key"].do == f"chmod 600 {shop}/secret.key"


def test_a_guessable_key_is_a_problem(shop: Path) -> None:
    """Whoever guesses it can sign what the shop believes."""
    assert look(shop, secret_key="shop")["secret key"].state == "problem"


def test_a_taken_port_is_named(shop: Path) -> None:
    """As opensky up would say it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = look(shop, port=str(port))["port"]
    assert found.state == "problem"
    assert found.says.startswith(f"Port {port} is taken by another program;")


def test_a_public_shop_without_tls_is_warned_of(shop: Path) -> None:
    """Nobody could stay logged in."""
    found = look(shop, public_url="http://shop.example")["address"]

    assert found.state == "problem"
    assert look(shop, public_url="https://shop.example")["address"].state == "ok"


def test_more_processes_than_numbers_for_ids_are_a_problem(shop: Path) -> None:
    """The last of them could make none."""
    assert look(shop, workers="15")["node"].do == "Set workers to 14 at most."


def test_a_damaged_database_is_named(shop: Path) -> None:
    """Checks that lean on it are left out; the others are made."""
    file = shop / "opensky.sqlite"
    content = bytearray(file.read_bytes())
    content[:64] = b"\0" * 64
    file.write_bytes(content)
    found = look(shop)

    assert wrong(found) == {"database": "problem"}
    assert found["database"].do == "Put back a copy of it."
    assert "queues" not in found


def test_tables_that_are_missing_or_newer_are_named(shop: Path) -> None:
    """A column that an older release did not have, a table that is gone, a number from the future."""
    with sqlite3.connect(shop / "opensky.sqlite") as connection:
        connection.execute("DROP TABLE bags")
    assert look(shop)["tables"].says == "This release needs what is not there: bags."
    with sqlite3.connect(shop / "opensky.sqlite") as connection:
        connection.execute("UPDATE about SET number = 99 WHERE name = 'schema'")
    connection.close()
    assert "made by a newer OpenSky (schema 99" in look(shop)["tables"].says


def test_migrations_that_are_missing_or_failed_are_named(shop: Path, tmp_path: Path) -> None:
    """A release that was deployed without them, and one that stopped half way."""
    assert look(shop)["migrations"].state == "ok"
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "Version20300101000000.py").write_text(
        '"""Something later."""\n\ndef up(migration):\n    migration.sql("SELECT nonsense")\n\ndef down(migration):\n    pass\n'
    )
    found = look(shop, migrations=str(folder))["migrations"]
    assert (found.state, found.do) == ("problem", "./opensky migrate up")
    assert "the first is Version20300101000000" in found.says

    environment = os.environ | {"OPENSKY_MIGRATIONS": str(folder)}
    migrate = [sys.executable, "-P", "-m", "opensky.cli", "migrate", "up", "--data", str(shop)]
    assert subprocess.run(migrate, env=environment, capture_output=True, check=False).returncode != 0
    found = look(shop, migrations=str(folder))["migrations"]
    assert found.says.startswith("Version20300101000000 stopped: ")


def test_ids_from_the_future_and_of_other_machines_are_seen(shop: Path) -> None:
    """A clock that is wrong, and a second machine on this database."""
    future = datetime.now(UTC) + timedelta(minutes=10)
    database = open_database(Settings.load({"OPENSKY_DATA": str(shop)}))
    with database.unit_of_work() as unit:
        unit.persist(Bag(id=BagId(first_id_at(future) | 3 * 16 << 12), changed_at=future))
        unit.commit()
    database.close()
    found = look(shop)

    assert (found["clock"].state, found["clock"].says[:26]) == ("warning", "The newest id in the datab")
    assert "ids of machine 3 were made" in found["machines"].says


def test_the_ids_of_demo_and_fixtures_are_no_machine_of_its_own(shop: Path) -> None:
    """They are made as the last one, number 63, which nobody has; only further ones are named."""
    settings = Settings.load({"OPENSKY_DATA": str(shop)})
    assert list(several(settings, {0, 63})) == []
    assert "ids of machines 2, 3 were made" in next(several(settings, {0, 2, 3, 63})).says


@pytest.mark.parametrize(
    ("url", "check", "said"),
    [
        ("oracle://shop@db/shop", "database", "is not known as a store of rows"),
        ("postgresql://shop@127.0.0.1:1/shop", "database", "Nothing answers at 127.0.0.1:1 (Connection refused)"),
        ("mysql://shop:pw@127.0.0.1:1/shop", "database", "Nothing answers at 127.0.0.1:1 (Connection refused)"),
        ("mysql://shop:pw@127.0.0.1:1", "database", "names no database"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(shop: Path, url: str, check: str, said: str) -> None:
    """What the address says wrong, or that nobody answers there; never the password."""
    found = look(shop, database_url=url)

    assert found[check].state == "problem"
    assert said in found[check].says
    assert not any("pw" in finding.says for finding in found.values())


def test_documents_where_nobody_answers_are_named(shop: Path) -> None:
    """The rows are looked at all the same."""
    found = look(shop, documents_url="mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=200")

    assert wrong(found) == {"documents": "problem"}
    assert found["documents"].says.startswith("No MongoDB answers at 127.0.0.1:1 (")
    assert (
        look(shop, documents_url="mongodb://127.0.0.1:1/")["documents"].do
        == "Write it as mongodb://host:27017/opensky."
    )


def test_a_line_ends_with_what_to_do() -> None:
    """One line a check, whatever it has to say."""
    assert line(Finding("port", "ok", "8000 is free")) == "ok       port: 8000 is free"
    assert (
        line(Finding("port", "problem", "It is taken.", "Take another.")) == "problem  port: It is taken. Take another."
    )
    assert line(Finding("port", "problem", "It is taken (by us.)", "Take another.")).endswith("(by us.) Take another.")


@pytest.mark.parametrize("url", ["nonsense", "stomp://a:b@127.0.0.1:3/"])
def test_a_broker_that_is_not_there_is_a_problem(shop: Path, url: str) -> None:
    """Messages would wait for ever, and nobody would know why."""
    assert wrong(look(shop, broker_url=url)) == {"broker": "problem"}


def test_what_the_broker_keeps_back_is_pointed_out(shop: Path) -> None:
    """Ten minutes are long for a message of ours, which the bus takes in at once; what strangers take is their affair."""
    url = "stomp://a:b@127.0.0.1:3/"
    with (
        closing(open_database(Settings.load({"OPENSKY_DATA": str(shop)}))) as database,
        database.unit_of_work() as unit,
    ):
        now = database.clock.now()
        of_old = microseconds(now - timedelta(hours=1))
        for id_, queue, at in ((1, FLOWS[0].queue, microseconds(now)), (2, "crm", of_old)):
            unit.execute(insert(PUBLISHED), {"id": id_, "queue": queue, "causation": 0, "published_at": at})
        unit.commit()
        assert wrong(look(shop, broker_url=url)) == {"broker": "problem"}
        unit.execute(update(PUBLISHED).where(PUBLISHED.c.id == 1).values(published_at=of_old))
        unit.commit()
    found = look(shop, broker_url=url)
    assert wrong(found) == {"broker": "problem", "at the broker": "warning"}
    assert found["at the broker"].says == "it has 1 of our messages for longer than 10 minutes"


def test_documents_do_not_move_while_the_shop_is_open(shop: Path) -> None:
    """Its processes would look for them in the old place; who has the folder is named."""
    settings = Settings.load({"OPENSKY_DATA": str(shop)})
    held = claim(settings)
    try:
        with pytest.raises(Misconfigured, match="is in use by process"):
            move(to="mongodb://127.0.0.1:1/nowhere", data=shop)
    finally:
        os.close(held)
