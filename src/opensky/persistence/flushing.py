"""The flush: what one unit of work writes, rows first, then documents in one batch a class; and who is told of it.

Where nobody listens it only writes. Otherwise: ``pre_flush``; ``on_flush`` until it adds nothing more; ``pre_update`` once for
each object that really changed; the writing; ``post_persist``, ``post_update``, ``post_remove`` in the order of the plan; the
recorder; again from ``on_flush`` for what all these changed; ``post_flush``.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from opensky.persistence.documents.session import DocumentSession, Pending
from opensky.persistence.duplicates import duplicate_from
from opensky.persistence.errors import EndlessFlush, FlushInFlush, StaleObject
from opensky.persistence.lifecycle.arguments import (
    FlushEventArgs,
    LifecycleEventArgs,
    OnFlushEventArgs,
    PreUpdateEventArgs,
    Scheduled,
    UpdateEventArgs,
)
from opensky.persistence.lifecycle.changes import change_of
from opensky.persistence.lifecycle.planning import Entry, Plan, document_changes, row_entries, touches
from opensky.persistence.lifecycle.registry import Calls, Heard, fire
from opensky.persistence.row_session import RowSession

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import RecordChanges, UnitOfWork

MOST_ROUNDS = 16
"""How often listeners may add to one flush; nothing that ends needs more than a few."""


class Flush:
    """The flushes of one unit of work."""

    def __init__(self, unit: "UnitOfWork", rows: RowSession, documents: DocumentSession) -> None:
        self._unit = unit
        self._rows = rows
        self._documents = documents
        self.running = False

    def refuse_inside(self, deed: str) -> None:
        """Raise ``FlushInFlush`` if a listener of a flush is being told."""
        if self.running:
            message = (
                f"A listener asked for a {deed} inside of a flush. Leave it out: what a listener persists, removes or changes "
                "is written by the flush that called it, and whoever opened the unit of work commits."
            )
            raise FlushInFlush(message)

    def run(self) -> None:
        """Write all changes; tell those who listen. Nothing is computed for nobody."""
        self.refuse_inside("flush")
        heard, recorder = self._unit.lifecycle.hears_flushes, self._unit.recorder
        if recorder is None and not heard:
            rows = self._rows.opened
            self._write(self._documents.pending(), rows=rows is not None and touches(rows))
            return
        self.running = True
        try:
            if heard or recorder is None:
                self._run_told()
            else:
                self._run_recorded(recorder)
        finally:
            self.running = False

    def _run_recorded(self, recorder: "RecordChanges") -> None:
        """Write where nobody but the recorder is told: after each writing, until it has nothing to add."""
        for _ in range(MOST_ROUNDS):
            rows = self._rows.opened
            touched = rows is not None and touches(rows)
            pending = self._documents.pending()
            entries = list(row_entries(rows)) if rows is not None and touched else []
            for entry in entries:
                entry.fields  # noqa: B018 - as above: once it is written, what it was before is not known any more
            documents = document_changes(pending, self._documents)
            self._write(pending, rows=touched)
            if not entries and not documents:
                return
            marks = self._documents.scheduled
            recorder(self._unit, [*(change_of(e.operation, e.obj, e.fields) for e in entries), *documents])
            if not self._added(marks):
                return
        raise _endless("the recorder", ())

    def _run_told(self) -> None:
        everywhere = self._unit.lifecycle.everywhere
        if everywhere.pre_flush:
            fire(everywhere.pre_flush, FlushEventArgs("pre_flush", self._unit))
        more, wrote = True, False
        for _ in range(MOST_ROUNDS):
            plan = self._settled() if more else None
            if plan is None:
                if not wrote or not everywhere.post_flush:
                    return
                fire(everywhere.post_flush, FlushEventArgs("post_flush", self._unit))
                more, wrote = True, False
            else:
                more, wrote = self._write_told(plan), True
        raise _endless("post_persist, post_update, post_remove or post_flush, or the recorder,", ())

    def _settled(self) -> Plan | None:
        """Return what is to be written, after those who may add to it were asked; ``None`` if it is nothing."""
        plan = self._plan()
        everywhere = self._unit.lifecycle.everywhere
        if plan.entries and everywhere.on_flush:
            plan = self._on_flush(plan, everywhere.on_flush)
        if plan.entries:
            plan = self._pre_update(plan)
        if plan.entries:
            return plan
        self._write(plan.pending, rows=plan.rows)
        return None

    def _on_flush(self, plan: Plan, calls: Calls) -> Plan:
        shown: dict[int, Scheduled] = {}  # with the objects, so that no id is used again
        for number in range(1, MOST_ROUNDS + 1):
            fresh = [s for e in plan.entries if (s := e.scheduled) != shown.get(id(e.obj))]
            if not fresh:
                return plan
            shown.update((id(each.obj), each) for each in fresh)
            fire(calls, OnFlushEventArgs("on_flush", self._unit, fresh, number))
            plan = self._plan()
        raise _endless("on_flush", calls)

    def _pre_update(self, plan: Plan) -> Plan:
        told: dict[int, Any] = {}
        heard_by: Calls = ()
        for _ in range(MOST_ROUNDS):
            heard_by = ()
            for entry in plan.updates():
                heard = self._unit.lifecycle.of(type(entry.obj))
                if (heard.updated or heard.pre_update) and told.setdefault(id(entry.obj), entry) is entry:
                    self._about_to_update(entry, heard)
                    heard_by = heard_by or heard.pre_update
            if not heard_by:
                return plan
            plan = self._plan()
        raise _endless("pre_update", heard_by)

    def _about_to_update(self, entry: Entry, heard: Heard) -> None:
        for name in heard.updated:
            entry.assign(name, self._unit.clock.now())
        if heard.pre_update:
            fire(heard.pre_update, PreUpdateEventArgs("pre_update", self._unit, entry.obj, entry.fields))

    def _write_told(self, plan: Plan) -> bool:
        """Write, then tell; return whether there may be more to write now."""
        recorder, of = self._unit.recorder, self._unit.lifecycle.of
        after = [(e, calls) for e in plan.entries if (calls := _after(of(type(e.obj)), e))]
        for entry in plan.entries if recorder is not None else (e for e, _ in after if e.operation == "update"):
            entry.fields  # noqa: B018 - once it is written, what it was before is not known any more
        marks = self._documents.scheduled
        self._write(plan.pending, rows=plan.rows)
        for entry, calls in after:
            fire(calls, entry_args(self._unit, entry))
        if recorder is not None and plan.entries:
            recorder(self._unit, [change_of(e.operation, e.obj, e.fields) for e in plan.entries])
        return bool(after) or self._added(marks)

    def _added(self, marks: int) -> bool:
        """Say whether something is to be written that was not when the documents' count stood at ``marks``."""
        session = self._rows.opened
        return (session is not None and bool(session.new or session.deleted)) or self._documents.scheduled != marks

    def _plan(self) -> Plan:
        return Plan.of(self._rows.opened, self._documents)

    def _write(self, pending: dict[type, Pending], *, rows: bool) -> None:
        if rows:
            with _translated():
                self._rows.session.flush()
        self._documents.write(pending)


