"""The loop runs jobs as children: what they say and write is kept, what takes too long is killed, what was cut short is taken up."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from opensky.kernel.clock import SetClock
from opensky.persistence import Database
from opensky.scheduler.desk import Desk, RunLine, Timetable
from opensky.scheduler.loop import AT_ONCE, Loop
from opensky.stats import Names, Stats

SAYS = "import os, sys; print('ringing', flush=True); os.write(int(sys.argv[1]), b'Rang.'); "
NAPS = "import time; print('napping', flush=True); time.sleep(60)"


def history(database: Database) -> list[RunLine]:
    """All runs, the newest first."""
    return Desk(database, Timetable([])).history()


def log(database: Database) -> str:
    """What the newest run has written."""
    return Desk(database, Timetable([])).run(history(database)[0].id)[1]


def until(condition: Callable[[], object], loop: Loop) -> None:
    """Tend to a loop until something is so."""
    for _ in range(2000):
        loop.tick()
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not become so within 20 s")


def begun(loop: Loop, clock: SetClock) -> None:
    """Let the next hour strike."""
    loop.look()
    clock.advance(hours=1)
    loop.look()


def ended(loop: Loop) -> None:
    until(lambda: not loop.going, loop)


def is_there(process: int) -> bool:
    """Whether a process lives; a dead one that its parent has not asked about does not."""
    try:
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123 - read at once
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_a_job_says_and_writes_is_kept(
    database: Database, clock: SetClock, make_loop: Any, written: list[bytes]
) -> None:
    """Its sentence and the end of its log stand in the history; its log is passed on, too."""
    loop = make_loop(bells=SAYS)
    begun(loop, clock)
    ended(loop)
    assert [(each.job, each.state, each.said, each.due_at) for each in history(database)] == [
        ("bells", "done", "Rang.", clock.now())
    ]
    assert log(database) == "ringing\n"
    assert b"".join(written) == b"ringing\n"


def test_one_that_fails_says_why(database: Database, clock: SetClock, make_loop: Any) -> None:
    """And is run again at its next time, not before."""
    loop = make_loop(bells=SAYS + "sys.exit('No rope.')")
    begun(loop, clock)
    ended(loop)
    loop.look()
    assert [(each.state, each.said) for each in history(database)] == [("failed", "Rang.")]
    assert log(database) == "ringing\nNo rope.\n"


def test_one_that_dies_without_a_word_is_described(database: Database, clock: SetClock, make_loop: Any) -> None:
    """By its status, or by the signal that killed it."""
    loop = make_loop(bells="import os; os.kill(os.getpid(), 9)")
    begun(loop, clock)
    ended(loop)
    assert [(each.state, each.said) for each in history(database)] == [("failed", "It was killed by signal 9.")]


def test_of_a_long_log_the_end_is_kept(
    database: Database, clock: SetClock, make_loop: Any, written: list[bytes]
) -> None:
    """From the beginning of a line; who writes a megabyte is listened to meanwhile."""
    loop = make_loop(bells="for n in range(20_000): print(f'{n:06} ' + 'ding ' * 8)")
    begun(loop, clock)
    ended(loop)
    lines = log(database).splitlines()
    assert lines[-1].startswith("019999 ding")
    assert lines[0][:6].isdecimal()
    assert len(log(database)) < 8_000
    assert len(b"".join(written).splitlines()) == 20_000


def test_one_that_takes_too_long_is_killed_with_all_that_it_started(
    database: Database, clock: SetClock, make_loop: Any
) -> None:
    """A limit that only asks politely is none."""
    family = f"import subprocess, sys, signal; signal.signal(15, signal.SIG_IGN); p = subprocess.Popen([sys.executable, '-S', '-c', {NAPS!r}]); print(p.pid, flush=True); p.wait()"
    now = [0.0]
    loop = make_loop(bells=family)
    loop._seconds = lambda: now[0]
    begun(loop, clock)
    wrote = loop._going[loop.going[0].id].child
    until(lambda: "napping" in wrote.log and any(each.isdecimal() for each in wrote.log.split()), loop)
    child = next(int(each) for each in wrote.log.split() if each.isdecimal())
    assert is_there(child)
    now[0] = 24.0  # within its lease
    loop.tick()
    now[0] = 46.0
    loop.tick()
    now[0] = 61.0
    ended(loop)
    assert [(each.state, each.said) for each in history(database)] == [("timed out", "It was killed after 60 seconds.")]
    assert not is_there(child)


def test_a_run_that_goes_on_is_put_off_and_shows_how_far_it_is(
    database: Database, clock: SetClock, make_loop: Any
) -> None:
    """Otherwise another node would begin it again."""
    now = [0.0]
    loop, other = make_loop(1, bells=NAPS), make_loop(2, bells=SAYS)
    loop._seconds = lambda: now[0]
    begun(loop, clock)
    until(lambda: "napping" in loop._going[loop.going[0].id].child.log, loop)
    for _ in range(10):
        now[0] += 6
        clock.advance(seconds=6)
        if now[0] < 60:
            loop.tick()
        other.look()
    assert [(each.state, each.tries) for each in history(database)] == [("running", 1)]
    assert log(database) == "napping\n"
    assert other.going == []


def test_what_is_stopped_is_taken_up_by_whoever_looks_next(database: Database, clock: SetClock, make_loop: Any) -> None:
    """A shop that is restarted finishes what it had begun; the child is gone before."""
    first, second = make_loop(1, bells=NAPS), make_loop(2, bells=SAYS)
    begun(first, clock)
    process = first._going[first.going[0].id].child._process.pid
    first.stop()
    first.run()
    assert not is_there(process)
    assert [each.state for each in history(database)] == ["stopped"]
    second.look()
    ended(second)
    assert [(each.state, each.said, each.tries) for each in history(database)] == [("done", "Rang.", 2)]


def test_a_child_whose_lease_cannot_be_put_off_is_killed(
    database: Database, clock: SetClock, make_loop: Any, tmp_path: Path
) -> None:
    """Before the lease is over: while the database does not answer another node could not know that it lives, and would begin it again."""
    loop = make_loop(bells=NAPS)
    now = [0.0]
    loop._seconds = lambda: now[0]
    begun(loop, clock)
    process = loop._going[loop.going[0].id].child._process.pid
    with closing(sqlite3.connect(tmp_path / "opensky.sqlite", isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")  # nobody else writes now
        now[0] = 6.0
        runs = threading.Thread(target=loop.run)
        runs.start()
        time.sleep(0.3)
        assert is_there(process)
        now[0] = 26.0
        deadline = time.monotonic() + 20
        while is_there(process) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_there(process)
        somebody.execute("ROLLBACK")
    loop.stop(60)
    runs.join(60)
    assert not runs.is_alive()
    assert [each.state for each in history(database)] in (["failed"], ["stopped"])


def test_no_more_than_some_run_at_once(database: Database, clock: SetClock, make_loop: Any) -> None:
    """The others wait for a hand, here or on another node."""
    loop = make_loop(**{f"job_{number}": NAPS for number in range(AT_ONCE + 2)})
    begun(loop, clock)
    assert len(loop.going) == AT_ONCE == 4
    other = make_loop(2, **{f"job_{number}": SAYS for number in range(AT_ONCE + 2)})
    other.look()
    assert len(other.going) == 2


def test_a_run_that_somebody_asks_for_is_begun(database: Database, clock: SetClock, make_loop: Any) -> None:
    """Whatever the clock says."""
    loop = make_loop(bells=SAYS)
    loop.look()
    loop._book.ask("bells", "Maya")
    loop.look()
    ended(loop)
    assert [(each.state, each.asked_by) for each in history(database)] == [("done", "Maya")]


def test_runs_are_counted(database: Database, clock: SetClock, make_loop: Any) -> None:
    """How long each takes, and each that fails."""

    class Kept:
        sent = b""

        def send(self, packet: bytes) -> None:
            self.sent += packet + b"\n"

        def close(self) -> None:
            """Nothing is open."""

    kept = Kept()
    stats = Stats(Names(["jobs.*", "jobs_failed.*"]), kept)
    loop = make_loop(1, stats, bells=SAYS, lamps="1 / 0")
    begun(loop, clock)
    ended(loop)
    stats.flush()
    names = sorted(line.partition(b":")[0] for line in kept.sent.split())
    assert names == [b"jobs.bells", b"jobs.lamps", b"jobs_failed.lamps"]


def test_what_somebody_runs_by_hand_and_ends_is_not_begun_again(
    database: Database, clock: SetClock, make_loop: Any
) -> None:
    """Who presses Ctrl-C means it; a bus that runs beside leaves it alone."""
    loop, other = make_loop(1, bells=NAPS), make_loop(2, bells=SAYS)
    loop._book.know(["bells"])
    clock.advance(seconds=1)
    run = loop._book.take("bells", clock.now(), by="Ada")

    def press() -> None:
        while not (loop.going and "napping" in loop._going[run.id].child.log):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        loop.see_through(run)
    clock.advance(minutes=1)
    other.look()
    assert [(each.state, each.asked_by) for each in history(database)] == [("failed", "Ada")]
