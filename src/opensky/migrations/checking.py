"""Checking: whether the release that is still running survives the versions that it does not know.

Each missing version is run on an empty copy of the tables, and the tables before and after are compared. What the running
release reads must stay, what it writes must be accepted: expand first, contract when nobody reads it any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opensky.migrations.reads import Reads, kept
from opensky.migrations.runner import Runner
from opensky.migrations.schemas import Schema, Shape, TableShape, schema_of
from opensky.migrations.scratch import scratch
from opensky.migrations.versions import Version


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that would break, or could: which version, what it does, why that matters, and the safe way."""

    version: Version
    what: str
    why: str
    instead: str
    refused: bool = True


def check(runner: Runner, assumed: Reads | None = None) -> list[Finding]:
    """Return what the missing versions would break; ``assumed`` is what the running release reads, where none has said so.

    Raises:
        MigrationFailed: a version does not even run.
        NotPossible: no empty copy can be made.
    """
    status = runner.status()
    with runner.target.connect() as connection, connection.begin():
        found = kept(connection)
        before = schema_of(connection)
    reads = found[0] if found else assumed or _everything(before)
    findings: list[Finding] = []
    if not status.missing:
        return findings
    with scratch(runner.target) as copy:
        trial = Runner(target=copy, folder=runner.folder, clock=runner.clock, say=lambda _: None)
        for version in status.missing:
            [ran] = trial.execute([version.number], "up")
            with copy.connect() as connection, connection.begin():
                after = schema_of(connection)
            findings += _compare(version, before, after, reads)
            findings += _lost(version, ran.lost, reads, known=found is not None)
            before = after
    return findings


def _everything(schema: Schema) -> Reads:
    """Nobody has said what the running release reads: all that is there."""
    return Reads({name: list(table.columns) for name, table in schema.items()}, {})


def _compare(version: Version, before: Schema, after: Schema, reads: Reads) -> Iterator[Finding]:
    for name, old in before.items():
        if name not in reads.tables:
            continue
        if name not in after:
            yield Finding(
                version,
                f"drops or renames the table {name}",
                "the running release reads it",
                "Make the new table beside it and fill it; drop the old one in a later release, when none that reads it is live.",
            )
            continue
        yield from _columns(version, name, old, after[name], reads)
        yield from _uniques(version, name, old, after[name])


def _columns(version: Version, table: str, old: TableShape, new: TableShape, reads: Reads) -> Iterator[Finding]:
    for name, was in old.columns.items():
        if not reads.column(table, name):
            continue
        if name not in new.columns:
            yield Finding(
                version,
                f"drops or renames the column {table}.{name}",
                "the running release reads it",
                "Add the new column, write both, fill it; drop the old one in a later release, when none that reads it is live.",
            )
            continue
        yield from _narrowed(version, f"{table}.{name}", was, new.columns[name])
    for name, shape in new.columns.items():
        if name not in old.columns and not shape.nullable and shape.default is None:
            yield Finding(
                version,
                f"adds the column {table}.{name}, NOT NULL and without a default",
                "the running release does not know it, so that its inserts fail",
                "Give it a default (server_default=...) or let it be NULL; make it NOT NULL in a later release.",
            )


def _narrowed(version: Version, column: str, was: Shape, now: Shape) -> Iterator[Finding]:
    if was.nullable and not now.nullable:
        yield Finding(
            version,
            f"makes {column} NOT NULL",
            "the running release may still write NULL",
            "Let the next release always write a value, fill what is NULL, and tighten the column in the release after it.",
        )
    if was.family != now.family or now.size < was.size:
        yield Finding(
            version,
            f"narrows {column} from {was.type} to {now.type}",
            "the running release may write what does not fit any more",
            "Add a column of the new type beside it, write both, and drop the old one in a later release.",
        )


def _uniques(version: Version, table: str, old: TableShape, new: TableShape) -> Iterator[Finding]:
    for columns, unique in sorted(new.indexes - old.indexes):
        if unique and set(columns) <= old.columns.keys():
            yield Finding(
                version,
                f"lets {table} have each {' and '.join(columns)} only once",
                "the running release may write one twice, and gets an error then",
                "Make sure that it never does, or add the index with the release that takes care of it.",
                refused=False,
            )


def _lost(version: Version, lost: Sequence[tuple[str, str]], reads: Reads, *, known: bool) -> Iterator[Finding]:
    for collection, field in lost:
        if reads.field(collection, field) or not known:
            yield Finding(
                version,
                f"takes {field} away from the documents of {collection}",
                "the running release reads it" if known else "the running release may read it",
                f'Mark the new field AlsoLoad("{field}"): documents are then renewed when they are read (migrate eventual).',
            )
