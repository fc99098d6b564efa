"""What lies inside a body of JSON text, as each SQL dialect reads it.

A value is read as a *kind*, number or text, so that like is compared with like: what is of another kind is as if it were
missing. Paths are made of the field names of our own classes, and stand in the SQL as they are.
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, Double, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from opensky.persistence.types import INT64, LONG_TEXT, binary_collation

Kind = Literal["integer", "real", "text", "any"]
_TYPES: dict[str, TypeEngine[Any]] = {"integer": INT64, "real": Double(), "text": LONG_TEXT, "any": NullType()}


class JsonValue(FunctionElement[Any]):
    """The scalar at a path: SQL's null where there is none, or JSON's null. A boolean is 1 or 0."""

    name = "json_value_at"
    inherit_cache = False

    def __init__(self, body: ColumnElement[Any], path: str, kind: Kind) -> None:
        super().__init__(body)
        self.path, self.kind, self.type = path, kind, _TYPES[kind]


class JsonPart(FunctionElement[Any]):
    """Whatever is at a path, JSON's null too: SQL's null only where nothing is. Good for ``IS NULL`` alone."""

    name = "json_part_at"
    inherit_cache = False
    type = NullType()

    def __init__(self, body: ColumnElement[Any], path: str) -> None:
        super().__init__(body)
        self.path = path


class JsonEach(FunctionElement[Any]):
    """The elements of the list at a path, as rows with one column ``value``; none where there is no list."""

    name = "json_each_at"
    inherit_cache = False
    type = NullType()

    def __init__(self, body: ColumnElement[Any], path: str) -> None:
        super().__init__(body)
        self.path = path


def elements(body: ColumnElement[Any], path: str, name: str) -> tuple[Any, ColumnElement[Any]]:
    """Return what to select from and its element, for a list inside a body."""
    alias = JsonEach(body, path).alias(name)
    return alias, literal_column(f"{name}.value")


def _inside(element: Any, compiler: Any, **options: Any) -> str:
    (body,) = element.clauses
    return str(compiler.process(body, **options))


# ---- SQLite: dynamic typing does what kinds do elsewhere; json_each gives elements as they are.


@compiles(JsonValue, "sqlite")
def _sqlite_value(element: JsonValue, compiler: Any, **options: Any) -> str:
    body = _inside(element, compiler, **options)
    return f"json_extract({body}, '$.{element.path}')" if element.path else body


@compiles(JsonPart, "sqlite")
def _sqlite_part(element: JsonPart, compiler: Any, **options: Any) -> str:
    return f"json_type({_inside(element, compiler, **options)}, '$.{element.path}')"


@compiles(JsonEach, "sqlite")
def _sqlite_each(element: JsonEach, compiler: Any, **options: Any) -> str:
    return f"json_each({_inside(element, compiler, **options)}, '$.{element.path}')"


# ---- MariaDB and MySQL.


@compiles(JsonValue, "mysql")
def _mysql_value(element: JsonValue, compiler: Any, **options: Any) -> str:
    part = f"JSON_EXTRACT({_inside(element, compiler, **options)}, {_dollar(element.path)})"
    value, is_ = f"JSON_UNQUOTE({part})", f"JSON_TYPE({part})"
    if element.kind == "any":
        return f"NULLIF({is_}, 'NULL')"
    if element.kind == "text":
        # The elements that JSON_TABLE gives have a collation of their own, which forgets blanks at the end.
        return f"(CASE {is_} WHEN 'STRING' THEN {value} END COLLATE {binary_collation(compiler.dialect)})"
    # Not SIGNED: beside a fraction, all branches of a CASE would become a DOUBLE, which forgets the last digits of an id.
    as_ = "DECIMAL(40, 10)" if element.kind == "integer" else "DOUBLE"
    number = f"CAST({value} AS {as_})"
    return f"(CASE {is_} WHEN 'BOOLEAN' THEN {value} = 'true' WHEN 'INTEGER' THEN {number} WHEN 'DOUBLE' THEN {number} END)"


@compiles(JsonPart, "mysql")
def _mysql_part(element: JsonPart, compiler: Any, **options: Any) -> str:
    return f"JSON_EXTRACT({_inside(element, compiler, **options)}, {_dollar(element.path)})"


@compiles(JsonEach, "mysql")
def _mysql_each(element: JsonEach, compiler: Any, **options: Any) -> str:
    body = _inside(element, compiler, **options)
    return f"JSON_TABLE({body}, '$.{element.path}[*]' COLUMNS (value JSON PATH '$'))"


def _dollar(path: str) -> str:
    return f"'$.{path}'" if path else "'$'"


# ---- PostgreSQL. The type json, not jsonb: it takes every text that JSON allows, and is read here only.


@compiles(JsonValue, "postgresql")
def _postgresql_value(element: JsonValue, compiler: Any, **options: Any) -> str:
    part = _postgresql_at(element, compiler, **options)
    if element.kind == "any":
        return f"NULLIF(({part})::text, 'null')"
    text = f"({part} #>> '{{}}')"
    if element.kind == "text":
        return f"(CASE json_typeof({part}) WHEN 'string' THEN {text} END COLLATE \"C\")"
    as_ = "numeric" if element.kind == "integer" else "double precision"
    return (
        f"(CASE json_typeof({part}) WHEN 'number' THEN {text}::{as_}"
        f" WHEN 'boolean' THEN (CASE {text} WHEN 'true' THEN 1 ELSE 0 END) END)"
    )


@compiles(JsonPart, "postgresql")
def _postgresql_part(element: JsonPart, compiler: Any, **options: Any) -> str:
    return _postgresql_at(element, compiler, **options)


@compiles(JsonEach, "postgresql")
def _postgresql_each(element: JsonEach, compiler: Any, **options: Any) -> str:
    part = _postgresql_at(element, compiler, **options)
    return f"json_array_elements(CASE json_typeof({part}) WHEN 'array' THEN {part} END)"


def _postgresql_at(element: Any, compiler: Any, **options: Any) -> str:
    body = f"{_inside(element, compiler, **options)}::json"
    return f"({body} #> '{{{element.path.replace('.', ',')}}}')" if element.path else f"({body})"
