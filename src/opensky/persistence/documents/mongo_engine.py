"""Documents in MongoDB: a collection a class, a document a body, one ``bulk_write`` a flush.

``MongoDocuments`` is the whole port over one database. By itself it writes at once and knows of no rows; beside rows it only
reads, and ``journaled`` writes (adr 0018).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import bson
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from opensky.kernel.errors import Invalid
from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.engine import Removal, Update
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.mongo_filters import mongo_filter, mongo_path, mongo_sort
from opensky.persistence.documents.mongo_reach import Reach
from opensky.persistence.documents.operations import settable
from opensky.persistence.documents.reading import DocumentQuery
from opensky.persistence.errors import Duplicate, StaleObject

S = TypeVar("S")
Told = Callable[[str], None]

REVISION = "_rev"
"""How many operations a document has seen; see ``operations``."""
GONE = "_gone"
"""When a document was removed: what is left of it keeps late operations from bringing it back."""
DUPLICATE_KEY = 11000

_LARGEST = 16 * 1024 * 1024 - 1024  # what a document may have, less a little for its id and revision
_THERE: dict[str, Any] = {GONE: None}
_WITHOUT = {REVISION: 0, GONE: 0}


class MongoDocuments:
    """The document engine over one MongoDB database. ``told`` hears of each question, so that they can be counted."""

    def __init__(self, database: Database[Plain], told: Told | None = None, reach: Reach | None = None) -> None:
        self._database = database
        self._told = told
        self._reach = reach or Reach()

    def find(
        self, cls: type, filter_: Filter, *, sort: Sequence[str] = (), limit: int | None = None, skip: int = 0
    ) -> list[Plain]:
        wanted, order = self._translated(cls, filter_), mongo_sort(cls, sort)
        if limit == 0:
            return []
        collection = self._collection(cls, "find", wanted)
        with self._reach.answering("find"):
            found = collection.find(wanted, _WITHOUT, sort=order, limit=limit or 0, skip=skip).to_list()
        for each in found:
            each["id"] = each.pop("_id")
        return found

    def read(self, query: DocumentQuery[S], values: Mapping[str, Any]) -> list[S]:
        return query.find(MongoDocuments(self._database, reach=self._reach), values)  # its asker tells of it himself

    def count(self, cls: type, filter_: Filter) -> int:
        wanted = self._translated(cls, filter_)
        collection = self._collection(cls, "count", wanted)
        with self._reach.answering("count"):
            return collection.count_documents(wanted)

    def distinct(self, cls: type, path: str, filter_: Filter) -> list[Any]:
        ((key, _),) = mongo_sort(cls, (path,))
        wanted = self._translated(cls, filter_)
        collection = self._collection(cls, f"distinct {key}", wanted)
        with self._reach.answering("distinct"):
            found = {v for v in collection.distinct(key, wanted) if v is not None}
            # What is missing counts as one value, None, which MongoDB does not list.
            some_lack_it = collection.count_documents({"$and": [wanted, {key: None}]}, limit=1)
        return [*([None] if some_lack_it else []), *sorted(found)]

    def insert(self, cls: type, bodies: Sequence[Plain]) -> None:
        self._write(cls, [InsertOne(document(body)) for body in bodies])

    def update(self, cls: type, updates: Sequence[Update]) -> None:
        version = describe(cls).version
        changed = {u.id: _changed(cls, u) for u in updates}
        requests = []
        for each in updates:
            read_in = {"_id": each.id} | ({version.name: each.version} if version is not None else {})
            requests.append(UpdateOne(read_in, edits(each.body, changed[each.id])))
        if self._write(cls, requests) != len(updates):
            self._refuse_stale(cls, {u.id: edits(u.body, changed[u.id]) for u in updates})

    def remove(self, cls: type, removals: Sequence[Removal]) -> None:
        version = describe(cls).version
        read_in = [{"_id": r.id} | ({version.name: r.version} if version is not None else {}) for r in removals]
        if self._write(cls, [DeleteOne(each) for each in read_in]) != len(removals):
            left = self._database[describe(cls).name].find({"_id": {"$in": [r.id for r in removals]}}, {"_id": 1})
            raise _stale(cls, [each["_id"] for each in left] or [r.id for r in removals], len(removals))

    def bulk(self, cls: type, bodies: Sequence[Plain]) -> None:
        try:
            self._database[describe(cls).name].bulk_write([InsertOne(document(b)) for b in bodies], ordered=False)
        except BulkWriteError as error:
            if any(e["code"] != DUPLICATE_KEY for e in error.details["writeErrors"]):
                raise

    def committed(self) -> None:
        """Do nothing: what was written is written."""

    def rolled_back(self) -> None:
        """Do nothing: without rows beside it, each batch is a transaction of its own."""

    def _translated(self, cls: type, filter_: Filter) -> dict[str, Any]:
        return mongo_filter(cls, filter_) | _THERE

    def _collection(self, cls: type, verb: str, wanted: Mapping[str, Any]) -> Collection[Plain]:
        name = describe(cls).name
        if self._told is not None:
            self._told(f"{name}.{verb} {wanted}")
        return self._database[name]

    def _write(self, cls: type, requests: list[Any]) -> int:
        """Write one batch and return how many documents it met; raises ``Duplicate``."""
        try:
            done = self._database[describe(cls).name].bulk_write(requests, ordered=False)
        except BulkWriteError as error:
            refused = next((e for e in error.details["writeErrors"] if e["code"] == DUPLICATE_KEY), None)
            if refused is None:
                raise
            raise Duplicate(cls.__name__, _fields(refused)) from error
        return done.inserted_count + done.matched_count + done.deleted_count

    def _refuse_stale(self, cls: type, wanted: Mapping[Any, dict[str, Any]]) -> None:
        """Raise ``StaleObject`` naming the documents that are not as they were to become.

        A bulk write says how many it met, not which; another writer's version may have the very number of ours.
        """
        found = {d["_id"]: d for d in self._database[describe(cls).name].find({"_id": {"$in": list(wanted)}})}
        ours = {i for i, edit in wanted.items() if i in found and _shows(found[i], edit.get("$set", {}))}
        raise _stale(cls, [i for i in wanted if i not in ours] or list(wanted), len(wanted))


def document(body: Plain, **more: Any) -> Plain:
    """Return a body as MongoDB keeps it."""
    made = {"_id": body["id"], **body, **more}
    del made["id"]
    return made


def fits(body: Plain) -> None:
    """Raise ``Invalid`` for what MongoDB can never keep, while it can still be refused: before the commit."""
    try:
        size = len(bson.encode(body))
    except (OverflowError, ValueError, bson.errors.BSONError) as error:
        message = f"This cannot be kept: {error}."
        raise Invalid(message=message) from error
    if size > _LARGEST:
        message = f"This is too large to be kept ({size:,} bytes)."
        raise Invalid(message=message)


def edits(body: Plain, changed: Sequence[str], **more: Any) -> dict[str, Any]:
    """Return the partial update that gives a document the values of ``body`` at the changed paths."""
    to_set: dict[str, Any] = {}
    to_unset: dict[str, str] = {}
    for path in changed:
        value = _at(body, path)
        if value is _ABSENT:
            to_unset[path] = ""
        else:
            to_set[path] = value
    to_set |= more
    return {"$set": to_set, "$unset": to_unset} if to_unset else {"$set": to_set}


_ABSENT = object()


def _at(body: Any, path: str) -> Any:
    if "." not in path:
        return body.get(path, _ABSENT)
    for part in path.split("."):
        if not isinstance(body, dict) or part not in body:
            return _ABSENT
        body = body[part]
    return body


def _changed(cls: type, update: Update) -> tuple[str, ...]:
    version = describe(cls).version
    return (*settable(cls, update.changes), *([version.name] if version is not None else []))


def _shows(found: Plain, values: Mapping[str, Any]) -> bool:
    return all(_at(found, path) == value for path, value in values.items())


def _stale(cls: type, ids: list[Any], of: int) -> StaleObject:
    message = f"{len(ids)} of {of} {cls.__name__} changed meanwhile; please look again and repeat."
    return StaleObject(message, kind=cls.__name__, ids=ids)


def _fields(refused: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of the index that an error 11000 names."""
    pattern = refused.get("keyPattern") or {}
    return tuple("id" if mongo_path("id") == key else key for key in pattern)
