"""The runner: executes versions one by one, each in a transaction where the database has them, and records what happened."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.errors import OpenSkyError
from opensky.migrations import marks, record
from opensky.migrations.collections import Collection, Elsewhere
from opensky.migrations.errors import Aborted, AlreadyMigrating, MigrationFailed, NotPossible, Skipped
from opensky.migrations.migration import Migration
from opensky.migrations.moments import Direction, Listener, Moment
from opensky.migrations.record import UNDOING, Entry, State
from opensky.migrations.sql_collections import SqlCollection
from opensky.migrations.status import Status, how_to_go_on
from opensky.migrations.target import Target, refuse_broken_keys
from opensky.migrations.versions import Script, Version, versions_in
from opensky.migrations.watching import Statement, Watch, changes_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a run goes about it."""

    dry_run: bool = False
    """Nothing stays. Where the database can undo, everything is really tried; else it is only written down."""
    all_or_nothing: bool = False
    """All versions in one transaction."""
    wait: float = 60
    """How many seconds to wait for another process that is migrating."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One version that was run, or would be."""

    version: Version
    direction: Direction
    state: State
    seconds: float
    statements: Sequence[Statement]
    reason: str = ""
    lost: Sequence[tuple[str, str]] = ()
    """Collections and the fields that their documents lost."""


