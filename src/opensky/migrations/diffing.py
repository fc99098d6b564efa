"""Writing versions: an empty one, or what lies between the tables as they are and as the classes say.

Alembic compares and renders. What it writes is free of the application's code: our column types become the plain ones that
they are made of.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Boolean, Column, DateTime, DefaultClause, Integer, MetaData, Numeric, String, Table, false
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import UnaryExpression

from opensky.migrations.errors import BadVersion
from opensky.migrations.versions import PREFIX, versions_in
from opensky.persistence.tables import BESIDE
from opensky.persistence.types import BinaryText, EmbeddedJson, UtcDateTime

_EMPTY = '''"""{description}"""


def up(migration):
    """Tables: migration.sql(...) or migration.tables; documents: migration.documents(...)."""


def down(migration):
    """Undo it."""
'''
_FULL = '''"""{description}"""

import sqlalchemy as sa
{imports}

def up(migration):
{up}


def down(migration):
{down}
'''
_NOISE = (
    (re.compile(r"# ### .*\n?"), ""),
    (re.compile(r"with op\.batch_alter_table\(('[^']*'), schema=None\)"), r"with tables.batch_alter_table(\1)"),
    (re.compile(r"sa\.BigInteger\(\)\.with_variant\(sa\.Integer\(\), 'sqlite'\)"), "types.integer()"),
    (re.compile(r"(types\.(?:text|instant)\([^)]*\)), autoincrement=False"), r"\1"),
    (re.compile(r",\s*info=\{[^}]*\}"), ""),
    (re.compile(r",\s*sqlite_with_rowid=True"), ""),
)
"""What Alembic writes and nobody needs, or means otherwise here."""
_OURS = "migrations"
_SHADOWS = re.compile(r"(.+)_(data|idx|content|docsize|config)")


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between a database and the classes, as source."""

    up: str
    down: str
    imports: str
    tables: Sequence[str]
    """The names of the tables that change."""


def generate(folder: Path, description: str, now: datetime) -> Path:
    """Write an empty version and return its file."""
    return _write(folder, _EMPTY.format(description=_sentence(description)), now)


def write_difference(folder: Path, description: str, found: Difference, now: datetime) -> Path:
    """Write a version that makes a difference, and return its file."""
    text = _FULL.format(
        description=_sentence(description), imports=found.imports, up=_body(found.up), down=_body(found.down)
    )
    return _write(folder, text, now)


def difference(connection: Connection, wanted: MetaData, *, from_empty: bool = False) -> Difference | None:
    """Return what would make the tables of a database those of ``wanted``; ``None`` if they are.

    ``from_empty`` leaves the database aside: everything that is wanted, as for a rollup.
    """
    options: dict[str, Any] = {
        "compare_type": True,
        "compare_server_default": False,  # every column is always written; a default is for those who do not know it
        "render_as_batch": True,
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "tables.",
        "render_item": _render_item,
        "include_object": _included(connection, wanted),
        "include_name": lambda name, kind, _parents: kind != "table" or not (from_empty or name == _OURS),
    }
    context = MigrationContext.configure(connection, opts=options)
    script = produce_migrations(context, wanted)
    if script.upgrade_ops is None or script.upgrade_ops.is_empty() or script.downgrade_ops is None:
        return None
    for operations in (script.upgrade_ops, script.downgrade_ops):
        operations.ops = list(_indexes_apart(operations.ops, _made(connection)))
    up = _rendered(script.upgrade_ops, context) + _refills(script.upgrade_ops, wanted)
    down = _rendered(script.downgrade_ops, context)
    dialects = [d for d in ("mysql", "postgresql", "sqlite") if re.search(rf"\b{d}\.[A-Z]", up + down)]
    imports = f"from sqlalchemy.dialects import {', '.join(dialects)}\n" if dialects else ""
    return Difference(up, down, imports, sorted(_tables(script.upgrade_ops)))


def _indexes_apart(
    operations: Sequence[ops.MigrateOperation], made: Mapping[str, str]
) -> Iterator[ops.MigrateOperation]:
    """Take indexes out of the batches in which SQLite rebuilds a table: dropped before, made after.

    ``made`` is how indexes were made that SQLAlchemy reads without their DESC, so that undoing makes the same ones.
    """
    # A table takes its indexes along; MariaDB refuses to drop one alone that a foreign key needs.
    dropped = {each.table_name for each in operations if isinstance(each, ops.DropTableOp)}
    for each in operations:
        if not isinstance(each, ops.ModifyTableOps):
            yield each
            continue
        if each.table_name in dropped:
            continue
        for op in each.ops:
            if isinstance(op, ops.AddColumnOp):
                _give_a_default(op.column)
        yield from (op for op in each.ops if isinstance(op, ops.DropIndexOp))
        rest = [op for op in each.ops if not isinstance(op, ops.DropIndexOp | ops.CreateIndexOp)]
        if rest:
            yield ops.ModifyTableOps(each.table_name, rest, schema=each.schema)
        for op in each.ops:
            if isinstance(op, ops.CreateIndexOp):
                expressions = any(isinstance(part, UnaryExpression) for part in op.to_index().expressions)
                as_it_was = made.get(str(op.index_name))
                yield ops.ExecuteSQLOp(as_it_was) if as_it_was and not expressions else op


