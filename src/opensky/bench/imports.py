"""``opensky bench import``: what it costs to import the Complete Journey, and a social graph, into an empty shop.

Each import is a process of its own, run as ``opensky import`` runs it. Its CPU time and peak memory are what the system
says when it has ended (``wait4``): nothing that it did is left out, loading of libraries included.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opensky.bench.results import Metric, Results
from opensky.kernel.errors import OpenSkyError

GRAPH_MEMBERS, GRAPH_SELLERS = 20_000, 2_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one import cost, and its report."""

    cpu_seconds: float
    seconds: float
    megabytes: float
    report: dict[str, Any]


def run(*, edges: int = 200_000) -> Results:
    """Import the Complete Journey, then the same again, then a made-up graph with so many ``edges``."""
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        data = Path(folder)
        journey = _measured(data, "completejourney")
        again = _measured(data, "completejourney")
        stored = (data / "opensky.sqlite").stat().st_size / 1e6
        graph = data / "graph.tsv"
        graph.write_text(_edges(edges), "ascii")
        follows = _measured(data, "follows", str(graph))
    _check(journey, again)
    rows = sum(journey.report["imported"].values())
    return {
        "completejourney, CPU": Metric(value=journey.cpu_seconds, unit="CPU-s", target=150),
        "completejourney, peak memory": Metric(value=journey.megabytes, unit="MB", target=1000),
        "completejourney, from start to end": Metric(value=journey.seconds, unit="s"),
        "completejourney, rows a CPU second": Metric(
            value=rows / journey.cpu_seconds, unit="rows/CPU-s", better="higher"
        ),
        "completejourney, the database": Metric(value=stored, unit="MB"),
        "completejourney, when it is there already": Metric(value=again.cpu_seconds, unit="CPU-s"),
        "graph, follows a CPU second": Metric(
            value=follows.report["imported"]["follows"] / follows.cpu_seconds, unit="follows/CPU-s", better="higher"
        ),
        "graph, peak memory": Metric(value=follows.megabytes, unit="MB", target=1000),
    }


def _measured(data: Path, *arguments: str) -> Cost:
    command = [sys.executable, "-P", "-m", "opensky.cli", "import", *arguments, "--data", str(data), "--json"]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=out, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            message = f"The import ended with status {process.returncode}: {said.read().decode(errors='replace')}"
            raise OpenSkyError(message)
        out.seek(0)
        report = json.loads(out.read())
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 1024, report)


def _edges(number: int) -> str:
    """Return an edge list in which a few sellers have most followers, as in life."""
    chance = random.Random(20261123)
    lines = (
        f"{chance.randrange(GRAPH_MEMBERS)}\t{GRAPH_MEMBERS + int(GRAPH_SELLERS * chance.random() ** 3)}\t{1_500_000_000 + i}"
        for i in range(number)
    )
    return "\n".join(lines)


def _check(first: Cost, again: Cost) -> None:
    """A fast import that loses rows is not fast: the two must say the same, and the second must have had nothing to do."""
    counts = [[cost.report[kind] for kind in ("imported", "refused", "noted")] for cost in (first, again)]
    if counts[0] != counts[1] or not again.report["already_done"]:
        message = f"Importing again gave other counts: {counts[0]} and then {counts[1]}."
        raise OpenSkyError(message)
