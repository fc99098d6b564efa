"""Documents as they are kept, without their classes: what a version file changes them with, and what counts old shapes.

Two engines: collections in an SQL database (a table with ``id``, ``version``, ``body`` and columns made from the body), and
MongoDB.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from opensky.migrations.errors import BadVersion

Plain = dict[str, Any]
Change = Callable[[Plain], None]
BATCH = 500
TRIES = 20


class Collection(Protocol):
    """The documents of one collection, as plain data."""

    name: str

    def pages(self, words: Sequence[str] = (), *, after: int = 0, lock: bool = False) -> Iterator[list[Plain]]:
        """Yield all documents by id, in pages; with ``words``, at least those that have one of these keys.

        ``lock`` keeps others from changing a page's documents until the end of the transaction, where the engine can.
        """

    def write(self, old: Plain, new: Plain) -> bool:
        """Write a document that was read as ``old``; return whether it still was so."""

    def one(self, id_: Any) -> Plain | None:
        """Return one document."""

    def refill(self) -> int:
        """Make anew what is derived from the documents to find them by; return how many were looked at."""


class Elsewhere(Protocol):
    """Collections in another database than the rows, written by way of the rows' transaction."""

    def collection(self, connection: Connection, name: str) -> Collection:
        """Open a collection for one transaction; reads see what was written in it."""

    def apply(self, connection: Connection) -> None:
        """Apply what was committed."""

    def forget(self) -> None:
        """Forget what was not."""

    def close(self) -> None:
        """Close the connections."""


class Documents:
    """What a version file changes the documents of one collection with. Every call may be repeated."""

    def __init__(
        self,
        collection: Collection,
        note: Callable[[str], None],
        *,
        perform: bool,
        lost: Callable[[str, str], None] = lambda _collection, _field: None,
    ) -> None:
        self._collection = collection
        self._note = note
        self._perform = perform
        self._lost = lost

    def rename(self, old: str, new: str) -> int:
        """Rename a field where ``new`` is not there yet; return how many documents changed."""

        def change(body: Plain) -> None:
            if old in body:
                value = body.pop(old)
                body.setdefault(new, value)

        self._lost(self._collection.name, old)
        return self._each(f"rename {old} to {new}", change, (old,))

    def remove(self, field: str) -> int:
        """Remove a field; return how many documents changed."""
        self._lost(self._collection.name, field)
        return self._each(f"remove {field}", lambda body: body.pop(field, None), (field,))

    def fill(self, field: str, value: Any) -> int:
        """Set a field where it is absent; return how many documents changed."""
        return self._each(f"fill {field} with {value!r}", lambda body: body.setdefault(field, value), ())

    def each(self, change: Callable[[Plain], Any], *, having: str | tuple[str, ...] = ()) -> int:
        """Call ``change`` with every document, which it may alter in place; return how many it altered.

        ``having`` names fields of which each document that matters has one: with it, far fewer are read.
        """
        words = (having,) if isinstance(having, str) else having
        return self._each(f"change by {getattr(change, '__name__', 'a function')}()", change, words)

    def count(self, having: str = "") -> int:
        """Return how many documents there are, or how many have a field."""
        pages = self._collection.pages((having,) if having else ())
        return sum(1 for page in pages for body in page if not having or having in body)

    def refill(self) -> int:
        """Fill the columns and side tables by which documents are found, from the documents; for a new index."""
        if not self._perform:
            self._note(f"documents {self._collection.name}: refill its index columns")
            return 0
        number = self._collection.refill()
        self._note(f"documents {self._collection.name}: refilled the index columns of {number}")
        return number

    def _each(self, what: str, change: Callable[[Plain], Any], words: tuple[str, ...]) -> int:
        changed = 0
        for page in self._collection.pages(words, lock=self._perform):
            for body in page:
                changed += self._apply(body, change)
        self._note(f"documents {self._collection.name}: {what}: {changed}")
        return changed

    def _apply(self, body: Plain | None, change: Callable[[Plain], Any]) -> bool:
        """Write one document anew; one that was changed meanwhile is read and changed again."""
        for _ in range(TRIES):
            if body is None:
                return False
            new = copied(body)
            change(new)
            if new == body:
                return False
            if new.get("id") != body.get("id"):
                raise BadVersion(f"A change of {self._collection.name} {body.get('id')} touched its id; ids stay.")
            if not self._perform or self._collection.write(body, new):
                return True
            body = self._collection.one(body["id"])
        message = (
            f"{self._collection.name} {body and body.get('id')} is changed all the time; try again when it is quieter."
        )
        raise BadVersion(message)


def copied(value: Any) -> Any:
    """Return a copy of plain data, all the way down."""
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    return [copied(v) for v in value] if isinstance(value, list) else value
