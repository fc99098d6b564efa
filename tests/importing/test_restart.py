"""Killed at any point and started again, an import gives what one run without a stop would have given."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from opensky.importing import completejourney
from opensky.importing.loading import Loading
from opensky.kernel.errors import Conflict
from opensky.persistence import Database
from opensky.settings import Settings

TABLES = (
    "members", "sellers", "categories", "products", "stock_items", "orders", "order_lines", "follows", "follower_counts",
    "following_counts", "product_cards", "category_cards",
)  # fmt: skip

# Small batches, so that there are many points at which to be killed.
IMPORTER = """
import sys
from pathlib import Path
from opensky.devo.model import MODEL
from opensky.importing import completejourney, follows, journey_steps
from opensky.importing.objects import ImportRun
from opensky.persistence import Database
from opensky.settings import Settings
kind, data, source = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
journey_steps.DOCUMENTS = journey_steps.BASKETS = journey_steps.EDGES = journey_steps.REFUSALS = follows.LINES = 25
settings = Settings(data=data, secret_key="0" * 64)
database = Database(data / "opensky.sqlite", (*MODEL, ImportRun))
run = {"journey": lambda: completejourney.run(database, settings, folder=source), "follows": lambda: follows.run(database, settings, source)}
print(run[kind]().json)
"""


def started(kind: str, data: Path, source: Path) -> "subprocess.Popen[bytes]":
    """Start an import as a process."""
    data.mkdir(exist_ok=True)
    command = [sys.executable, "-c", IMPORTER, kind, str(data), str(source)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """Wait for the report, and return what of it does not depend on time."""
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err.decode()
    report = json.loads(out)
    return {k: report[k] for k in ("imported", "refused", "noted")}


def contents(data: Path) -> dict[str, Any]:
    """Return the rows of all tables, without what only says when it was written."""
    found: dict[str, Any] = {}
    with sqlite3.connect(data / "opensky.sqlite") as connection:
        for table in TABLES:
            columns = [c[1] for c in connection.execute(f"pragma table_info({table})")]
            kept = [c for c in columns if (table, c) != ("product_cards", "version")]
            statement = f"select {', '.join(kept)} from {table}"  # noqa: S608 - names from the schema itself
            found[table] = sorted(connection.execute(statement), key=repr)
        connection.execute("insert into product_search(product_search) values ('integrity-check')")
        found["searchable"] = connection.execute("select count(*) from product_search").fetchone()
        connection.rollback()
    return found


def checkpoint(data: Path) -> tuple[Any, ...]:
    """Return how far an import has come."""
    try:
        with sqlite3.connect(f"file:{data / 'opensky.sqlite'}?mode=ro", uri=True) as connection:
            return connection.execute("select step, position, finished_at from import_runs").fetchone() or ()
    except sqlite3.OperationalError:
        return ()


def killed_again_and_again(kind: str, data: Path, source: Path) -> int:
    """Start the import and kill it a random moment after it began to write, eight times or until it is done; count kills."""
    chance, kills = random.Random(20261123), 0
    for _ in range(8):
        process, before = started(kind, data, source), checkpoint(data)
        while process.poll() is None and checkpoint(data) == before:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.04))
        process.kill()  # unless it was done already
        out, _ = process.communicate()
        kills += process.returncode == -signal.SIGKILL
        if out or (checkpoint(data) or (None,))[-1] is not None:
            break
    return kills


@pytest.mark.slow
def test_a_journey_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path, large_journey: Path) -> None:
    """Same counts, same rows, same list of refusals, nothing doubled."""
    whole = finished(started("journey", tmp_path / "whole", large_journey))

    kills = killed_again_and_again("journey", tmp_path / "killed", large_journey)
    resumed = finished(started("journey", tmp_path / "killed", large_journey))

    assert kills >= 2
    assert resumed == whole
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    lists = [(tmp_path / k / "imports" / "completejourney-refused.csv").read_bytes() for k in ("whole", "killed")]
    assert lists[0] == lists[1]
    assert lists[0].count(b"\r\n") == 1 + sum(whole["refused"].values())


@pytest.mark.slow
def test_a_graph_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    """Same counts, same rows, same list of refusals, nothing doubled."""
    chance = random.Random(7)
    lines = [f"{chance.randrange(300)}\t{chance.randrange(200)}\t{1_500_000_000 + i}" for i in range(6000)]
    graph = tmp_path / "graph.tsv"
    graph.write_text("\n".join(lines + ["x y"] * 10))
    whole = finished(started("follows", tmp_path / "whole", graph))

    kills = killed_again_and_again("follows", tmp_path / "killed", graph)
    resumed = finished(started("follows", tmp_path / "killed", graph))

    assert kills >= 2
    assert resumed == whole
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    lists = [(tmp_path / k / "imports" / "follows-graph-refused.csv").read_bytes() for k in ("whole", "killed")]
    assert lists[0] == lists[1]


def test_two_imports_of_one_source_do_not_run_at_once(
    database: Database, settings: Settings, large_journey: Path
) -> None:
    """The second is refused in a sentence, and can run once the first has ended."""
    first = Loading(database, "completejourney", "fingerprint", settings.data / "imports")
    with first.opened(), pytest.raises(Conflict, match="completejourney is being imported by another process"):
        completejourney.run(database, settings, folder=large_journey)

    assert completejourney.run(database, settings, folder=large_journey).imported["members"] == 30
