"""The document half of the unit of work: identity map, snapshots, one batch a class at flush."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from opensky.mapping import describe
from opensky.persistence.documents.changes import changes
from opensky.persistence.documents.codec import Plain, dump, load
from opensky.persistence.documents.engine import DocumentEngine, Removal, Update
from opensky.persistence.documents.filters import Filter
from opensky.persistence.lifecycle.loading import built, tell_loaded
from opensky.persistence.references import forget_references

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import UnitOfWork

T = TypeVar("T")
Key = tuple[type, Any]


@dataclass(slots=True)
class _Tracked:
    obj: Any
    snapshot: Plain | None  # None: not yet in the store
    as_read: Plain | None = None  # if those who listen to loading may have changed it, in a unit that only reads


@dataclass(slots=True)
class Pending:
    """What the next flush would write of one class."""

    inserts: list[Any] = field(default_factory=list)
    bodies: list[Plain] = field(default_factory=list)
    updates: list[tuple[Any, Update]] = field(default_factory=list)
    removals: list[Any] = field(default_factory=list)


class DocumentSession:
    """Tracks documents: an id gives the same object each time; what was changed is found by comparing with a snapshot."""

    def __init__(self, unit: "UnitOfWork", engine: Callable[[], DocumentEngine], *, read_only: bool) -> None:
        self._unit = unit
        self._engine = engine
        self._read_only = read_only
        self._tracked: dict[Key, _Tracked] = {}
        self._removed: dict[Key, _Tracked] = {}
        self.scheduled = 0
        """Counts what was added or removed, so that one can see whether anything was since."""

    def add(self, obj: Any) -> None:
        """Track a new document; one that is tracked already stays as it is."""
        self.scheduled += 1
        key = _key(obj)
        known = self._removed.pop(key, None) or self._tracked.get(key)
        self._tracked[key] = known if known is not None and known.obj is obj else _Tracked(obj, None)

    def remove(self, obj: Any) -> None:
        """Remove a document at the next flush."""
        self.scheduled += 1
        key = _key(obj)
        tracked = self._tracked.pop(key, None)
        if tracked is not None and tracked.snapshot is not None:
            self._removed[key] = tracked

    def is_new(self, obj: Any) -> bool:
        """Say whether a document was neither persisted nor read."""
        key = _key(obj)
        known = self._removed.get(key) or self._tracked.get(key)
        return known is None or known.obj is not obj

    def is_kept(self, obj: Any) -> bool:
        """Say whether a document is in the store and not about to be removed."""
        known = self._tracked.get(_key(obj))
        return known is not None and known.snapshot is not None

    def get(self, cls: type[T], key: tuple[Any, ...]) -> T | None:
        """Return the document of an id."""
        return next(iter(self.get_many(cls, key)), None)

    def get_many(self, cls: type[T], ids: Sequence[Any]) -> list[T]:
        """Return the documents of these ids in their order; what is not there is left out. One query for what is unknown."""
        unknown = [i for i in dict.fromkeys(ids) if (cls, i) not in self._tracked and (cls, i) not in self._removed]
        if unknown:
            self._adopt(cls, self._engine().find(cls, {"id": {"$in": unknown}}))
        return [self._tracked[cls, i].obj for i in ids if (cls, i) in self._tracked]

    def find(self, cls: type[T], filter_: Filter, *, sort: Sequence[str], limit: int | None, skip: int = 0) -> list[T]:
        """Return the documents that match; known ones as they are in memory."""
        return self._adopt(cls, self._engine().find(cls, filter_, sort=sort, limit=limit, skip=skip))

    def pending(self) -> dict[type, Pending]:
        """Return what the next flush would write, by class; computed from the snapshots."""
        found: dict[type, Pending] = {}
        for (cls, _), tracked in self._removed.items():
            found.setdefault(cls, Pending()).removals.append(tracked.obj)
        for (cls, id_), tracked in self._tracked.items():
            if tracked.snapshot is None:
                new = found.setdefault(cls, Pending())
                new.inserts.append(tracked.obj)
                new.bodies.append(dump(tracked.obj))
                continue
            body = dump(tracked.obj)
            if body != tracked.snapshot and (changed := changes(tracked.snapshot, body)):
                update = Update(id_, tracked.snapshot.get("version", 0), body, changed)
                found.setdefault(cls, Pending()).updates.append((tracked.obj, update))
        return found

    def write(self, pending: dict[type, Pending]) -> None:
        """Write what ``pending`` found, one batch for each class and kind; counts versions up."""
        for cls, each in pending.items():
            self._write(cls, each)
        self._removed.clear()

    def snapshot(self, obj: Any) -> Plain:
        """Return the plain data of a tracked or removed document as it is in the store; empty for a new one."""
        key = _key(obj)
        tracked = self._removed.get(key) or self._tracked[key]
        return tracked.snapshot or {}

    def clear(self) -> None:
        """Forget everything, written or not."""
        self._tracked.clear()
        self._removed.clear()

    def objects(self) -> Iterable[Any]:
        """Return every document that is tracked."""
        return [t.obj for t in self._tracked.values()]

    def _write(self, cls: type, pending: Pending) -> None:
        engine, version = self._engine(), describe(cls).version
        if pending.removals:
            snapshots = [self._removed[_key(o)].snapshot or {} for o in pending.removals]
            engine.remove(cls, [Removal(s["id"], s.get("version", 0)) for s in snapshots])
        if pending.inserts:
            engine.insert(cls, pending.bodies)
            for obj, body in zip(pending.inserts, pending.bodies, strict=True):
                self._tracked[_key(obj)].snapshot = body
        if pending.updates:
            if version is not None:
                for _, update in pending.updates:
                    update.body[version.name] = update.version + 1
            engine.update(cls, [u for _, u in pending.updates])
            for obj, update in pending.updates:
                if version is not None:
                    setattr(obj, version.name, update.version + 1)
                self._tracked[_key(obj)].snapshot = update.body

    def edited(self) -> bool:
        """Say whether anything was changed since it was read, apart from the shape that it is kept in."""
        if self._removed:
            return True
        for (cls, _), tracked in self._tracked.items():
            if tracked.snapshot is None:
                return True
            body = dump(tracked.obj)
            if body != tracked.snapshot and body != (tracked.as_read or dump(load(cls, tracked.snapshot))):
                return True
        return False

    def _adopt(self, cls: type[T], bodies: Iterable[Plain]) -> list[T]:
        heard = self._unit.lifecycle.of(cls)
        found: list[T] = []
        new: list[_Tracked] = []
        for body in bodies:
            key = (cls, body["id"])
            if key in self._removed:
                continue
            tracked = self._tracked.get(key)
            if tracked is None:
                obj = built(self._unit, heard, cls, body) if heard.at_load else load(cls, body)
                forget_references(obj)
                tracked = self._tracked[key] = _Tracked(obj, body)
                new.append(tracked)
            found.append(tracked.obj)
        if heard.at_load:
            tell_loaded(self._unit, heard, [each.obj for each in new])
            for each in new if self._read_only else ():
                each.as_read = dump(each.obj)
        return found


def _key(obj: Any) -> Key:
    return type(obj), obj.id
