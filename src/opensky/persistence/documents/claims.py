"""Claims: the unique values of documents, in SQL, so that a taken one is refused inside of the transaction."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from opensky.kernel.once import once_a_class
from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.heads import chunks
from opensky.persistence.documents.journal_tables import CLAIMS
from opensky.persistence.documents.matching import value_at
from opensky.persistence.errors import Duplicate
from opensky.persistence.tables import multikeys

_AT_ONCE = 500
_RELEASE = delete(CLAIMS).where(CLAIMS.c.collection == bindparam("of"), CLAIMS.c.id == bindparam("document"))
_RELEASE_ONE = _RELEASE.where(CLAIMS.c.name == bindparam("called"))


class _Claim(NamedTuple):
    name: str
    digest: str
    id: Any


class Claims:
    """The unique values of one class on one connection."""

    def __init__(self, connection: Connection, cls: type) -> None:
        self._connection = connection
        self._cls = cls
        self._collection = describe(cls).name
        self._unique = unique_paths(cls)

    def take(self, bodies: Iterable[Plain]) -> None:
        """Claim the values of new documents; raises ``Duplicate``, which names the fields."""
        self._take([claim for body in bodies for claim in self._of(body)])

    def move(self, changed: Sequence[tuple[Plain, Sequence[str]]]) -> None:
        """Exchange the claims of documents, given as (body, changed paths); two may swap their values."""
        moved = [(body, name) for body, paths in changed for name in self._touched(paths)]
        if moved:
            rows = [{"of": self._collection, "document": body["id"], "called": name} for body, name in moved]
            self._connection.execute(_RELEASE_ONE, rows)
            names = {(body["id"], name) for body, name in moved}
            self._take([c for body, _ in changed for c in self._of(body) if (c.id, c.name) in names])

    def release(self, ids: Iterable[Any]) -> None:
        """Give up all values of removed documents."""
        if self._unique:
            self._connection.execute(_RELEASE, [{"of": self._collection, "document": i} for i in ids])

    def free(self, bodies: Sequence[Plain]) -> list[Plain]:
        """Return the bodies whose values nobody has yet, of two alike the first."""
        taken = self._taken([claim for body in bodies for claim in self._of(body)])
        found = []
        for body in bodies:
            wanted = {(c.name, c.digest) for c in self._of(body)}
            if not wanted & taken:
                found.append(body)
                taken |= wanted
        return found

    def _take(self, claims: Sequence[_Claim]) -> None:
        if not claims:
            return
        [(value, times)] = Counter((c.name, c.digest) for c in claims).most_common(1)
        if times > 1:  # two of one batch
            raise self._duplicate(value[0])
        rows = [{"collection": self._collection, "name": c.name, "digest": c.digest, "id": c.id} for c in claims]
        try:
            self._connection.execute(insert(CLAIMS), rows)
        except IntegrityError as error:
            raise self._duplicate(self._refused(error, claims)) from error

    def _refused(self, error: IntegrityError, claims: Sequence[_Claim]) -> str:
        """Return the index that an error is about. PostgreSQL says the value and lets nothing more be asked."""
        said = str(error.orig)
        named = next((c.name for c in claims if c.digest in said), "")
        taken = {} if named else {name: None for name, _ in self._taken(claims, by_others=True)}
        return named or next(iter(taken), claims[0].name)

    def _taken(self, claims: Sequence[_Claim], *, by_others: bool = False) -> set[tuple[str, str]]:
        """Return which of these values somebody has; ``by_others``: somebody else than who claims it."""
        found: set[tuple[str, str]] = set()
        for name in self._unique:
            own = {c.digest: c.id for c in claims if c.name == name}
            for some in chunks(own, _AT_ONCE):
                of_index = (CLAIMS.c.collection == self._collection, CLAIMS.c.name == name, CLAIMS.c.digest.in_(some))
                rows = self._connection.execute(select(CLAIMS.c.digest, CLAIMS.c.id).where(*of_index))
                found |= {(name, digest) for digest, id_ in rows if not by_others or own[digest] != id_}
        return found

    def _of(self, body: Plain) -> list[_Claim]:
        values = {name: [value_at(body, path) for path in paths] for name, paths in self._unique.items()}
        return [_Claim(name, _digest(each), body["id"]) for name, each in values.items() if None not in each]

    def _touched(self, changed: Sequence[str]) -> list[str]:
        return [n for n, paths in self._unique.items() if any(_overlap(p, c) for p in paths for c in changed)]

    def _duplicate(self, name: str) -> Duplicate:
        return Duplicate(self._cls.__name__, self._unique[name])


@once_a_class
def unique_paths(cls: type) -> Mapping[str, tuple[str, ...]]:
    """Return the paths of each unique index, under its name."""
    found = [tuple(n.removeprefix("-") for n in index.fields) for index in describe(cls).indexes if index.unique]
    through_lists = set(multikeys(cls))  # no store keeps the elements of lists unique
    return {"_".join(paths).replace(".", "_"): paths for paths in found if not through_lists & set(paths)}


def _digest(values: Sequence[Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
