"""Ids as text: what the history finds an object by. The parts of a composite id stand in order, with a slash between them."""

from typing import Any
from urllib.parse import quote, unquote

import msgspec

from opensky.kernel.errors import NotFound
from opensky.mapping import describe


def key_text(key: Any) -> str:
    """Return an id as text: ``12``, ``12/2026-11-23`` for a composite one. A slash inside of a part is written %2F."""
    if isinstance(key, int):
        return str(key)
    if isinstance(key, tuple | list):
        return "/".join(key_text(part) for part in key)
    return quote(str(key), safe="")


def key_values(cls: type, text: str) -> tuple[Any, ...]:
    """Return the values of an id that ``key_text`` wrote, one for each field of the id.

    Raises:
        NotFound: it cannot be the id of such an object.
    """
    fields, parts = describe(cls).ids, text.split("/")
    if len(fields) != len(parts):
        raise NotFound(f"{cls.__name__} has no id like {text!r}.")
    try:
        return tuple(
            msgspec.convert(unquote(part), field.type, strict=False) for field, part in zip(fields, parts, strict=True)
        )
    except msgspec.ValidationError as error:
        raise NotFound(f"{cls.__name__} has no id like {text!r}.") from error
