"""The port of a document store: find plain documents, write one batch. A session speaks to it and to nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from opensky.persistence.documents.changes import Changes
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.reading import DocumentQuery

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Update:
    """One changed document: its whole new body, the changed paths, and the version that it was read in."""

    id: Any
    version: int
    body: Plain
    changes: Changes


@dataclass(frozen=True, slots=True)
class Removal:
    """One document to remove, as of the version that it was read in."""

    id: Any
    version: int


class DocumentEngine(Protocol):
    """Keeps documents of described classes. A body holds ``id`` and ``version`` too."""

    def find(
        self, cls: type, filter_: Filter, *, sort: Sequence[str] = (), limit: int | None = None, skip: int = 0
    ) -> list[Plain]:
        """Return the bodies that match, in order of ``sort``; raises ``Uncompilable``."""

    def read(self, query: DocumentQuery[S], values: Mapping[str, Any]) -> list[S]:
        """Answer a prepared question: ``query.run`` on an SQL cursor, or ``query.find`` with this engine."""

    def count(self, cls: type, filter_: Filter) -> int:
        """Return how many match. For jobs and tests, never for a request."""

    def distinct(self, cls: type, path: str, filter_: Filter) -> list[Any]:
        """Return the different values at a path, in order."""

    def insert(self, cls: type, bodies: Sequence[Plain]) -> None:
        """Insert all in one batch; raises ``Duplicate`` and then nothing of the transaction stands."""

    def bulk(self, cls: type, bodies: Sequence[Plain]) -> None:
        """Insert all in one batch; those whose id is there already are left alone."""

    def update(self, cls: type, updates: Sequence[Update]) -> None:
        """Write all in one batch, each only over the version that it was read in; raises ``StaleObject``, ``Duplicate``."""

    def remove(self, cls: type, removals: Sequence[Removal]) -> None:
        """Remove all in one batch; raises ``StaleObject``."""

    def committed(self) -> None:
        """The transaction of the rows has been committed: apply what waited for that. Raises nothing."""

    def rolled_back(self) -> None:
        """The transaction of the rows has been undone: forget what waited for it."""
