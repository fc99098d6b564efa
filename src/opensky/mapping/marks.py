"""The marks: where an object is kept, who may see a field, how private it is, what it refers to.

A domain object is a plain dataclass. Marks stand in ``Annotated`` on its fields and in one decorator on the class; they
hold data and do nothing. ``describe`` reads them once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

PrivacyClass = Literal["public", "account", "contact", "identity", "financial", "secret"]


class Id:
    """This field is (part of) the identity. Several fields make a composite key, in the order written (entities only)."""


class Version:
    """Optimistic lock: an ``int`` that persistence counts up; a flush over a newer version raises ``StaleObject``."""


class Embedded:
    """In an entity: keep this dataclass (or list of them) as one JSON column. Documents embed dataclasses by themselves."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The serializer groups that show this field, such as ``"api"``. A field without groups is never shown."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Personal:
    """Privacy class of a field. Drives the slice, export, erasure, history and logs; absent means public.

    ``account``: says something about a person's doings. ``contact``: reaches a person. ``identity``: names a person.
    ``financial``: money and payment. ``secret``: must never leave the system (password hashes, tokens).
    """

    kind: PrivacyClass


@dataclass(frozen=True, slots=True)
class ReferenceOne:
    """Another object, in this or the other store, found by the id that the named field holds.

    Not kept itself: it is ``None`` until loaded in one batch by ``UnitOfWork.load(objects, "name")``.
    """

    by: str


@dataclass(frozen=True, slots=True)
class ReferenceMany:
    """Other objects whose ``mapped_by`` field holds this object's id, or whose ids the field ``by`` lists.

    Not kept itself: it is an empty list until loaded in one batch by ``UnitOfWork.load(objects, "name")``.
    """

    mapped_by: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """An index over fields; ``-name`` is descending; over a list field it is a multikey index (documents)."""

    fields: tuple[str, ...]
    unique: bool = False

    def __init__(self, *fields: str, unique: bool = False) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "unique", unique)


def Unique(*fields: str) -> Index:  # noqa: N802 - reads as a mark beside Index
    """Return an index that admits each value (or combination) once."""
    return Index(*fields, unique=True)


@dataclass(frozen=True, slots=True)
class Stored:
    """What ``@entity`` and ``@document`` leave on the class."""

    store: Literal["sql", "documents"]
    name: str
    indexes: tuple[Index, ...]
    clustered: bool = False


def entity(table: str, *indexes: Index, clustered: bool = False) -> Callable[[type[T]], type[T]]:
    """Keep this dataclass as rows of an SQL table.

    The class must not be frozen nor have slots, and wants ``eq=False`` (SQLAlchemy instruments it). ``clustered`` keeps the
    rows in primary-key order (``WITHOUT ROWID`` on SQLite).
    """

    def mark(cls: type[T]) -> type[T]:
        cls.__stored__ = Stored("sql", table, indexes, clustered)  # type: ignore[attr-defined]
        return cls

    return mark


def document(collection: str, *indexes: Index) -> Callable[[type[T]], type[T]]:
    """Keep this dataclass as documents of a collection; slots are welcome."""

    def mark(cls: type[T]) -> type[T]:
        cls.__stored__ = Stored("documents", collection, indexes)  # type: ignore[attr-defined]
        return cls

    return mark
