"""Changes as a file: CSV with a line for each field, for a spreadsheet; JSON with all of it, for a program."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from opensky.devo.history.manager import Subjects
from opensky.persistence.history.reading import Entry

COLUMNS = (
    "change", "at", "actor kind", "actor id", "actor", "request", "reason",
    "class", "id", "name", "version", "operation", "field", "old", "new", "private",
)  # fmt: skip
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Pages = Iterable[tuple[Sequence[Entry], Subjects]]
"""Changes, with what their objects are called."""


def as_csv(pages: Pages) -> Iterator[bytes]:
    """Give one line for each field of each change."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + _lines([COLUMNS])  # the mark has spreadsheets read it as UTF-8
    for entries, subjects in pages:
        rows = []
        for entry in entries:
            start = _about(entry, subjects)
            for path, change in entry.fields.items() or {"": None}.items():
                values = (change.old, change.new, change.privacy) if change is not None else (None, None, "")
                rows.append([cell(each) for each in (*start, path, *values)])
        yield _lines(rows)


def as_json(pages: Pages) -> Iterator[bytes]:
    """Give all of it: an object with a list of changes."""
    between = b'{"changes": ['
    for entries, subjects in pages:
        texts = [msgspec.json.format(msgspec.json.encode(_whole(entry, subjects)), indent=1) for entry in entries]
        if texts:
            yield between + b"\n" + b",\n".join(texts)
            between = b","
    yield (between if between != b"," else b"") + b"\n]}\n"


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _whole(entry: Entry, subjects: Subjects) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "at": entry.at,
        "actor": {"kind": entry.actor.kind, "id": str(entry.actor.id), "name": entry.actor.name},
        "request": entry.actor.request_id,
        "reason": entry.actor.reason,
        "class": entry.kind,
        "object_id": entry.object_id,
        "name": _name(entry, subjects),
        "version": entry.version,
        "operation": entry.operation,
        "fields": {path: [*change[:2], *change[2:] * bool(change.privacy)] for path, change in entry.fields.items()},
    }


def cell(value: Any) -> str:
    """Return a value as a cell. What a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _about(entry: Entry, subjects: Subjects) -> Sequence[Any]:
    actor = entry.actor
    who = (actor.kind, str(actor.id), actor.name, actor.request_id, actor.reason)
    whose = (entry.kind, entry.object_id, _name(entry, subjects), entry.version, entry.operation)
    return (str(entry.id), entry.at.isoformat(), *who, *whose)


def _name(entry: Entry, subjects: Subjects) -> str:
    found = subjects.get((entry.kind, entry.object_id))
    return found.name if found is not None else ""