def entry_args(unit: "UnitOfWork", entry: Entry) -> LifecycleEventArgs:
    """Return what the listeners of an object that was written are given."""
    match entry.operation:
        case "insert":
            return LifecycleEventArgs("post_persist", unit, entry.obj)
        case "update":
            return UpdateEventArgs("post_update", unit, entry.obj, entry.fields)
        case "remove":
            return LifecycleEventArgs("post_remove", unit, entry.obj)


def _after(heard: Heard, entry: Entry) -> Calls:
    match entry.operation:
        case "insert":
            return heard.post_persist
        case "update":
            return heard.post_update
        case "remove":
            return heard.post_remove


def _endless(event: str, calls: Iterable[Any]) -> EndlessFlush:
    names = ", ".join(call.name for call in calls)
    message = (
        f"The flush does not end: after {MOST_ROUNDS} rounds listeners of {event} {f'({names}) ' if names else ''}still change "
        "something. One of them answers to what it did itself; let it pass over its own objects."
    )
    return EndlessFlush(message, event=event)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise our errors for SQLAlchemy's."""
    try:
        yield
    except StaleDataError as error:
        message = "It was changed by somebody else meanwhile; please look again and repeat."
        raise StaleObject(message) from error
    except IntegrityError as error:
        raise duplicate_from(error) from error
