"""What a flush changed, object by object, in one form for rows and documents."""

from typing import Any, Literal

from msgspec import Struct

from opensky.kernel.money import Money
from opensky.kernel.once import once_a_class
from opensky.mapping import Description, describe
from opensky.persistence.documents.codec import Plain

Operation = Literal["insert", "update", "remove"]
Fields = dict[str, tuple[Any, Any]]
"""Dotted path to (old, new), both as a document would hold them. Lists and ``Money`` are one path, whole."""


class ObjectChange(Struct, frozen=True):
    """What one flush did to one object.

    ``fields`` holds what differs: for an insert every value that is not ``None`` with ``None`` as old one, for a removal the
    other way round. The version is not among them, it is in ``version``, as it is after the change.
    """

    operation: Operation
    obj: Any
    cls: type
    id: Any
    version: int | None
    fields: Fields


def change_of(operation: Operation, obj: Any, fields: Fields) -> ObjectChange:
    """Return the change of an object, with its id and version as they are now; a composite id is a tuple."""
    cls = type(obj)
    ids, version = _identity(cls)
    key = getattr(obj, ids[0]) if len(ids) == 1 else tuple(getattr(obj, name) for name in ids)
    return ObjectChange(operation, obj, cls, key, None if version is None else getattr(obj, version), fields)


def all_new(body: Plain, version: str | None) -> Fields:
    """Return the fields of an insert."""
    return {k: (None, v) for k, v in body.items() if v is not None and k != version}


def all_old(body: Plain, version: str | None) -> Fields:
    """Return the fields of a removal."""
    return {k: (v, None) for k, v in body.items() if v is not None and k != version}


def money_whole(cls: type, changed: Fields, old: Plain, new: Plain) -> Fields:
    """Return the changes of a document with every amount of money as one path, as rows have it."""
    amounts = money_paths(cls)
    if not amounts:
        return dict(changed)
    found: Fields = {}
    for path, values in changed.items():
        head = path.rpartition(".")[0]
        if head in amounts:
            found[head] = (value_at(old, head), value_at(new, head))
        else:
            found[path] = values
    return found


def value_at(plain: Any, path: str) -> Any:
    """Return the value at a dotted path, ``None`` where it ends early."""
    for part in path.split("."):
        if not isinstance(plain, dict):
            return None
        plain = plain.get(part)
    return plain


def applied(fields: Fields, plain: Plain) -> Plain:
    """Return plain data with the new value of each path in its place; what was given stays as it was."""
    made = dict(plain)
    for path, (_, value) in fields.items():
        *way, last = path.split(".")
        at = made
        for part in way:
            at[part] = at = dict(at[part])
        at[last] = value
    return made


def undone(fields: Fields, plain: Plain) -> Plain:
    """Return plain data with the old value of each path in its place; the reverse of ``applied``."""
    return applied({path: (new, old) for path, (old, new) in fields.items()}, plain)


@once_a_class
def _identity(cls: type) -> tuple[tuple[str, ...], str | None]:
    description = describe(cls)
    return tuple(f.name for f in description.ids), description.version.name if description.version else None


@once_a_class
def money_paths(cls: type) -> frozenset[str]:
    """Return the paths at which documents of a class hold an amount of money."""
    return frozenset(_amounts(describe(cls), "", ()))


def _amounts(description: Description, prefix: str, within: tuple[type, ...]) -> list[str]:
    found: list[str] = []
    for field in description.stored_fields:
        if field.many or field.type in within or not hasattr(field.type, "__dataclass_fields__"):
            continue
        path = f"{prefix}{field.name}"
        inside = _amounts(describe(field.type), f"{path}.", (*within, field.type))
        found += [path] if field.type is Money else inside
    return found