@dataclass(slots=True, kw_only=True)
class Runner:
    """Migrates one database with the versions of one folder.

    ``elsewhere`` opens collections that are not in the SQL database. ``listeners`` are told the five moments, ``say`` what
    versions and the runner have to tell a person.
    """

    target: Target
    folder: Path
    elsewhere: Elsewhere | None = None
    clock: Clock = field(default_factory=SystemClock)
    listeners: list[Listener] = field(default_factory=list)
    say: Callable[[str], None] = print

    def status(self) -> Status:
        """Return where the database stands; changes nothing."""
        with self.target.connect() as connection, connection.begin():
            return self._status(connection)

    def running(self) -> bool:
        """Whether a process is migrating at this moment."""
        with self.target.connect() as connection:
            try:
                with self.target.locked(connection, 0, self.say):
                    return False
            except AlreadyMigrating:
                return True

    def up(self, to: str = "latest", how: How | None = None) -> list[Ran]:
        """Run what is missing, oldest first.

        Raises:
            MigrationFailed, Aborted: a version stopped; those before it stand.
            NotPossible: the database is in a state that only a person can end.
        """
        return self._run("up", lambda status: status.to_go_up(to), how or How())

    def down(self, to: str = "prev", how: How | None = None) -> list[Ran]:
        """Undo versions, newest first: the newest alone, or everything newer than ``to``."""
        return self._run("down", lambda status: status.to_go_down(to), how or How())

    def execute(self, names: Sequence[str], direction: Direction, how: How | None = None) -> list[Ran]:
        """Run or undo these versions, whatever the database has of the others."""
        how = how or How()
        return self._run(direction, lambda status: self._chosen(status, names, direction, how), how)

    def add(self, choose: Callable[[Status], Iterable[str]]) -> list[str]:
        """Record versions without running them; return those that were not recorded before."""
        return self._record(choose, adding=True)

    def delete(self, choose: Callable[[Status], Iterable[str]]) -> list[str]:
        """Forget versions without undoing them; return those that were recorded."""
        return self._record(choose, adding=False)

    def rollup(self) -> str:
        """Forget all and record the one version that is left in the folder; return its number.

        Raises:
            NotPossible: there is not exactly one.
        """
        versions = versions_in(self.folder)
        if len(versions) != 1:
            message = (
                f"There are {len(versions)} versions in {self.folder}, and a rollup leaves one: write it with migrate diff "
                "--from-empty, move the old files away, then roll up each database."
            )
            raise NotPossible(message)
        with self._alone(How()) as connection, connection.begin():
            record.forget(connection, list(record.read(connection)))
            record.write(connection, [Entry(versions[0].number, "added", self.clock.now())])
        return versions[0].number

    def close(self) -> None:
        """Close the connections."""
        self.target.close()
        if self.elsewhere is not None:
            self.elsewhere.close()

    def _status(self, connection: Connection) -> Status:
        return Status(versions_in(self.folder), record.read(connection))

    def _run(self, direction: Direction, choose: Callable[[Status], list[Version]], how: How) -> list[Ran]:
        self._refuse_impossible(how)
        with self._alone(how) as connection:
            with connection.begin():
                status = self._status(connection)
            if not how.dry_run:  # which shows how to undo by hand what stands
                status.refuse_if_half()
            scripts = [version.load() for version in choose(status)]
            for script in scripts:
                script.steps(direction)  # a version that cannot be undone is told before any other is
            self._tell(Moment("migrating", direction, count=len(scripts), dry=how.dry_run))
            began = time.perf_counter()
            with self._together(connection, scripts, direction, how):
                ran = [self._one(connection, script, direction, how) for script in scripts]
            seconds = time.perf_counter() - began
            self._tell(Moment("migrated", direction, count=len(ran), seconds=seconds, dry=how.dry_run))
        return ran

    def _refuse_impossible(self, how: How) -> None:
        if how.all_or_nothing and not self.target.undoes_ddl:
            message = (
                "MariaDB commits before and after each change of a table, so several versions cannot be one transaction. "
                "Leave --all-or-nothing away: each version is recorded as soon as it is done, and what fails says how to go on."
            )
            raise NotPossible(message)

    @contextmanager
    def _alone(self, how: How) -> Iterator[Connection]:
        with self.target.connect() as connection, self.target.locked(connection, how.wait, self.say):
            if not how.dry_run:
                with connection.begin():
                    record.prepare(connection)
            yield connection

    @contextmanager
    def _together(
        self, connection: Connection, scripts: Sequence[Script], direction: Direction, how: How
    ) -> Iterator[None]:
        """One transaction around all versions, for a dry run or for all or nothing."""
        one = how.all_or_nothing or (how.dry_run and self.target.undoes_ddl)
        alone = [s.version.name for s in scripts if not s.transactional]
        if how.all_or_nothing and alone and self.target.dialect == "postgresql":
            raise NotPossible(f"{alone[0]} says TRANSACTIONAL = False, so it cannot be part of all or nothing.")
        if not one:
            yield
            return
        with (
            self._marked(connection, scripts, direction, how),
            self._applied(connection),
            connection.begin() as whole,
        ):
            yield
            if how.dry_run:
                whole.rollback()

    def _one(self, connection: Connection, script: Script, direction: Direction, how: How) -> Ran:
        """Run one version; in a transaction of its own, unless it is already in one."""
        number, watch = script.version.number, self._watch(connection, script, direction, how)
        self._tell(Moment("executing", direction, number, dry=how.dry_run))
        began = time.perf_counter()
        reason = ""
        try:
            with (
                self._marked(connection, [script], direction, how),
                self._applied(connection),
                _own_transaction(connection, script, self.target.dialect),
            ):
                try:
                    self._steps(connection, script, direction, how, watch)
                except Skipped as skipped:
                    reason = skipped.message
                seconds = time.perf_counter() - began
                state: State = "skipped" if reason else "executed"
                if not how.dry_run:
                    self._keep(connection, Entry(number, state, self.clock.now(), round(1000 * seconds)), direction)
        except Exception as error:
            if how.dry_run or how.all_or_nothing:
                raise self._failure(script, watch, error, how) from error
            raise self._failed(connection, script, direction, watch, error, how) from error
        self._tell(
            Moment(
                "skipped" if reason else "executed", direction, number, seconds=seconds, reason=reason, dry=how.dry_run
            )
        )
        return Ran(script.version, direction, state, seconds, watch.done, reason, watch.lost)

    def _steps(self, connection: Connection, script: Script, direction: Direction, how: How, watch: Watch) -> None:
        migration = Migration(
            connection,
            direction,
            watch,
            open_collection=lambda name: self._collection(connection, name),
            say=self.say,
            perform=self.target.undoes_ddl or not how.dry_run,
        )
        with watch.over(connection):
            for step in script.steps(direction):
                try:
                    step(migration)
                except SystemExit as error:  # a version that ends the process would end it without a word
                    raise NotPossible(f"it called sys.exit({error.code}); abort_if refuses to run") from error
            refuse_broken_keys(connection)

    @contextmanager
    def _applied(self, connection: Connection) -> Iterator[None]:
        """Let documents elsewhere follow the transaction: applied once it is committed, forgotten if it is undone."""
        if self.elsewhere is None or connection.in_transaction():
            yield
            return
        try:
            yield
        except BaseException:
            self.elsewhere.forget()
            raise
        self.elsewhere.apply(connection)

    def _collection(self, connection: Connection, name: str) -> Collection:
        if self.elsewhere is None:
            return SqlCollection(connection, name)
        return self.elsewhere.collection(connection, name)

    def _keep(self, connection: Connection, entry: Entry, direction: Direction) -> None:
        if direction == "up":
            record.write(connection, [entry])
        else:
            record.forget(connection, [entry.number])

    def _failed(
        self,
        connection: Connection,
        script: Script,
        direction: Direction,
        watch: Watch,
        error: Exception,
        how: How,
    ) -> OpenSkyError:
        """Record what a failed version leaves, and return what to tell. One whose undoing was undone stands as before."""
        entry = Entry(
            script.version.number,
            "failed",
            self.clock.now(),
            statements=self._standing(script, watch),
            stopped_at=watch.running[: marks.LONGEST],
            error=((UNDOING if direction == "down" else "") + _words(error))[: marks.LONGEST],
        )
        alive = not connection.closed and not connection.invalidated
        if alive and (entry.statements or not (direction == "down" or isinstance(error, Aborted))):
            with connection.begin():
                record.write(connection, [entry])
        return MigrationFailed(how_to_go_on(entry)) if entry.statements else self._failure(script, watch, error, how)

    def _standing(self, script: Script, watch: Watch) -> int:
        """Return how many statements stand although the transaction was undone."""
        if self._commits_each(script):
            return len(watch.done)
        if self.target.undoes_ddl:
            return 0
        if changes_tables(watch.running):
            return len(watch.done)
        return max((place for place, s in enumerate(watch.done, 1) if changes_tables(s.text)), default=0)

    def _commits_each(self, script: Script) -> bool:
        return not script.transactional and self.target.dialect == "postgresql"

    def _watch(self, connection: Connection, script: Script, direction: Direction, how: How) -> Watch:
        each = self._commits_each(script)
        if how.dry_run or (self.target.undoes_ddl and not each):
            return Watch()
        return Watch(marks.progress(connection, script.version.number, direction, self.clock, each=each))

    def _marked(
        self, connection: Connection, scripts: Sequence[Script], direction: Direction, how: How
    ) -> AbstractContextManager[None]:
        """Have a kill leave a line in the status. Of an undoing that is killed, what is recorded stands, or says how far it was."""
        if how.dry_run or direction == "down" or connection.in_transaction():
            return nullcontext()
        return marks.begun(connection, [script.version.number for script in scripts], self.clock)

    def _failure(self, script: Script, watch: Watch, error: Exception, how: How) -> OpenSkyError:
        name = script.version.name
        undone = "Nothing was changed" if how.dry_run or how.all_or_nothing else "All of it was undone"
        if isinstance(error, Aborted):
            return Aborted(f"{name} refuses to run: {error.message} {undone}.")
        where = f" at: {watch.running}" if watch.running else ""
        message = f"{name} stopped{where}: {_words(error)}. {undone}; mend the file, then run the command again."
        return MigrationFailed(message, version=script.version.number)

    def _chosen(self, status: Status, names: Sequence[str], direction: Direction, how: How) -> list[Version]:
        chosen = [status.version(name) for name in names]
        for version in chosen:
            if status.has(version) and direction == "up":
                raise NotPossible(f"The database has {version.name} already; undo it first with --down.")
            half = how.dry_run and version.number in status.recorded
            if not status.has(version) and not half and direction == "down":
                raise NotPossible(f"The database does not have {version.name}, so there is nothing to undo.")
        return sorted(chosen, key=lambda v: v.number, reverse=direction == "down")

    def _record(self, choose: Callable[[Status], Iterable[str]], *, adding: bool) -> list[str]:
        with self._alone(How()) as connection, connection.begin():
            status = self._status(connection)
            known = {n for n, e in status.recorded.items() if e.counts or not adding}
            numbers = [n for n in choose(status) if (n in known) != adding]
            if adding:
                record.write(connection, [Entry(n, "added", self.clock.now()) for n in numbers])
            else:
                record.forget(connection, numbers)
        return numbers

    def _tell(self, moment: Moment) -> None:
        for listener in self.listeners:
            listener(moment)


@contextmanager
def _own_transaction(connection: Connection, script: Script, dialect: str) -> Iterator[None]:
    if connection.in_transaction():
        yield
    elif script.transactional or dialect != "postgresql":
        with connection.begin():
            yield
    else:  # what PostgreSQL does outside of a transaction alone, such as CREATE INDEX CONCURRENTLY
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with connection.begin():
                yield
        finally:
            connection.execution_options(isolation_level="READ COMMITTED")


def _words(error: Exception) -> str:
    if isinstance(error, OpenSkyError):
        return error.message.rstrip(".")
    if isinstance(error, SQLAlchemyError):
        return re.sub(r"\s+", " ", str(getattr(error, "orig", None) or error)).strip().rstrip(".")
    return f"{type(error).__name__}: {error}".rstrip(".")
