"""The embedded store: a model of plain dictionaries says what it must hold, whatever comes in what order; kill -9 corrupts nothing."""

import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from array import array
from functools import partial
from math import isnan, nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.stats.patterns import TooMany
from opensky.stats.retention import Archive, WrongRetention, read_retention
from opensky.stats.rings import Ring
from opensky.stats.segments import SERIES, NotARing, Segment
from opensky.stats.store import Store

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
    """Counts are summed, the highest stay the highest, gauges end where they ended, and the rest is averaged, percentiles, too."""
    names = (
        "stats.counters.a.count",
        "stats.timers.t.upper",
        "stats.timers.t.lower",
        "stats.gauges.g",
        "stats.counters.a.rate",
        "stats.timers.t.upper_90",
        "stats.gauges.programs.count",
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
        names[5]: [1.0, 4.0, 7.0, 10.0],
        names[6]: [2.0, 5.0, 8.0, 11.0],
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(-1e9, 1e9)), max_size=60))
def test_a_ring_holds_the_newest_of_what_came(
    tmp_path_factory: pytest.TempPathFactory, came: list[tuple[int, float]]
) -> None:
    """In any order, with any holes: what is in the ring's window, and nothing else."""
    archive = Archive(10, 7)
    ring = Ring(tmp_path_factory.mktemp("ring"), archive)
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
        for late in ring.put([3], row({3: value}), NOON + slot * 10 + 4):
            ring.put_late(late, NOON + slot * 10 + 4, value)
    seconds = range(NOON - 50, NOON + 460, 10)
    mine, others = ring.get([3, 4], seconds.start, seconds.stop)
    found = {s: v for s, v in zip(seconds, mine, strict=True) if not isnan(v)}
    assert found == {second: value for second, value in model.items() if second >= oldest}
    assert all(isnan(v) for v in others)
    ring.close()


Came = list[tuple[int, dict[int, float]]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.dictionaries(st.sampled_from([0, 5, 40, 300]), st.floats(-1e9, 1e9), min_size=1)
        ),
        max_size=40,
    )
)
def test_series_that_stand_beside_each_other_do_not_disturb_each_other(
    tmp_path_factory: pytest.TempPathFactory, came: Came
) -> None:
    """Whatever comes together, alone, late or after a gap: each holds what it would hold alone."""
    together = Ring(tmp_path_factory.mktemp("together"), Archive(10, 7))
    alone = {n: Ring(tmp_path_factory.mktemp("alone"), Archive(10, 7)) for n in (0, 5, 40, 300)}
    newest = 0
    for slot, points in came:
        second = NOON + slot * 10
        newest = max(newest, second)
        for late in together.put(list(points), row(points), second):
            together.put_late(late, second, points[late])
        for number, value in points.items():
            for late in alone[number].put([number], row({number: value}), second):
                alone[number].put_late(late, second, value)
    # What lies further back than a ring is long may be gone when others came meanwhile.
    since = max(NOON - 50, newest - 60)
    for number, ring in alone.items():
        assert str(together.get([number], since, newest + 10)) == str(ring.get([number], since, newest + 10))
        ring.close()
    together.close()


def row(points: dict[int, float]) -> "array[float]":
    """Return points at their places in the row of two segments."""
    found = array("d", [nan]) * (2 * SERIES)
    for number, value in points.items():
        found[number] = value
    return found


def test_a_point_that_comes_late_counts_in_the_coarser_ones_too(tmp_path: Path) -> None:
    with Store(tmp_path, "10s:5m,30s:10m,60s:1h") as store:
        for n in range(13):
            if n != 4:
                store.put({"stats.counters.a.count": 1.0, "stats.timers.t.upper": float(n)}, NOON + 10 * n)
        store.put({"stats.counters.a.count": 5.0, "stats.timers.t.upper": 99.0}, NOON + 40)
        fine = store.fetch("stats.counters.a.count", NOON, NOON + 60, now=NOON + 120)
        assert fine.values == [1.0, 1.0, 1.0, 1.0, 5.0, 1.0, 1.0]
        for back, expected in ((500, [3.0, 7.0, 3.0, 3.0]), (3000, [10.0, 6.0])):
            found = store.fetch("stats.counters.a.count", NOON + 120 - back, NOON + 119, now=NOON + 120)
            assert [value for value in found.values if value is not None] == expected
        highest = store.fetch("stats.timers.t.upper", NOON - 2880, NOON + 119, now=NOON + 120)
        assert [value for value in highest.values if value is not None] == [99.0, 11.0]


