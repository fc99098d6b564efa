"""Documents to plain data and back. The dump is generated Python, one straight-line function a class.

Plain data holds only what JSON knows. An instant becomes text of fixed width (``2026-11-23T08:00:00.000000Z``), so that
text order is time order in every store; a ``Decimal`` becomes text.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from opensky.kernel.once import once_a_class
from opensky.mapping import Field, describe

T = TypeVar("T")
Plain = dict[str, Any]


def plain_value(value: Any) -> Any:
    """Return one scalar as it stands in a document: what filters compare with and index columns hold."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, Decimal) else value


def dump(obj: Any) -> Plain:
    """Return the plain data of a document, without its references."""
    return dumper(type(obj))(obj)


def load(cls: type[T], plain: Plain) -> T:
    """Build the object of plain data; unknown keys are ignored, missing ones take the field's default.

    Raises:
        msgspec.ValidationError: the data does not fit the class; the message holds the path.
    """
    return msgspec.convert(plain, cls)


@once_a_class
def dumper(cls: type) -> Callable[[Any], Plain]:
    """Return the generated dump function of a class."""
    names: dict[str, Any] = {"plain_value": plain_value}
    parts = [f"{f.name!r}: {_expression(f, f'o.{f.name}', names)}" for f in describe(cls).stored_fields]
    source = "def dump(o):\n    return {" + ", ".join(parts) + "}\n"
    exec(source, names)  # noqa: S102 - made of the field names of our own classes only
    function: Callable[[Any], Plain] = names["dump"]
    return function


def _expression(field: Field, value: str, names: dict[str, Any]) -> str:
    if hasattr(field.type, "__dataclass_fields__"):
        inner = f"dump_{field.type.__name__}_{id(field.type)}"
        names[inner] = dumper(field.type)
        one = inner + "({})"
    elif field.type in (datetime, Decimal):
        one = "plain_value({})"
    else:
        one = "{}"
    if field.many:
        each = one.format("e")
        made = f"[{each} for e in {value}]"
    else:
        made = one.format(value)
    return f"(None if {value} is None else {made})" if field.optional and made != value else made
