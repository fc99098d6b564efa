"""How every import runs: steps of batches, each batch in one transaction with the checkpoint that says it is done."""

import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text
from sqlalchemy import func, insert, select, update

from opensky.importing.objects import ImportRun
from opensky.importing.report import REFUSED, Refusals, Refused, Report, report_of
from opensky.kernel.errors import Conflict
from opensky.persistence import Bulk, Database, table


def _nothing(_: Bulk) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some work of a step: ``write`` is called in a transaction that also says that the step is done up to ``position``.

    ``write`` may return counts that are known only after writing; they are added to ``counts``.
    """

    position: int
    write: Callable[[Bulk], Mapping[str, int] | None] = _nothing
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[Refused] = ()


def whole(work: Callable[[], Mapping[str, int] | None]) -> Callable[[int], Iterator[Batch]]:
    """Return the batches of a step that is done at once, in transactions of its own, and can be done twice."""

    def batches(position: int) -> Iterator[Batch]:
        if position == 0:
            yield Batch(position=1, counts=work() or {})

    return batches


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of an import: ``batches(position)`` yields what is left to do after ``position``, in a fixed order."""

    name: str
    total: int | None
    batches: Callable[[int], Iterator[Batch]]


class Loading:
    """One run of the import of one source. What an earlier run committed is not done again."""

    def __init__(
        self, database: Database, source: str, fingerprint: str, folder: Path, console: Console | None = None
    ) -> None:
        self.source = source
        self._database = database
        self._fingerprint = fingerprint
        self._folder = folder
        self._file_name = source.replace(" ", "-")
        self._console = console
        self._run: dict[str, Any] = {}
        self._seconds: dict[str, float] = {}
        self._restarted = False

    @contextmanager
    def opened(self) -> Iterator["Loading"]:
        """Hold the source for this process and find out how far an earlier run has come.

        Raises:
            Conflict: another process is importing the same source.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / f"{self._file_name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"{self.source} is being imported by another process; wait for it, or stop it."
                raise Conflict(message, source=self.source) from error
            self._begin()
            yield self
        finally:
            os.close(lock)

    @property
    def finished(self) -> bool:
        """Whether all of the source has been imported, by this run or an earlier one."""
        return self._run["finished_at"] is not None

    @property
    def day(self) -> int:
        """The day that belongs to this source, for ids of things without a date."""
        return int(self._run["day"])

    @property
    def started_at(self) -> Any:
        """When the first run of this import began: the date of what has none, the same after a restart."""
        return self._run["started_at"]

    def run(self, steps: Sequence[Step]) -> Report:
        """Do what is left of the steps and report on all of them."""
        if self.finished:
            return self._report(already_done=True)
        began = time.perf_counter(), time.process_time()
        names = [step.name for step in steps]
        done = names.index(self._run["step"]) if self._run["step"] in names else 0
        refusals = self._refusals()
        try:
            with self._database.bulk() as bulk, self._progress() as progress:
                for number, step in enumerate(steps[done:], done):
                    following = names[number + 1] if number + 1 < len(names) else ""
                    self._do(step, following, bulk, progress, refusals)
        finally:
            refusals.close()
        return self._report(seconds=time.perf_counter() - began[0], cpu_seconds=time.process_time() - began[1])

    def _do(self, step: Step, following: str, bulk: Bulk, progress: Progress, refusals: Refusals) -> None:
        began = time.perf_counter()
        position = self._run["position"] if self._run["step"] == step.name else 0
        task = progress.add_task(step.name, total=step.total, completed=position)
        for batch in step.batches(position):
            counts = Counter(self._run["counts"])
            counts.update(batch.write(bulk) or {})
            counts.update(batch.counts)
            counts.update(Counter(REFUSED + r.reason for r in batch.refused))
            refusals.add(batch.refused)
            # The list first: what stands in it beyond the checkpoint is cut off by the next run.
            self._checkpoint(
                bulk, step=step.name, position=batch.position, counts=dict(counts), refused_bytes=refusals.save()
            )
            bulk.commit()
            progress.update(task, completed=batch.position)
        finished = None if following else self._database.clock.now()
        self._checkpoint(bulk, step=following, position=0, finished_at=finished)
        bulk.commit()
        done = step.total if step.total is not None else progress.tasks[task].completed
        progress.update(task, total=done, completed=done)
        self._seconds[step.name] = round(time.perf_counter() - began, 2)

    def _begin(self) -> None:
        runs = table(ImportRun)
        self._database.create()  # also of a new folder, or one from before there were imports
        with self._database.bulk() as bulk:
            found = bulk.execute(select(runs).where(runs.c.source == self.source)).mappings().first()
            if found is None:
                last = bulk.execute(select(func.max(runs.c.day))).scalar() or 0
                bulk.execute(insert(runs).values(self._fresh() | {"source": self.source, "day": last + 1}))
            elif found["fingerprint"] != self._fingerprint:
                bulk.execute(update(runs).where(runs.c.source == self.source).values(self._fresh()))
            else:
                self._restarted = found["finished_at"] is None
            self._run = dict(bulk.execute(select(runs).where(runs.c.source == self.source)).mappings().one())
            bulk.commit()

    def _fresh(self) -> dict[str, Any]:
        empty = {"step": "", "position": 0, "counts": {}, "refused_bytes": 0, "finished_at": None}
        return empty | {"fingerprint": self._fingerprint, "started_at": self._database.clock.now()}

    def _checkpoint(self, bulk: Bulk, **changed: Any) -> None:
        runs = table(ImportRun)
        bulk.execute(update(runs).where(runs.c.source == self.source).values(changed))
        self._run |= changed

    def _refusals(self) -> Refusals:
        listed = sum(n for k, n in self._run["counts"].items() if k.startswith(REFUSED))
        return Refusals(self._refused_file, size=self._run["refused_bytes"], listed=listed)

    @property
    def _refused_file(self) -> Path:
        return self._folder / f"{self._file_name}-refused.csv"

    def _report(self, **rest: Any) -> Report:
        return report_of(
            self.source,
            self._run["counts"],
            refused_file=str(self._refused_file),
            step_seconds=self._seconds,
            restarted=self._restarted,
            **rest,
        )

    def _progress(self) -> Progress:
        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self._console, disable=self._console is None)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")
