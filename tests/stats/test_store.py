"""The embedded store: a model of plain dictionaries says what it must hold, whatever comes in what order; kill -9 corrupts nothing."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.stats.retention import Archive, WrongRetention, read_retention
from opensky.stats.rings import SERIES, NotARing, Segment
from opensky.stats.store import Store, TooMany

NOON = 1_360_324_800
SMALL = "10s:1m,30s:10m"


def test_points_come_back_and_what_did_not_come_is_nothing(tmp_path: Path) -> None:
    with Store(tmp_path, "10s:1h,60s:1d") as store:
        for second, value in ((0, 1.0), (10, 2.0), (40, 5.0)):
            store.put({"stats.gauges.depth": value}, NOON + second)
        found = store.fetch("stats.gauges.depth", NOON, NOON + 50, now=NOON + 50)
        assert (found.start, found.step, found.values) == (NOON, 10, [1.0, 2.0, None, None, 5.0, None])
        assert store.fetch("stats.gauges.nobody", NOON, NOON + 10, now=NOON + 10).values == [None, None]


def test_what_is_too_old_makes_way_and_lives_on_more_coarsely(tmp_path: Path) -> None:
    """Counts are summed, the highest stay the highest, gauges end where they ended, and the rest is averaged."""
    names = (
        "stats.counters.a.count",
        "stats.timers.t.upper_90",
        "stats.timers.t.lower",
        "stats.gauges.g",
        "stats.counters.a.rate",
    )
    with Store(tmp_path, SMALL) as store:
        for n in range(13):
            store.put(dict.fromkeys(names, float(n)), NOON + 10 * n)
        fine = store.fetch(names[0], NOON + 70, NOON + 120, now=NOON + 120)
        assert (fine.step, fine.values) == (10, [7.0, 8.0, 9.0, 10.0, 11.0, 12.0])
        coarse = {name: store.fetch(name, NOON, NOON + 120, now=NOON + 120).values[:4] for name in names}
    assert coarse == {
        names[0]: [3.0, 12.0, 21.0, 30.0],
        names[1]: [2.0, 5.0, 8.0, 11.0],
        names[2]: [0.0, 3.0, 6.0, 9.0],
        names[3]: [2.0, 5.0, 8.0, 11.0],
        names[4]: [1.0, 4.0, 7.0, 10.0],
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(-1e9, 1e9)), max_size=60))
def test_a_ring_holds_the_newest_of_what_came(
    tmp_path_factory: pytest.TempPathFactory, came: list[tuple[int, float]]
) -> None:
    """In any order, with any holes: what is in the ring's window, and nothing else."""
    archive = Archive(10, 7)
    ring = Segment(tmp_path_factory.mktemp("ring") / "r.ring", archive)
    model: dict[int, float] = {}
    newest = oldest = 0
    for slot, value in came:
        second = NOON + slot * 10
        if not newest or second - newest >= archive.seconds:
            model, oldest = {}, second
        newest = max(newest, second)
        oldest = max(oldest, newest - 60)
        if second >= oldest:
            model[second] = value
    for slot, value in came:
        ring.put(3, NOON + slot * 10 + 4, value)
    seconds = range(NOON - 50, NOON + 460, 10)
    found = {s: v for s, v in zip(seconds, ring.get(3, seconds.start, seconds.stop), strict=True) if not isnan(v)}
    assert found == {second: value for second, value in model.items() if second >= oldest}
    assert all(isnan(v) for v in ring.get(4, NOON, NOON + 50))
    ring.close()


def test_it_is_there_again_and_another_process_may_read(tmp_path: Path) -> None:
    """More series than one file holds."""
    names = {f"stats.gauges.g{n}": float(n) for n in range(SERIES + 5)}
    with Store(tmp_path) as store, Store(tmp_path, writable=False) as reader:
        store.put(names, NOON)
        last = f"stats.gauges.g{SERIES + 4}"
        assert reader.fetch(last, NOON, NOON, now=NOON).values == [SERIES + 4]
    with Store(tmp_path) as store:
        assert len(store.find("stats.gauges.*")) == len(names)
        assert store.fetch("stats.gauges.g7", NOON, NOON, now=NOON).values == [7.0]


