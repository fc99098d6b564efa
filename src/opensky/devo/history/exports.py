"""Changes as a file: CSV with a line for each field, for a spreadsheet; JSON with all of it, for a program."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from opensky.devo.history.repository import Subject
from opensky.persistence.history.reading import Entry, HistoryPage

MOST = 10_000
"""How many changes one file holds; the rest is in the next, from where this one ends."""
COLUMNS = (
    "change", "at", "actor kind", "actor id", "actor", "request", "reason",
    "class", "id", "name", "version", "operation", "field", "old", "new", "private",
)  # fmt: skip
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Subjects = Mapping[tuple[str, str], Subject]


def as_csv(page: HistoryPage, subjects: Subjects) -> bytes:
    """Return one line for each field of each change."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for entry in page.entries:
        start = _about(entry, subjects)
        for path, change in entry.fields.items() or {"": None}.items():
            values = (change.old, change.new, change.privacy) if change is not None else (None, None, "")
            lines.writerow([cell(each) for each in (*start, path, *values)])
    return out.getvalue().encode("utf-8-sig")  # the mark has spreadsheets read it as UTF-8


def as_json(page: HistoryPage, subjects: Subjects) -> bytes:
    """Return all of it. ``older`` is the cursor of the next file, or null."""
    changes = [
        {
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
            "fields": {
                path: [*change[:2], *change[2:] * bool(change.privacy)] for path, change in entry.fields.items()
            },
        }
        for entry in page.entries
    ]
    older = str(page.older) if page.older is not None else None
    return msgspec.json.format(msgspec.json.encode({"changes": changes, "older": older}), indent=1)


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
