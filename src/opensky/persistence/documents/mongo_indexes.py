"""Indexes of MongoDB collections, made from the marks."""

from collections.abc import Iterable
from typing import Any

from pymongo import IndexModel
from pymongo.database import Database

from opensky.mapping import Description, Index, describe
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.mongo_engine import GONE
from opensky.persistence.documents.mongo_filters import mongo_path
from opensky.persistence.tables import at_path

TOMBSTONE_SECONDS = 7 * 24 * 3600
"""How long what is left of a removed document keeps late operations out; MongoDB itself clears it away then."""


def ensure_indexes(database: Database[Plain], model: Iterable[type], *, unique: bool) -> None:
    """Make the indexes that are missing, and with them the collections.

    ``unique`` is for collections that nobody but the engine writes. Beside rows the claims in SQL keep values unique, and an
    index that did it again would refuse two documents that exchange their values in one transaction.
    """
    for cls in model:
        description = describe(cls)
        if description.store == "documents":
            wanted = [_model(description, index, unique=unique and index.unique) for index in description.indexes]
            wanted.append(IndexModel([(GONE, 1)], name=GONE, sparse=True, expireAfterSeconds=TOMBSTONE_SECONDS))
            database[description.name].create_indexes(wanted)


def _model(description: Description, index: Index, *, unique: bool) -> IndexModel:
    keys = [(mongo_path(n.removeprefix("-")), -1 if n.startswith("-") else 1) for n in index.fields]
    name = f"{'uq' if unique else 'ix'}_{'_'.join(index.fields).replace('.', '_')}"
    only = {key: _present(description, key) for key, _ in keys if _optional(description, key)} if unique else {}
    return IndexModel(keys, name=name, unique=unique, **({"partialFilterExpression": only} if only else {}))


def _optional(description: Description, path: str) -> bool:
    return path != "_id" and any(f.optional for f in at_path(description, path))


def _present(description: Description, path: str) -> dict[str, Any]:
    """Return a condition that every value meets and null does not: as in SQL, many may have none."""
    return {"$gte": ""} if at_path(description, path)[-1].type not in (int, float, bool) else {"$gte": -(2**63)}
