"""Tables, made from descriptions: an entity's columns, or a collection's id, version, body and extracted index columns."""

from functools import cache
from typing import Any

from sqlalchemy import Column, Double, ForeignKey, Index, MetaData, Table
from sqlalchemy.sql.elements import ColumnElement

from opensky.kernel.errors import Misconfigured
from opensky.kernel.once import once_a_class
from opensky.mapping import Description, Field, describe
from opensky.persistence.types import INT64, KEY_LENGTH, LONG_TEXT, columns, text

METADATA = MetaData()
BESIDE = "beside"
"""Under this, ``METADATA.info`` names tables that are made along with the model's and are none of them: no migration is written for them."""


@once_a_class
def table(cls: type) -> Table:
    """Return the table in which objects of a marked class are kept.

    An entity has a column for each field (``price_minor`` and ``price_currency`` for ``Money``). A collection has ``id``,
    ``version``, ``body`` (JSON text of the whole document) and a real column for each indexed field.
    """
    description = describe(cls)
    if not description.store:
        message = f"{cls.__qualname__} is not kept anywhere; mark it @entity(table) or @document(collection)."
        raise Misconfigured(message)
    made = _entity_table(description) if description.store == "sql" else _collection_table(description)
    made.info["kind"] = cls.__name__
    for index in description.indexes:
        names = [n.removeprefix("-") for n in index.fields]
        if not any(_is_multikey(description, name) for name in names):
            label = f"{'uq' if index.unique else 'ix'}_{description.name}_{'_'.join(names).replace('.', '_')}"
            Index(label, *(_ordered(made, name) for name in index.fields), unique=index.unique)
    return made


@cache
def multikey_table(cls: type, path: str) -> Table:
    """Return the side table of an index over a list field: one row (value, id) for each element."""
    description = describe(cls)
    name = f"{description.name}__{path.replace('.', '_')}"
    return Table(
        name,
        METADATA,
        Column("value", _extracted_type(at_path(description, path)[-1]), primary_key=True),
        Column("id", INT64, ForeignKey(f"{description.name}.id", ondelete="CASCADE"), primary_key=True, index=True),
        sqlite_with_rowid=False,
    )


def extracted(cls: type) -> tuple[str, ...]:
    """Return the paths that a collection keeps as real columns: every indexed path that is not a list."""
    description = describe(cls)
    paths = {name.removeprefix("-"): None for index in description.indexes for name in index.fields}
    return tuple(p for p in paths if not _is_multikey(description, p) and not _is_key(description, p))


def multikeys(cls: type) -> tuple[str, ...]:
    """Return the indexed paths that run over a list."""
    description = describe(cls)
    paths = {name.removeprefix("-"): None for index in description.indexes for name in index.fields}
    return tuple(p for p in paths if _is_multikey(description, p))


def at_path(description: Description, path: str) -> list[Field]:
    """Return the fields along a dotted path, such as ``variants.price.minor``.

    Raises:
        Misconfigured: the path names a field that is not there.
    """
    fields: list[Field] = []
    current: Description | None = description
    for part in path.split("."):
        if current is None:
            message = (
                f"{description.cls.__qualname__} has nothing below {'.'.join(f.name for f in fields)!r} ({path!r})."
            )
            raise Misconfigured(message)
        field = current.field(part)
        fields.append(field)
        current = describe(field.type) if hasattr(field.type, "__dataclass_fields__") else None
    return fields


def column_name(path: str) -> str:
    """Return the column that keeps an extracted path."""
    return path.replace(".", "_")


def _entity_table(description: Description) -> Table:
    keyed = {n.removeprefix("-") for index in description.indexes for n in index.fields}
    made = [c for f in description.stored_fields for c in columns(f, keyed=f.id or f.name in keyed)]
    return Table(description.name, METADATA, *made, sqlite_with_rowid=not description.clustered)


def _collection_table(description: Description) -> Table:
    made: list[Column[Any]] = [
        Column("id", INT64, primary_key=True, autoincrement=False),
        Column("version", INT64, nullable=False),
        Column("body", LONG_TEXT, nullable=False),
    ]
    made += [Column(column_name(p), _extracted_type(at_path(description, p)[-1])) for p in extracted(description.cls)]
    for path in multikeys(description.cls):
        multikey_table(description.cls, path)
    return Table(description.name, METADATA, *made)


def _extracted_type(field: Field) -> Any:
    if field.type is float:
        return Double()
    return INT64 if field.type in (int, bool) else text(KEY_LENGTH)


def _ordered(made: Table, name: str) -> ColumnElement[Any]:
    plain = column_name(name.removeprefix("-"))
    return made.c[plain].desc() if name.startswith("-") else made.c[plain]


def _is_multikey(description: Description, path: str) -> bool:
    return any(f.many for f in at_path(description, path))


def _is_key(description: Description, path: str) -> bool:
    return path in {f.name for f in (*description.ids, description.version) if f is not None}