def _give_a_default(column: Column[Any]) -> None:
    """Let rows that are there, and a running release that does not know the column, have something for it."""
    if column.nullable or column.server_default is not None:
        return
    kind = column.type.impl if isinstance(column.type, BinaryText) else column.type
    if isinstance(kind, Boolean):
        column.server_default = DefaultClause(false())
    elif isinstance(kind, Integer | Numeric):
        column.server_default = DefaultClause("0")
    elif isinstance(kind, String):
        column.server_default = DefaultClause("")
    elif isinstance(kind, DateTime | UtcDateTime):
        column.server_default = DefaultClause("1970-01-01 00:00:00")


def _made(connection: Connection) -> dict[str, str]:
    if connection.dialect.name != "sqlite":
        return {}
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% DESC%'"
    return {row.name: row.sql for row in connection.exec_driver_sql(query)}


def _rendered(operations: ops.UpgradeOps | ops.DowngradeOps, context: MigrationContext) -> str:
    source = render_python_code(
        operations,
        sqlalchemy_module_prefix="sa.",
        alembic_module_prefix="tables.",
        render_as_batch=True,
        render_item=_render_item,
        migration_context=context,
    )
    for noise, instead in _NOISE:
        source = noise.sub(instead, source)
    return dedent("\n" + source).strip("\n")


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a type of ours as what the runner hands to a version, so that it needs no code of ours."""
    if kind != "type":
        return False
    if isinstance(item, BinaryText):
        return f"types.text({item.length or ''})"
    if isinstance(item, EmbeddedJson):
        return "types.text()"
    return "types.instant()" if isinstance(item, UtcDateTime) else False


def _included(connection: Connection, wanted: MetaData) -> Callable[..., bool]:
    dialect = connection.dialect.name

    def include(item: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001 - Alembic's signature
        if kind != "table" or not isinstance(item, Table):
            return True
        if reflected and name not in wanted.tables:
            beside = name in wanted.info.get(BESIDE, ())
            if beside or _is_of_the_engine(connection, str(name)):
                return False
        only = item.info.get("dialects")
        return name != _OURS and not (only and dialect not in only)

    return include


def _is_of_the_engine(connection: Connection, name: str) -> bool:
    """Whether a table belongs to SQLite's full-text search, which makes and keeps its own."""
    if connection.dialect.name != "sqlite":
        return False
    match = _SHADOWS.fullmatch(name)
    names = (name, match[1]) if match else (name,)
    query = "SELECT count(*) FROM sqlite_master WHERE name = ? AND sql LIKE 'CREATE VIRTUAL TABLE%'"
    return any(connection.exec_driver_sql(query, (n,)).scalar() for n in names)


def _refills(operations: ops.OpContainer, wanted: MetaData) -> str:
    """Return calls that fill what is new beside the bodies of documents."""
    grown: dict[str, None] = {}
    made = {each.table_name for each in operations.ops if isinstance(each, ops.CreateTableOp)}
    for each in operations.ops:
        if isinstance(each, ops.ModifyTableOps) and any(isinstance(o, ops.AddColumnOp) for o in each.ops):
            if "body" in wanted.tables[each.table_name].c and "version" in wanted.tables[each.table_name].c:
                grown[each.table_name] = None
        elif isinstance(each, ops.CreateTableOp):
            owner = each.table_name.partition("__")[0]
            if (
                owner in wanted.tables and owner not in made
            ):  # a side table; that of a new collection has nothing to hold
                grown[owner] = None
    return "".join(f"\nmigration.documents({name!r}).refill()" for name in grown)


def _tables(operations: ops.OpContainer) -> set[str]:
    return {each.table_name for each in operations.ops if hasattr(each, "table_name")}


def _write(folder: Path, text: str, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    taken = {version.number for version in versions_in(folder)}
    while f"{now:%Y%m%d%H%M%S}" in taken:
        now += timedelta(seconds=1)
    path = folder / f"{PREFIX}{now:%Y%m%d%H%M%S}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BadVersion(f"Cannot write {path}: {error.strerror}.") from error
    return path


def _sentence(text: str) -> str:
    text = " ".join(text.split()).replace("\\", "").replace('"', "'").strip()
    if not text:
        return "Say in one sentence what this version is for."
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _body(source: str) -> str:
    """Return statements indented as the body of a function; Alembic indents all but the first, or none."""
    used = [name for name in ("tables", "types") if f"{name}." in source]
    named = f"{', '.join(used)} = {', '.join(f'migration.{name}' for name in used)}\n" if used else ""
    lines = (named + source).splitlines()
    text = "\n".join(f"    {line}".rstrip() for line in lines).strip("\n")
    return text or "    pass"
