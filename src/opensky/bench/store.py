"""What keeping stats costs: a point that is written, a year of a thousand series, and what is drawn of a day; beside Graphite's own.

Where Debian's graphite-web and whisper are, the system's Python keeps the same points in them and draws the same, in the same run; CPU time
of one process each, without HTTP on either side.
"""

import contextlib
import gc
import importlib.resources
import json
import subprocess
import tempfile
import time
from pathlib import Path

from opensky.bench.results import Metric, Results
from opensky.stats.graphite import Graphite
from opensky.stats.retention import DEFAULT, read_retention
from opensky.stats.store import Store

SERIES, SUMMED = 1000, 500
_DAY = 86_400
_ONE, _SUM = "stats.counters.summed.n7.rate", "sumSeries(stats.counters.summed.*.rate)"
_PYTHON = Path("/usr/bin/python3")
"""The one whose packages Debian's graphite-web is."""
_TRIES = 5


def run(*, hours: int = 26, peer: bool = True) -> Results:
    """Measure.

    Args:
        hours: how long a thousand series are written, a point each ten seconds; a day of it is drawn.
        peer: beside Graphite's own, if it is there.
    """
    with tempfile.TemporaryDirectory() as folder:
        theirs = _theirs(Path(folder) / "theirs") if peer else {}
        with Store(Path(folder) / "ours", DEFAULT) as store:
            written, now = _written(store, hours)
            graphite = Graphite(store, lambda: now)
            gc.freeze()  # as the program below `up` does once it has begun
            one, several = _drawn(graphite, _ONE), _drawn(graphite, _SUM)
            gc.unfreeze()
        size = sum(path.stat().st_size for path in (Path(folder) / "ours").glob("*.ring"))
    return {
        "store, a point": Metric(value=written, unit="CPU-us", target=0.5, peer=theirs.get("point", 30)),
        "store, a thousand series of a year": Metric(value=size / 1e6, unit="MB", target=500, peer=theirs.get("size")),
        "/render, a series of a day": Metric(value=one, unit="CPU-ms", target=3, peer=theirs.get("one", 6)),
        f"/render, the sum of {SUMMED} of a day": Metric(
            value=several, unit="CPU-ms", target=60, peer=theirs.get("sum", 220)
        ),
    }


def _written(store: Store, hours: int) -> tuple[float, int]:
    """Write, and return microseconds a point, and the second of the last one."""
    names = [f"stats.counters.summed.n{n}.rate" for n in range(SUMMED)]
    names += [f"stats.timers.other.n{n}.upper_95" for n in range(SERIES - SUMMED)]
    values = [float(n % 100) for n in range(SERIES)]
    step = store.archives[0].step
    last = int(time.time()) // 3600 * 3600
    took, seconds = 0.0, range(last - hours * 3600, last + step, step)
    for second in seconds:
        points = dict(zip(names, values, strict=True))  # as a server hands them over: a new one each time
        began = time.process_time()
        store.put(points, second)
        took += time.process_time() - began
    return took / len(seconds) / SERIES * 1e6, last


def _drawn(graphite: Graphite, target: str) -> float:
    """Return milliseconds; the best of a few."""
    best = float("inf")
    for _ in range(_TRIES):
        began = time.process_time()
        graphite.answer("/render", {"target": [target], "from": ["-24h"], "format": ["json"]})
        best = min(best, time.process_time() - began)
    return best * 1e3


def _theirs(folder: Path) -> dict[str, float]:
    """Return the same of Graphite's own; nothing if it is not there."""
    folder.mkdir()
    program = folder / "measured.py"
    program.write_bytes(importlib.resources.files("opensky.bench").joinpath("graphite_peer.txt").read_bytes())
    plan = {
        "folder": str(folder),
        "archives": [tuple(each) for each in read_retention(DEFAULT)],
        "summed": SUMMED,
        "series": SERIES,
        "one": _ONE,
        "sum": _SUM,
        "tries": _TRIES,
        "day": _DAY,
    }
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        said = subprocess.run(
            [str(_PYTHON), str(program), json.dumps(plan)], check=True, capture_output=True, timeout=600, cwd=folder
        )
        found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
        return found
    return {}
