"""The loop of one program: it looks what is due, has it run by a child, and says that it still has it until the child has ended."""

import threading
import time
from collections.abc import Callable, Sequence
from signal import SIGTERM
from typing import NamedTuple

from opensky.kernel.clock import Clock
from opensky.scheduler.book import Book, Standing
from opensky.scheduler.children import Child
from opensky.scheduler.job import Note, Run
from opensky.scheduler.objects import State
from opensky.scheduler.plan import begins, decide
from opensky.stats import Stats

Start = Callable[[Run], Child]
"""Starts the process of a run."""
Report = Callable[..., None]

AT_ONCE = 4
"""So many jobs run at once below one program; what is due beyond that is left to other nodes, or to a moment later."""
LOOK = 2.0
"""Seconds between two looks at what somebody asked for and at what others have left."""
_LISTEN = 0.2
_BEATS, _LAST = 1 / 6, 5 / 6
"""Parts of a lease: after the first it is put off; a child whose lease could not be put off until the second is killed, as another
node may begin its run a moment later."""
_GENTLY, _LEAST, _LONGEST_PAUSE = 3.0, 0.05, 10.0


class _Going(NamedTuple):
    run: Run
    child: Child
    began: float
    limit: float


class Loop:
    """Runs jobs until it is stopped. Everything happens in the thread that calls ``run``, children are started from it, too."""

    def __init__(
        self,
        book: Book,
        notes: Sequence[Note],
        start: Start,
        clock: Clock,
        stats: Stats,
        *,
        salt: str = "",
        report: Report = lambda *_, **__: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = book
        self._notes = {each.name: each for each in notes}
        self._start = start
        self._clock = clock
        self._stats = stats
        self._salt = salt
        self._report = report
        self._seconds = seconds
        lease = book.lease.total_seconds()
        self._beat, self._last = lease * _BEATS, lease * _LAST
        self._going: dict[int, _Going] = {}
        self._beaten: dict[int, float] = {}
        self._tried: dict[int, float] = {}
        self._known = False
        self._look_at = 0.0
        self._stopped = threading.Event()
        self._over = threading.Event()

    @property
    def going(self) -> list[Run]:
        """What runs below this program now."""
        return [each.run for each in self._going.values()]

    def run(self) -> None:
        """Run jobs until ``stop``; what runs then is ended, and begun again by whoever looks next if that is how it was declared."""
        threading.Thread(target=self._guard, name="job leases", daemon=True).start()
        failures = 0
        try:
            while not self._stopped.is_set():
                pause = _LISTEN if self._going else max(_LEAST, min(LOOK, self._look_at - self._seconds()))
                try:
                    self.tick()
                    failures = 0
                except Exception as error:  # noqa: BLE001 - the database is gone, or busy: say so, and go on; children must be tended
                    failures += 1
                    pause = LOOK if self._going else min(_LONGEST_PAUSE, LOOK * failures)
                    self._report("cannot look after jobs", error=f"{type(error).__name__}: {error}", again_in=pause)
                self._stopped.wait(pause)
            self._end_all()
        finally:
            self._over.set()

    def see_through(self, run: Run) -> None:
        """Run one that was taken, and nothing else, to its end."""
        threading.Thread(target=self._guard, name="job leases", daemon=True).start()
        self._begin(run)
        self._look_at = float("inf")
        try:
            while self._going:
                self.tick()
                time.sleep(_LEAST)
        finally:
            # Whoever ends it by hand means it: no other node is to begin it again.
            self._end_all("failed", "Whoever ran it has ended it.")
            self._over.set()

    def stop(self, wait: float = 0) -> None:
        """End; may be called from another thread or a signal's handler. ``wait`` at most so many seconds until all is ended."""
        self._stopped.set()
        if wait:
            self._over.wait(wait)

    def tick(self) -> None:
        """Tend to what runs, and look if it is time to."""
        failed = None
        for each in list(self._going.values()):
            try:
                self._tend(each)
            except Exception as error:  # noqa: BLE001 - raised below: the other children are to be tended before
                failed = error
        if failed is not None:
            raise failed
        if self._seconds() >= self._look_at:
            self.look()

    def look(self) -> None:
        """Begin what is due and what somebody asked for; deal with what others have left."""
        if not self._known:
            self._book.know(self._notes)
            self._known = True
        self._look_at = self._seconds() + LOOK
        for standing in self._book.standings():
            note = self._notes.get(standing.name)
            if note is not None and self._free:
                self._see_to(note, standing)
        for run_id, job in self._book.asked():
            if job in self._notes and self._free:
                self._begin(self._book.take_asked(run_id, job))

    @property
    def _free(self) -> bool:
        return len(self._going) < AT_ONCE

    def _see_to(self, note: Note, standing: Standing) -> None:
        now = self._clock.now()
        if standing.holder:
            if standing.held_until is not None and standing.held_until < now and not self._has(standing):
                self._begin(self._book.take_over(standing, again=note.missed != "skip" and note.on))
            return
        decision = decide(note, standing.slot_at, now, self._salt)
        if decision.run is not None:
            self._begin(self._book.take(note.name, decision.run, decision.passed))
        elif decision.leave is not None:
            self._book.leave(note.name, decision.leave, decision.passed, noted=note.on)
        else:
            next_ = begins(note, standing.slot_at, self._salt)
            if next_ is not None:
                self._look_at = min(self._look_at, self._seconds() + max(0.0, (next_ - now).total_seconds()))

    def _has(self, standing: Standing) -> bool:
        """Whether it is one of our own, whose lease we could not put off in time: ``_tend`` deals with it."""
        return int(standing.holder.partition(":")[0]) in self._going

    def _begin(self, run: Run | None) -> None:
        if run is None:
            return
        began = self._seconds()
        try:
            child = self._start(run)
        except OSError as error:
            self._book.end(run, "failed", f"It could not be started: {error}.")
            self._count(run, "failed", 0)
            return
        self._going[run.id] = _Going(run, child, began, self._notes[run.job].timeout)
        self._beaten[run.id] = self._tried[run.id] = began

    def _tend(self, each: _Going) -> None:
        run, now = each.run, self._seconds()
        each.child.listen()
        status = each.child.ended()
        if status is not None:
            self._ended(each, "done" if status == 0 else "failed", each.child.said or _why(status))
        elif now - each.began > each.limit:
            each.child.kill()
            each.child.wait(_GENTLY)
            self._ended(each, "timed out", f"It was killed after {each.limit:g} seconds.")
        elif now - self._tried[run.id] > self._beat:
            self._tried[run.id] = now
            if self._book.put_off(run, each.child.log):
                self._beaten[run.id] = now
            else:
                self._drop(each, "another node has taken it over")

    def _guard(self) -> None:
        """Kill what may not be ours any more, also while the loop waits for a database that does not answer."""
        while not self._over.wait(min(1.0, self._beat)):
            for each in list(self._going.values()):
                if self._seconds() - self._beaten.get(each.run.id, each.began) > self._last:
                    self._report("job killed", job=each.run.job, run=each.run.id, why="its lease could not be put off")
                    each.child.kill()

    def _ended(self, each: _Going, state: State, said: str) -> None:
        """Write down an end; where that fails it is tried again at the next tick, until the lease is over."""
        self._book.end(each.run, state, said, each.child.log)
        self._forget(each)
        self._count(each.run, state, (self._seconds() - each.began) * 1000)

    def _drop(self, each: _Going, why: str) -> None:
        each.child.kill()
        each.child.wait(_GENTLY)
        self._forget(each)
        self._count(each.run, "lost", (self._seconds() - each.began) * 1000)
        self._report("job dropped", job=each.run.job, run=each.run.id, why=why)

    def _forget(self, each: _Going) -> None:
        for kept in (self._going, self._beaten, self._tried):
            kept.pop(each.run.id, None)

    def _count(self, run: Run, state: State, ms: float) -> None:
        self._stats.timing(f"jobs.{run.job}", ms)
        if state != "done":
            self._stats.increment(f"jobs_failed.{run.job}")

    def _end_all(self, state: State = "stopped", why: str = "The program that ran it was stopped.") -> None:
        for each in self._going.values():
            each.child.kill(SIGTERM)
        until = self._seconds() + _GENTLY
        for each in list(self._going.values()):
            status = each.child.wait(max(0.0, until - self._seconds()))
            if status is None:
                each.child.kill()
                status = each.child.wait(_GENTLY)
            if status == 0:
                self._ended(each, "done", each.child.said)
            else:
                self._book.end(each.run, state, why, each.child.log)
                self._forget(each)


def _why(status: int) -> str:
    return f"It was killed by signal {-status}." if status < 0 else f"It ended with status {status}."
