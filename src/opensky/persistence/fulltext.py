"""Full-text search: a port with two engines behind it, written in the transaction of the caller.

What a person types is taken apart into words: nothing typed can break or steer a query. Every word must occur; longer ones also
match as a beginning. Accents and capitals do not matter. SQLite answers with FTS5, the servers with a table of words.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Executable
from sqlalchemy.engine import Connection

from opensky.kernel.ids import LAST
from opensky.persistence.cursors import pack, unpack

MOST_WORDS, LONGEST_TEXT = 8, 200
CANDIDATES = 1000
"""How many of the newest matches are weighed against each other: what everything matches costs no more than that."""
SHORTEST_BEGINNING = 2


class Rank(NamedTuple):
    """Where a page of results ended: the weight (the better, the smaller) and the id."""

    weight: float
    id: int

    def text(self) -> str:
        """Return the cursor as it stands in an address."""
        return pack(">dq", self.weight, self.id)

    @classmethod
    def read(cls, text: str, field: str = "before") -> "Rank":
        """Read what ``text`` wrote; an empty text, or a weight that nothing weighs, is the start. Raises ``Invalid``."""
        if not text:
            return BEST
        weight, id_ = unpack(">dq", text, field)
        return cls(weight, id_) if math.isfinite(weight) else BEST


BEST = Rank(-1e300, LAST)
Entry = tuple[int, str, Mapping[str, str]]
"""An id, its scope, and its texts by column."""


class Asks(Protocol):
    """What a search reads with: a ``Reader``."""

    @property
    def dialect(self) -> str: ...
    def rows(self, statement: Executable, parameters: Any = None) -> Sequence[Any]:
        """Run a statement and return its rows."""


class Writes(Protocol):
    """What a search writes with: a ``UnitOfWork`` or a ``Bulk``."""

    @property
    def connection(self) -> Connection: ...
    def execute(self, statement: Executable, parameters: Any = None) -> Any:
        """Run a statement in the open transaction."""


class TextSearch(Protocol):
    """Finds ids by words. Entries are written in the transaction of the caller."""

    def find(self, reader: Asks, words: str, after: Rank, limit: int, *, scope: str = "") -> list[Rank]:
        """Return the best matches after ``after``, best first; nothing where ``words`` holds no word.

        ``scope`` keeps to the entries that were put with that scope.
        """

    def put(self, writer: Writes, entries: Iterable[Entry], *, new: bool = False) -> None:
        """Write entries (id, scope, texts by column) that replace those of the same ids; ``new``: there are none."""

    def remove(self, writer: Writes, ids: Iterable[int]) -> None:
        """Remove the entries of these ids; unknown ones do not matter."""

    def clear(self, writer: Writes) -> None:
        """Remove all entries."""