def test_names_are_found_by_their_parts(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.put(dict.fromkeys(("stats.a.x", "stats.b.x", "stats.c.y", "stats.c.y.z"), 1.0), NOON)
        assert store.find("stats.*.x") == ["stats.a.x", "stats.b.x"]
        assert store.find("stats.{a,c}.*") == ["stats.a.x", "stats.c.y"]
        assert store.find("stats.?.[xz]") == ["stats.a.x", "stats.b.x"]
        assert store.find("*") == []


def test_a_process_that_is_killed_leaves_whole_points(tmp_path: Path) -> None:
    """Each point is the one that was put there or none, and the store goes on."""
    program = textwrap.dedent(f"""
        from pathlib import Path
        from opensky.stats.store import Store, TooMany
        store = Store(Path({str(tmp_path)!r}), {SMALL!r})
        names = [f"stats.gauges.g{{n}}" for n in range(50)]
        second = {NOON}
        print("ready", flush=True)
        while True:
            store.put(dict.fromkeys(names, float(second)), second)
            second += 10
    """)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with Store(tmp_path) as store:
        newest = 0
        for name in store.find("stats.gauges.*"):
            number = store._ids[name] - 1
            newest = store._segment(0, 0).newest(number)
            found = store.fetch(name, newest - 50, newest, now=newest)
            assert found.values == [float(second) for second in range(found.start, newest + 10, 10)]
        store.put({"stats.gauges.g0": 1.0}, newest + 1000)


@pytest.mark.parametrize(
    ("retention", "says"),
    [
        ("", "10s:12h"),
        ("10s", "10s:12h"),
        ("ten:1h", "10s:12h"),
        ("0s:1h", "10s:12h"),
        ("1h:10s", "10s:12h"),
        ("10s:1h,15s:1d", "coarser"),
        ("60s:1h,10s:1d", "coarser"),
        ("10s:1d,60s:1h", "kept longer"),
        ("10s:30s,60s:1d", "kept longer"),
        ("10s:100000y", "at most 2,000,000"),
    ],
)
def test_a_retention_that_cannot_be_is_refused(retention: str, says: str) -> None:
    with pytest.raises(WrongRetention, match=says):
        read_retention(retention)


def test_a_retention_is_read_as_carbon_writes_it() -> None:
    assert read_retention("10s:12h, 1m:7d,15m:1y") == (Archive(10, 4320), Archive(60, 10_080), Archive(900, 35_040))
    assert read_retention("60:3600") == (Archive(60, 60),)


def test_a_store_keeps_to_the_retention_that_it_was_made_with(tmp_path: Path) -> None:
    Store(tmp_path, SMALL).close()
    with pytest.raises(OSError, match="another retention needs another folder"):
        Store(tmp_path, "10s:1h")
    with Store(tmp_path) as store:
        assert store.archives == read_retention(SMALL)


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no stats in"):
        Store(tmp_path / "nowhere", writable=False)
    path = tmp_path / "10s-0000.ring"
    path.write_bytes(b"something else entirely, longer than the header")
    with pytest.raises(NotARing, match="no points of ours"):
        Segment(path, Archive(10, 6))
    path.write_bytes(b"OSRING\0\0" + (99).to_bytes(4, "little") + bytes(12))
    with pytest.raises(NotARing, match="newer release"):
        Segment(path, Archive(10, 6))


def test_one_process_writes(tmp_path: Path) -> None:
    """Another would put its points over ours."""
    with Store(tmp_path), pytest.raises(OSError, match="Another process keeps stats"):
        Store(tmp_path)
    Store(tmp_path).close()


def test_what_is_asked_beyond_all_measure_is_what_there_is(tmp_path: Path) -> None:
    """No more points than the rings hold; no pattern that stands for millions of names."""
    with Store(tmp_path, SMALL) as store:
        store.put({"a": 1.0}, NOON)
        assert len(store.fetch("a", 0, 10**18, now=NOON).values) == 10 * 60 // 30 + 1
        assert store.fetch("a", NOON + 100, NOON + 200, now=NOON).values == []
        with pytest.raises(TooMany, match="more than 1000 names"):
            store.find("{a,b}" * 30)
