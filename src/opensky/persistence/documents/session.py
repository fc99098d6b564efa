"""The document half of the unit of work: identity map, snapshots, one batch a class at flush."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from opensky.kernel.once import once_a_class
from opensky.mapping import describe
from opensky.persistence.documents.changes import changes
from opensky.persistence.documents.codec import Plain, comparer, dumper, load, reviser
from opensky.persistence.documents.engine import DocumentEngine, Removal, Update
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.hydration import hydrator
from opensky.persistence.lifecycle.loading import built, tell_loaded
from opensky.persistence.references import forget_references

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(slots=True)
class _Tracked:
    obj: Any
    snapshot: Plain | None  # None: not yet in the store
    as_read: Plain | None = None  # if those who listen to loading may have changed it, in a unit that only reads


class _Code(NamedTuple):
    """The generated functions of one class, and the name of its version."""

    dump: Callable[[Any], Plain]
    differs: Callable[[Any, Plain], bool]
    revised: Callable[[Any, Plain], Plain | None]
    hydrate: Callable[[Plain], Any]
    version: str | None


@once_a_class
def _code(cls: type) -> _Code:
    version = describe(cls).version
    return _Code(dumper(cls), comparer(cls), reviser(cls), hydrator(cls), version.name if version else None)


@dataclass(slots=True)
class _Kind:
    """What is tracked of one class, by id."""

    code: _Code
    tracked: dict[Any, _Tracked] = field(default_factory=dict)
    removed: dict[Any, _Tracked] = field(default_factory=dict)


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
        self._kinds: dict[type, _Kind] = {}
        self.scheduled = 0
        """Counts what was added or removed, so that one can see whether anything was since."""

    def add(self, obj: Any) -> None:
        """Track a new document; one that is tracked already stays as it is."""
        self.scheduled += 1
        kind = self._kind(type(obj))
        known = kind.removed.pop(obj.id, None) or kind.tracked.get(obj.id)
        kind.tracked[obj.id] = known if known is not None and known.obj is obj else _Tracked(obj, None)

    def remove(self, obj: Any) -> None:
        """Remove a document at the next flush."""
        self.scheduled += 1
        kind = self._kind(type(obj))
        tracked = kind.tracked.pop(obj.id, None)
        if tracked is not None and tracked.snapshot is not None:
            kind.removed[obj.id] = tracked

    def is_new(self, obj: Any) -> bool:
        """Say whether a document was neither persisted nor read."""
        kind = self._kind(type(obj))
        known = kind.removed.get(obj.id) or kind.tracked.get(obj.id)
        return known is None or known.obj is not obj

    def is_kept(self, obj: Any) -> bool:
        """Say whether a document is in the store and not about to be removed."""
        known = self._kind(type(obj)).tracked.get(obj.id)
        return known is not None and known.snapshot is not None

    def get(self, cls: type[T], key: tuple[Any, ...]) -> T | None:
        """Return the document of an id."""
        return next(iter(self.get_many(cls, key)), None)

    def get_many(self, cls: type[T], ids: Sequence[Any]) -> list[T]:
        """Return the documents of these ids in their order; what is not there is left out. One query for what is unknown."""
        kind = self._kind(cls)
        unknown = [i for i in dict.fromkeys(ids) if i not in kind.tracked and i not in kind.removed]
        if unknown:
            self._adopt(cls, self._engine().find(cls, {"id": {"$in": unknown}}))
        return [kind.tracked[i].obj for i in ids if i in kind.tracked]

    def find(self, cls: type[T], filter_: Filter, *, sort: Sequence[str], limit: int | None, skip: int = 0) -> list[T]:
        """Return the documents that match; known ones as they are in memory."""
        return self._adopt(cls, self._engine().find(cls, filter_, sort=sort, limit=limit, skip=skip))

    def pending(self) -> dict[type, Pending]:
        """Return what the next flush would write, by class; computed from the snapshots."""
        found: dict[type, Pending] = {}
        for cls, kind in self._kinds.items():
            each = Pending(removals=[t.obj for t in kind.removed.values()])
            revised = kind.code.revised
            for tracked in kind.tracked.values():
                if tracked.snapshot is None:
                    each.inserts.append(tracked.obj)
                    each.bodies.append(kind.code.dump(tracked.obj))
                elif (body := revised(tracked.obj, tracked.snapshot)) and (changed := changes(tracked.snapshot, body)):
                    update = Update(body["id"], tracked.snapshot.get("version", 0), body, changed)
                    each.updates.append((tracked.obj, update))
            if each.inserts or each.updates or each.removals:
                found[cls] = each
        return found

    def write(self, pending: dict[type, Pending]) -> None:
        """Write what ``pending`` found, one batch for each class and kind; counts versions up."""
        for cls, each in pending.items():
            self._write(cls, self._kinds[cls], each)

    def snapshot(self, obj: Any) -> Plain:
        """Return the plain data of a tracked or removed document as it is in the store; empty for a new one."""
        kind = self._kinds[type(obj)]
        return (kind.removed.get(obj.id) or kind.tracked[obj.id]).snapshot or {}

    def clear(self) -> None:
        """Forget everything, written or not."""
        self._kinds.clear()

    def edited(self) -> bool:
        """Say whether anything was changed since it was read, apart from the shape that it is kept in."""
        for cls, kind in self._kinds.items():
            if kind.removed:
                return True
            for tracked in _dirty(kind):
                if tracked.snapshot is None:
                    return True
                body = kind.code.dump(tracked.obj)
                if body != (tracked.as_read or kind.code.dump(load(cls, tracked.snapshot))):
                    return True
        return False

    def _kind(self, cls: type) -> _Kind:
        try:
            return self._kinds[cls]
        except KeyError:
            kind = self._kinds[cls] = _Kind(_code(cls))
            return kind

    def _write(self, cls: type, kind: _Kind, pending: Pending) -> None:
        engine, version = self._engine(), kind.code.version
        if pending.removals:
            snapshots = [kind.removed[o.id].snapshot or {} for o in pending.removals]
            engine.remove(cls, [Removal(s["id"], s.get("version", 0)) for s in snapshots])
            kind.removed.clear()
        if pending.inserts:
            engine.insert(cls, pending.bodies)
            for body in pending.bodies:
                kind.tracked[body["id"]].snapshot = body
        if pending.updates:
            if version is not None:
                for _, update in pending.updates:
                    update.body[version] = update.version + 1
            engine.update(cls, [u for _, u in pending.updates])
            for obj, update in pending.updates:
                if version is not None:
                    setattr(obj, version, update.version + 1)
                kind.tracked[update.id].snapshot = update.body

    def _adopt(self, cls: type[T], bodies: Iterable[Plain]) -> list[T]:
        heard, kind = self._unit.lifecycle.of(cls), self._kind(cls)
        hydrate = kind.code.hydrate
        found: list[T] = []
        new: list[_Tracked] = []
        for body in bodies:
            id_ = body["id"]
            tracked = kind.tracked.get(id_)
            if tracked is None:
                if id_ in kind.removed:
                    continue
                if heard.at_load:
                    obj = built(self._unit, heard, cls, body)
                    forget_references(obj)
                    new.append(tracked := _Tracked(obj, body))
                else:
                    tracked = _Tracked(hydrate(body), body)
                kind.tracked[id_] = tracked
            found.append(tracked.obj)
        if new:
            tell_loaded(self._unit, heard, [each.obj for each in new])
            for each in new if self._read_only else ():
                each.as_read = kind.code.dump(each.obj)
        return found


def _dirty(kind: _Kind) -> Iterator[_Tracked]:
    differs = kind.code.differs
    return (t for t in kind.tracked.values() if t.snapshot is None or differs(t.obj, t.snapshot))
