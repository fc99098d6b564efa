"""Numbers of 64 bits, which MongoDB's driver reads as a type of its own, as the plain numbers that they are.

The driver can be told to do it itself, but then asks of every value that it reads whether it is one, which makes reading half as
slow again. A class knows where its numbers are, so it is asked there alone, by generated code.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.int64 import Int64

from opensky.kernel.once import once_a_class
from opensky.mapping import Field, describe
from opensky.persistence.documents.codec import Plain


class _WholeNumber(TypeDecoder):
    """The driver's own type of 64-bit numbers, read as the number that it is: JSON knows no other."""

    bson_type = Int64

    def transform_bson(self, value: Int64) -> int:
        return int(value)


PLAIN_NUMBERS = TypeRegistry([_WholeNumber()])
"""How a client must read numbers, so that what is read is plain data."""
AS_READ: CodecOptions[Plain] = CodecOptions()
"""How documents are read that ``narrower`` then makes plain."""

_NEVER = (str, bool, datetime)
_DEEPEST = 12


@once_a_class
def narrower(cls: type) -> Callable[[Plain], None]:
    """Return the function that makes the numbers in a document of a class plain, in place; of an older shape all that it holds."""
    names: dict[str, Any] = {"Int64": Int64, "all": narrow, "Odd": (LookupError, TypeError, AttributeError)}
    lines = _of_object(cls, "d", "        ")
    source = [
        "def narrowed(d, Int64=Int64, all=all, Odd=Odd):",
        "    try:",
        *lines,
        "    except Odd:",
        "        all(d)",
    ]
    exec("\n".join(source), names)  # noqa: S102 - made of the field names of our own classes only
    function: Callable[[Plain], None] = names["narrowed"]
    return function


def narrow(value: Any) -> None:
    """Make all numbers in a mapping or a list plain, in place."""
    places = value.items() if type(value) is dict else enumerate(value)
    for place, each in places:
        kind = type(each)
        if kind is Int64:
            value[place] = int(each)
        elif kind is dict or kind is list:
            narrow(each)


def _of_object(cls: type, name: str, indent: str) -> list[str]:
    fields = describe(cls).stored_fields
    lines = [f"{indent}if len({name}) != {len(fields)}: return all(d)"]
    for number, field in enumerate(fields):
        lines += _of_field(field, f"{name}[{field.name!r}]", f"{name}_{number}", indent)
    return lines


def _of_field(field: Field, place: str, value: str, indent: str) -> list[str]:
    kind = field.type
    if kind in _NEVER or (get_origin(kind) is Literal and all(type(each) is str for each in get_args(kind))):
        return [f"{indent}{place}"]  # only that it is there
    lines = [f"{indent}{value} = {place}"]
    if kind in (int, float) and not field.many:
        return [*lines, f"{indent}if type({value}) is Int64: {place} = int({value})"]
    lines.append(f"{indent}if {value} is not None:")
    deeper = f"{indent}    "
    if is_dataclass(kind) and len(deeper) < 4 * _DEEPEST:
        if field.many:
            lines.append(f"{deeper}for {value}_e in {value}:")
            return lines + _of_object(kind, f"{value}_e", f"{deeper}    ")  # type: ignore[arg-type]  # a class, not an object
        return lines + _of_object(kind, value, deeper)  # type: ignore[arg-type]  # likewise
    if kind in (int, float):
        return [*lines, f"{deeper}all({value})"]
    return [
        *lines,
        f"{deeper}if type({value}) is Int64: {place} = int({value})",
        f"{deeper}elif type({value}) is dict or type({value}) is list: all({value})",
    ]
