"""Input: JSON from outside, read into a struct that knows every field, or refused field by field."""

import re
from functools import cache
from typing import Any, TypeVar

import msgspec

from opensky.kernel.errors import FieldError, Invalid, Misconfigured

T = TypeVar("T", bound=msgspec.Struct)

_PATH = re.compile(r" - at `(?:key in )?\$(.*)`$")
_FIELD = re.compile(r"(?:unknown|missing required) field `(.*)`$")


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of structs that are read from outside: a field that nobody knows is refused, not dropped."""


def decode(data: bytes, into: type[T]) -> T:
    """Read JSON into a struct, strictly: no unknown field, no guessed type.

    Raises:
        Invalid: it is not JSON, or a field does not fit; the error names the field by its path.
        Misconfigured: ``into`` would drop unknown fields.
    """
    try:
        read: T = _decoder(into).decode(data)
    except msgspec.ValidationError as error:
        raise Invalid(_explained(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(FieldError("", f"This is not JSON: {error}.", "Json")) from error
    return read


@cache
def _decoder(into: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    if not into.__struct_config__.forbid_unknown_fields:
        message = f"{into.__qualname__} would drop unknown fields; derive it from Input."
        raise Misconfigured(message)
    return msgspec.json.Decoder(into)


def _explained(told: str) -> FieldError:
    at = _PATH.search(told)
    path = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", at.group(1)) if at else ""
    sentence = told[: at.start()] if at else told
    if named := _FIELD.search(sentence):
        path = f"{path}.{named.group(1)}"
    return FieldError(path.removeprefix("."), f"{sentence}.", "Type")
