"""What a line of a log may say: objects show what their marks allow, all else is judged by its name and its form.

A field that is marked ``Personal`` shows its class of privacy in place of its value. The writer of a line chose what stands at its
top, so that is masked where name or form say so; what lies deeper has come from somewhere, and is masked unless it is known to be harmless.
"""

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from opensky.kernel.masking import cleaned, is_plain, judged
from opensky.kernel.money import Money
from opensky.mapping import describe

MASKED, SECRET = "⟦masked⟧", "⟦secret⟧"
OURS = frozenset(
    [
        "timestamp",
        "level",
        "program",
        "pid",
        "request",
        "journey",
        "journeys",
        "message",
        "flow",
        "queue",
        "route",
        "method",
        "actor",
        "member",
        "ms",
        "status",
        "attempt",
        "job",
    ]
)
"""Names that this system writes itself, with values of known forms: they are shown as they are."""
MEANT = {"security": frozenset({"address"})}
"""What a log is there to tell although it is personal: from where somebody tried a door."""
_LARGEST = 2**53
"""Whole numbers beyond are text: many readers of JSON keep no more digits."""
_LONGEST, _MOST, _DEEPEST = 2_000, 20, 4
_LONGEST_TRACE = 40_000
_SUSPECT = re.compile(r"[@=/:+]|(\d[ -]?){13}|bearer|basic", re.IGNORECASE)
_VALUES = re.compile(
    r"\[parameters: .*?\]$"  # of SQLAlchemy
    r"|(?<=^DETAIL:)  .*?$"  # of PostgreSQL, which tells the row
    r"|(?<=Duplicate entry )'.*?'(?= for key)",  # of MariaDB
    re.MULTILINE | re.DOTALL,
)
_QUICK = frozenset({str, int, float})
_SCALARS = (int, float, datetime, date, timedelta, Decimal, Money)


def mask(_logger: Any, _method: str, line: Any) -> Any:
    """Mask what a line must not say. A processor of structlog."""
    meant = MEANT.get(line.get("log", ""), frozenset())
    for name, value in line.items():
        kind = type(value)
        if kind in _QUICK and (name in OURS or (kind is not str and not judged(name))):
            if kind is int and not -_LARGEST < value < _LARGEST:
                line[name] = str(value)
        elif name == "exception":
            line[name] = told(value)
        elif name in OURS or name in meant:
            line[name] = shown(value, "id")
        else:
            line[name] = shown(value, name, chosen=True)
    return line


def told(error: str) -> str:
    """Return a traceback without the values that databases tell of a row, and without what looks personal or secret."""
    if len(error) > _LONGEST_TRACE:
        error = f"{error[: _LONGEST_TRACE // 4]}\n…\n{error[-_LONGEST_TRACE * 3 // 4 :]}"
    return cleaned(_VALUES.sub(MASKED, error))


def shown(value: Any, name: str, *, chosen: bool = False, depth: int = 0) -> Any:
    """Return what may stand in a log of a value with this name; ``chosen`` says that whoever writes the line named it."""
    how = judged(name)
    if how and value not in (None, "", 0):
        return SECRET if how == "secret" else MASKED
    if isinstance(value, Enum):
        value = str(value.value)
    if isinstance(value, str):
        return _text(value, name, chosen=chosen)
    if value is None or isinstance(value, _SCALARS):
        return str(value) if not _fits(value) else value
    return MASKED if depth >= _DEEPEST else _composed(value, name, depth + 1, chosen=chosen)


def _fits(value: Any) -> bool:
    """Say whether JSON has such values, and its readers keep them whole."""
    return value is None or isinstance(value, float) or (isinstance(value, int) and -_LARGEST < value < _LARGEST)


def _composed(value: Any, name: str, depth: int, *, chosen: bool) -> Any:
    if isinstance(value, Mapping):
        few = list(value.items())[:_MOST]
        return {cleaned(str(key)): shown(each, str(key), depth=depth) for key, each in few}
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(each, name, chosen=chosen, depth=depth) for each in list(value)[:_MOST]]
    if isinstance(value, msgspec.Struct):
        return {each: shown(getattr(value, each), each, depth=depth) for each in value.__struct_fields__}
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value, depth)
    return cleaned(_said(value)[:_LONGEST])


def _said(value: Any) -> str:
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, type):
        return value.__name__
    return str(value) if isinstance(value, Path) else f"a {type(value).__name__}"


def _object(value: Any, depth: int) -> dict[str, Any]:
    """Show an object by its marks: what is public, and of the rest of which class it is. Of a class without marks nothing is known."""
    about = describe(type(value))
    is_marked = bool(about.store) or any(field.personal != "public" or field.groups for field in about.fields)
    found: dict[str, Any] = {"class": type(value).__name__}
    for field in about.stored_fields:
        each = getattr(value, field.name, None)
        if field.personal != "public":
            found[field.name] = f"⟦{field.personal}⟧"
        elif not is_marked or judged(field.name) == "secret":
            found[field.name] = shown(each, field.name, depth=depth)
        else:
            found[field.name] = _text(each, "", chosen=True) if isinstance(each, str) else shown(each, "", depth=depth)
    return found


def _text(value: str, name: str, *, chosen: bool) -> str:
    if not chosen and value and not is_plain(value, name):
        return MASKED
    value = value[:_LONGEST]
    return cleaned(value) if _SUSPECT.search(value) else value