def test_a_store_of_an_older_release_opens(tmp_path: Path) -> None:
    """Form 1, in which each series had its points one after the other: all of them are there, and it goes on."""
    with tarfile.open(Path(__file__).with_name("stores") / "form_1.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    with pytest.raises(NotARing, match="stats run --store makes it"):
        Store(tmp_path, writable=False)
    depth: list[float | None] = [None if n % 5 == 3 else -1.5 * n for n in range(28, 40)]
    for _ in range(2):  # it is made new once
        with Store(tmp_path) as store:
            read = partial(store.fetch, until=NOON + 390, now=NOON + 390)
            assert read("stats.gauges.depth", NOON + 280).values == depth
            assert read("stats.gauges.late", NOON + 280).values == [None, None, *(100.0 + n for n in range(30, 40))]
            counts = read("stats.counters.order.paid.count", NOON)
            assert (counts.step, counts.values) == (60, [15.0, 51.0, 87.0, 123.0, 159.0, 195.0, None])
            assert read("stats.gauges.ended", NOON).values == [7.0, 7.0, 7.0, None, None, None, None]
            assert len(store.find("stats.gauges.many.*")) == 260
    with Store(tmp_path) as store:
        for n in range(40, 43):
            store.put({"stats.counters.order.paid.count": float(n), "stats.gauges.ended": 8.0}, NOON + 10 * n)
        counts = store.fetch("stats.counters.order.paid.count", NOON + 240, NOON + 420, now=NOON + 420)
        assert (counts.step, counts.values) == (60, [159.0, 195.0, 231.0, None])
        ended = store.fetch("stats.gauges.ended", NOON + 310, NOON + 420, now=NOON + 420)
        assert ended.values == [*[None] * 9, 8.0, 8.0, 8.0]


def test_a_store_takes_no_more_memory_the_longer_it_writes(tmp_path: Path) -> None:
    """What is written goes to files, not into memory that stays."""
    with Store(tmp_path, "1s:2h,10s:12h") as store:
        names = [f"stats.gauges.g{n}" for n in range(500)]
        store.put(dict.fromkeys(names, 1.0), NOON)
        before = resident()
        for n in range(1, 3000):
            store.put(dict.fromkeys(names, 1.0), NOON + n)
        assert resident() - before < 3_000_000


def resident() -> int:
    """Return the bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


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
        from opensky.stats.store import Store
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
            newest = store._rings[0].window(number)[1]
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


def test_who_reads_while_another_process_writes_sees_whole_points(tmp_path: Path) -> None:
    """Each is the one that was put there, or not there yet."""
    program = textwrap.dedent(f"""
        from pathlib import Path
        from opensky.stats.store import Store
        store = Store(Path({str(tmp_path)!r}), "1s:2h,10s:1d")
        names = [f"stats.gauges.g{{n}}" for n in range(300)]
        second = {NOON}
        while True:
            store.put(dict.fromkeys(names, float(second)), second)
            if second == {NOON + 100}:
                print("ready", flush=True)
            second += 1
    """)
    seen = 0
    with subprocess.Popen([sys.executable, "-P", "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with Store(tmp_path, writable=False) as store:
            for _ in range(200):
                newest = store._rings[0].newest(7)
                found = store.fetch_all(["stats.gauges.g7", "stats.gauges.g280"], newest - 50, newest, now=newest)
                for start, _, values in found:
                    there = [(start + n, value) for n, value in enumerate(values) if value is not None]
                    assert all(value == second for second, value in there)
                    seen += len(there)
        process.kill()
    assert seen > 200 * 50


def test_names_beyond_the_limit_are_not_kept_but_counted(tmp_path: Path) -> None:
    """Those that are there go on, also when it is opened again."""
    with Store(tmp_path, "1s:1h", most=3) as store:
        for second in (1000, 1001):
            store.put({"a": 1.0, "b": 2.0}, second)
        store.put({"x": 9.0, "b": 3.0, "c": 4.0, "a": 5.0}, 1002)
        store.put({"c": 6.0, "b": 7.0}, 1003)
        assert store.find() == ["a", "b", "x"]
        assert store.cut == 2
    with Store(tmp_path, most=2) as store:
        store.put({"new": 1.0}, 1004)
        store.put({"a": 8.0, "x": 8.0}, 1004)
        assert store.cut == 1
        assert store.fetch("a", 1000, 1004, now=1004).values == [1, 1, 5, None, 8]
        assert store.fetch("b", 1000, 1004, now=1004).values == [2, 2, 3, 7, None]


def test_sums_that_are_no_numbers_any_more_are_nothing(tmp_path: Path) -> None:
    """They neither stop the next points nor what reads them."""
    with Store(tmp_path, "1s:1h,10s:1d") as store:
        for second in range(1000, 1030):
            store.put({"a.count": 1e308, "b.count": 1.0}, second)
        assert store.fetch("b.count", 1000, 1010, now=1000 + 2 * 3600).values[0] == 10
        assert store.fetch("a.count", 1000, 1010, now=1000 + 2 * 3600).values[0] is None
        assert store.total(["a.count", "a.count"], 1005, 1006, now=1030).values[0] is None
