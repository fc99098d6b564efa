"""Applying operations to MongoDB: each once in effect, whoever tries it, however often and in whatever order.

A document counts its operations in ``_rev``. An operation that finds the revision before its own changes only the paths that
differ; one that finds an older revision, or no document, writes the whole body; one that finds its own or a newer revision has
nothing to do. A removed document leaves a tombstone with its last revision, so that it cannot come back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pymongo
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, PyMongoError

from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.mongo_engine import DUPLICATE_KEY, GONE, REVISION, document, edits
from opensky.persistence.documents.mongo_reach import plainly
from opensky.persistence.documents.operations import Operation

Failures = dict[int, str]
"""What an operation met, by its journal id."""

_AT_ONCE = 100
"""Documents in one transaction of MongoDB's: a request never has more, and an import gains nothing by it."""
_SECONDS = 10.0
"""How long a request waits at most, after its commit. A transaction whose client was killed holds its documents for a minute."""
_SECONDS_FOR_MANY = 60.0


def apply(database: Database[Plain], operations: Sequence[Operation], *, transactions: bool) -> Failures:
    """Apply operations and return the ones that failed. Raises nothing.

    Where the server has ``transactions``, documents of one commit show at once; they are no condition for being right.
    """
    by_collection = groupby(sorted(operations, key=_place), key=lambda op: op.collection)
    steps = [(database[name], list(some)) for name, some in by_collection]
    few = len(operations) <= _AT_ONCE
    with pymongo.timeout(_SECONDS if few else _SECONDS_FOR_MANY):
        if transactions and few and len({(op.collection, op.document_id) for op in operations}) > 1:
            try:
                if _all_at_once(database, steps):
                    return {}
            except PyMongoError as error:
                if _is_away(error):
                    return {op.id: _said(error) for op in operations}
                # One of them is known already, or was refused: each by itself then.
        failures: Failures = {}
        for collection, some in steps:
            refused = _separately(collection, _last_of_each(some))
            failures |= {op.id: refused[op.document_id] for op in some if op.document_id in refused}
    return failures


def _place(operation: Operation) -> tuple[str, Any, int]:
    return operation.collection, operation.document_id, operation.revision


def _last_of_each(operations: Iterable[Operation]) -> list[Operation]:
    """Return one operation a document: the last, which then writes the whole body if it stands for several."""
    last: dict[Any, Operation] = {}
    for op in operations:
        last[op.document_id] = replace(op, changed=()) if op.document_id in last else op
    return list(last.values())


def _all_at_once(database: Database[Plain], steps: Sequence[tuple[Collection[Plain], list[Operation]]]) -> bool:
    """Apply all in one transaction if none of them was tried before; says whether it did."""
    with database.client.start_session() as session, session.start_transaction():
        for collection, some in steps:
            last = _last_of_each(some)
            if _write(collection, last, session) != len(last):
                session.abort_transaction()
                return False
    return True


def _separately(collection: Collection[Plain], operations: Sequence[Operation]) -> dict[Any, str]:
    """Apply the operations of a collection; returns what failed, by document."""
    try:
        refused: dict[Any, str] = {}
        try:
            if _write(collection, operations) == len(operations):
                return {}
        except BulkWriteError as error:
            problems = [e for e in error.details["writeErrors"] if e["code"] != DUPLICATE_KEY]
            refused = {operations[e["index"]].document_id: e["errmsg"] for e in problems}
        _settle(collection, [op for op in operations if op.document_id not in refused])
    except Exception as error:  # noqa: BLE001 - whatever one document cannot be, the others must not wait for it
        if len(operations) == 1 or _is_away(error):
            return {op.document_id: _said(error) for op in operations}
        return {k: v for op in operations for k, v in _separately(collection, [op]).items()}
    return refused


def _write(collection: Collection[Plain], operations: Sequence[Operation], session: ClientSession | None = None) -> int:
    """Write a batch and return how many documents it changed."""
    done = collection.bulk_write([_request(op) for op in operations], ordered=False, session=session)
    return done.inserted_count + done.matched_count + done.upserted_count


def _request(op: Operation) -> Any:
    if op.body is not None and op.changed:
        before = {"_id": op.document_id, REVISION: op.revision - 1}
        return UpdateOne(before, edits(op.body, op.changed, **{REVISION: op.revision}))
    if op.revision == 1:
        return InsertOne(_whole(op))
    return ReplaceOne({"_id": op.document_id, REVISION: {"$lt": op.revision}}, _whole(op), upsert=True)


def _settle(collection: Collection[Plain], operations: Sequence[Operation]) -> None:
    """Write whole what did not find the revision before it, unless its own or a newer one is there."""
    ids = [op.document_id for op in operations]
    there = {d["_id"]: d.get(REVISION, 0) for d in collection.find({"_id": {"$in": ids}}, {REVISION: 1})}
    for op in operations:
        if there.get(op.document_id, 0) < op.revision:
            # A document without a revision was put there by somebody else: the journal is right.
            older = {"_id": op.document_id, "$or": [{REVISION: {"$lt": op.revision}}, {REVISION: None}]}
            try:
                collection.replace_one(older, _whole(op), upsert=True)
            except DuplicateKeyError as error:
                if "_id" not in (error.details or {}).get("keyPattern", {"_id": 1}):
                    raise  # an index that is unique here although the claims in SQL decide


def _is_away(error: Exception) -> bool:
    """Return whether trying again at once is of no use: no server, or no answer in time."""
    return isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and error.timeout)


def _whole(op: Operation) -> Plain:
    if op.body is None:
        return {"_id": op.document_id, REVISION: op.revision, GONE: datetime.now(UTC)}
    return document(op.body, **{REVISION: op.revision})


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {plainly(error)}"
