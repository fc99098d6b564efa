"""What the other database must be told of one document, in a form that needs no class to be read again."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from opensky.mapping import describe
from opensky.persistence.documents.changes import Changes
from opensky.persistence.documents.codec import Plain


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of one document.

    ``revision`` counts the steps of a document, so that each is done once and a late one never undoes a newer one. ``body``
    is the whole document after the step, ``None`` if it was removed; ``changed`` names the paths that differ from the
    revision before, and is empty where the document is new or replaced whole.
    """

    id: int
    collection: str
    document_id: Any
    revision: int
    body: Plain | None
    changed: tuple[str, ...] = ()

    def encoded(self) -> str:
        """Return what the journal keeps beside the columns."""
        return msgspec.json.encode(_Kept(self.body, self.changed)).decode()


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    body: Plain | None
    changed: tuple[str, ...]


def decoded(id_: int, collection: str, document_id: int, revision: int, text: str) -> Operation:
    """Return the operation of a journal row; raises ``msgspec.DecodeError`` if it is none."""
    kept = msgspec.json.decode(text, type=_Kept)
    return Operation(id_, collection, document_id, revision, kept.body, kept.changed)


def settable(cls: type, changes: Changes) -> tuple[str, ...]:
    """Return the paths to set for a change set: a free mapping, whose keys may hold dots, is set whole."""
    return tuple({path if "." not in path else _described(cls, path): None for path in changes})


@lru_cache(4096)
def _described(cls: type, path: str) -> str:
    """Return the longest beginning of a path that leads through described objects."""
    known: list[str] = []
    current: Any = cls
    for part in path.split("."):
        if not hasattr(current, "__dataclass_fields__"):
            break
        field = next((f for f in describe(current).fields if f.name == part), None)
        known.append(part)
        if field is None:  # dropped from the class since it was written
            break
        current = None if field.many else field.type
    return ".".join(known)
