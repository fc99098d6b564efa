"""What the history may know: a secret is left out, what reaches or names a person is masked, the rest is kept.

It goes by the ``Personal`` and ``NoHistory`` marks; the strictest along a path counts.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any

from opensky.kernel.once import once_a_class
from opensky.mapping import Field, NoHistory, describe, marked
from opensky.mapping.history import left_out

Fields = Mapping[str, tuple[Any, Any]]
Kept = Mapping[str, tuple[Any, ...]]

_STRICTNESS = {"public": 0, "account": 1, "identity": 2, "contact": 3, "financial": 4, "secret": 5}
_MASKED_FROM = _STRICTNESS["identity"]
DOTS = "…"


@once_a_class
def keeps(cls: type) -> bool:
    """Say whether the history keeps changes of a class: not where it is marked, nor where the id itself is a secret."""
    return not left_out(cls) and all(field.personal != "secret" for field in describe(cls).ids)


def open_fields(cls: type) -> frozenset[str]:
    """Return the fields of a class that are kept as they are: a change of these alone needs no ``kept``."""
    return _rules(cls)[1]


def kept(cls: type, fields: Fields) -> Kept:
    """Return what of a change set may be kept, with masks where they are due."""
    dropped, open_ = _rules(cls)
    found: dict[str, tuple[Any, ...]] = {}
    for path, values in fields.items():
        top = path.partition(".")[0]
        if top in open_:
            found[path] = values
        elif top not in dropped:
            found[path] = _guarded(cls, path, *values)
    return found


@lru_cache(maxsize=2048)
def privacy_of(cls: type, path: str) -> str:
    """Return the class of privacy for which a path is masked or left out, or an empty text."""
    way, inner = _along(cls, path)
    strictest = max((*way, *_inside(inner)), key=_STRICTNESS.__getitem__, default="public")
    return strictest if _STRICTNESS[strictest] >= _MASKED_FROM else ""


def masked(cls: type, path: str, value: Any) -> Any:
    """Return a value as the history keeps it."""
    way, inner = _along(cls, path)
    return _masked(value, max(way, key=_STRICTNESS.__getitem__, default="public"), inner)


def _guarded(cls: type, path: str, old: Any, new: Any) -> tuple[Any, ...]:
    privacy = privacy_of(cls, path)
    return (masked(cls, path, old), masked(cls, path, new), privacy) if privacy else (old, new)


def _masked(value: Any, privacy: str, inner: type | None) -> Any:
    if value is None or privacy == "secret":
        return None
    if isinstance(value, list):
        return [_masked(each, privacy, inner) for each in value]
    if isinstance(value, dict):
        return {name: _masked_part(name, each, privacy, inner) for name, each in value.items()}
    if _STRICTNESS[privacy] < _MASKED_FROM:
        return value
    return _text_masked(value, privacy) if isinstance(value, str) else DOTS


def _masked_part(name: str, value: Any, privacy: str, inner: type | None) -> Any:
    field = next((f for f in describe(inner).fields if f.name == name), None) if inner is not None else None
    if field is None:
        return _masked(value, privacy, None)
    return _masked(value, max(privacy, field.personal, key=_STRICTNESS.__getitem__), _class_in(field))


def _text_masked(text: str, privacy: str) -> str:
    if not text:
        return text
    if privacy == "financial":
        return DOTS
    name, at, host = text.rpartition("@")
    if at:
        return f"{name[:1]}{DOTS}@{host}"
    if privacy == "identity":
        return " ".join(word[0] + DOTS for word in text.split()) or DOTS
    return text[0] + DOTS


@once_a_class
def _rules(cls: type) -> tuple[frozenset[str], frozenset[str]]:
    """Return the fields that are left out, and those that may be kept as they are: nothing private is in them."""
    dropped, open_ = set(), set()
    for field in describe(cls).stored_fields:
        if field.version or marked(field, NoHistory) is not None:
            dropped.add(field.name)
        elif not privacy_of(cls, field.name):
            open_.add(field.name)
    return frozenset(dropped), frozenset(open_)


def _along(cls: type, path: str) -> tuple[list[str], type | None]:
    """Return the marks along a path, and the embedded class that its end holds, if it holds one."""
    marks: list[str] = []
    current: type | None = cls
    for part in path.split("."):
        field = next((f for f in describe(current).fields if f.name == part), None) if current is not None else None
        if field is None:
            # Inside of a free mapping what holds it has said all. A field that the class has no more could be anything.
            return (marks, None) if marks else (["identity"], None)
        marks.append(field.personal)
        current = _class_in(field)
    return marks, current


def _inside(cls: type | None, within: tuple[type, ...] = ()) -> list[str]:
    if cls is None or cls in within:
        return []
    fields = describe(cls).fields
    return [mark for f in fields for mark in (f.personal, *_inside(_class_in(f), (*within, cls)))]


def _class_in(field: Field) -> type | None:
    return field.type if isinstance(field.type, type) and is_dataclass(field.type) else None
