"""Documents to plain data and back. Dump and comparison are generated Python, one straight-line function a class.

Plain data holds only what JSON knows. An instant becomes text of fixed width (``2026-11-23T08:00:00.000000Z``), so that
text order is time order in every store; a ``Decimal`` becomes text, an enum its value. Plain data shares nothing that can be changed
with the object that it came from: it serves as the snapshot that later changes are compared with.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec

from opensky.kernel.once import once_a_class
from opensky.mapping import Field, describe

T = TypeVar("T")
Plain = dict[str, Any]

_AS_IT_IS = (str, int, float, bool)
_ANYTHING = (Any, object, dict, list, tuple, set, frozenset)
_WIDTH = len("2026-11-23T08:00:00.000001Z")
_WITH_MICROSECONDS = len('"2026-11-23T08:00:00.000001Z"')

_encode = msgspec.json.Encoder().encode


def plain_value(value: Any) -> Any:
    """Return one scalar as it stands in a document: what filters compare with and index columns hold."""
    if isinstance(value, datetime):
        return plain_moment(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal | date | UUID) else value


def plain_moment(value: datetime) -> str:
    """Return an instant as text of fixed width, in UTC."""
    # The encoder of msgspec writes a moment ten times faster than isoformat, but leaves out microseconds that are zero.
    text = _encode(value if value.tzinfo is UTC else value.astimezone(UTC)).decode()
    return text[1:-1] if len(text) == _WITH_MICROSECONDS else text[1:20] + ".000000Z"


class _Moments(dict[str, datetime]):
    """Texts as ``plain_moment`` writes them, to the instants that they are.

    An object that was hydrated holds this very instant until another one is set: so a comparison need not write it again.
    """

    def __missing__(self, text: str) -> datetime:
        if len(text) != _WIDTH or text[4] + text[7] + text[10] + text[19] + text[26] != "--T.Z":
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
        if len(self) >= MOST_MOMENTS:
            self.clear()
        self[text] = moment
        return moment


MOST_MOMENTS = 8192
MOMENTS = _Moments()


def plain(value: Any) -> Any:
    """Return any value as plain data, down to the last list."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return dump(value) if is_dataclass(value) else plain_value(value)


def dump(obj: Any) -> Plain:
    """Return the plain data of a document, without its references."""
    return dumper(type(obj))(obj)


_copied = plain


def load(cls: type[T], plain: Plain) -> T:
    """Build the object of plain data; unknown keys are ignored, missing ones take the field's default.

    Raises:
        msgspec.ValidationError: the data does not fit the class; the message holds the path.
    """
    return msgspec.convert(_copied(plain) if _holds_anything(cls) else plain, cls)


@once_a_class
def _holds_anything(hint: Any) -> bool:
    """Say whether a type holds values of any type: msgspec hands those over as they are, and they must not be shared."""
    seen: set[Any] = set()

    def holds(each: Any) -> bool:
        if each in _ANYTHING:
            return True
        if isinstance(each, type) and is_dataclass(each) and each not in seen:
            seen.add(each)
            return any(holds(f.annotation) for f in describe(each).stored_fields)
        return any(holds(inner) for inner in get_args(each) if inner is not ... and get_origin(each) is not Literal)

    return holds(hint)


@once_a_class
def dumper(cls: type) -> Callable[[Any], Plain]:
    """Return the generated dump function of a class."""
    names: dict[str, Any] = {"plain": plain, "plain_moment": plain_moment}
    parts = [f"{f.name!r}: {_dumped(f, f'o.{f.name}', names)}" for f in describe(cls).stored_fields]
    # Things are parameters with a default, because local names are read faster than global ones.
    source = f"def dump(o, {', '.join(f'{n}={n}' for n in names)}):\n    return {{{', '.join(parts)}}}\n"
    exec(source, names)  # noqa: S102 - made of the field names of our own classes only
    function: Callable[[Any], Plain] = names["dump"]
    return function


def _dumped(field: Field, value: str, names: dict[str, Any]) -> str:
    one = _one(field.type, names)
    made = f"[{one.format('e')} for e in {value}]" if field.many else one.format(value)
    return f"(None if {value} is None else {made})" if field.optional and made != value else made


def _one(kind: Any, names: dict[str, Any]) -> str:
    """Return the expression, with a gap for the value, that gives a value of a type as plain data."""
    if isinstance(kind, type) and is_dataclass(kind):
        name = f"dump_{id(kind)}"
        names[name] = dumper(kind)
        return name + "({})"
    if kind is datetime:
        return "plain_moment({})"
    return "{}" if kind in _AS_IT_IS or get_origin(kind) is Literal else "plain({})"


@once_a_class
def comparer(cls: type) -> Callable[[Any, Plain], bool]:
    """Return the generated function that says whether an object differs from its snapshot.

    It says what ``dump(obj) != snapshot`` says, and makes no plain data for it.
    """
    names = _names()
    code = _Lines([], "        ", names)
    _compare(cls, "o", "s", code)
    return _function(
        ["def differs(o, s{}):", "    try:", *code.lines, *_OTHERWISE, "        return True", "    return False"], names
    )


@once_a_class
def reviser(cls: type) -> Callable[[Any, Plain], Plain | None]:
    """Return the generated function that gives the plain data of an object if it differs from its snapshot, else ``None``.

    It gives what ``dump`` gives; what did not change is shared with the snapshot, which nobody changes either.
    """
    names = _names() | {"dump": dumper(cls)}
    code = _Lines([], "        ", names)
    fields = describe(cls).stored_fields
    code.add(f"if len(s) != {len(fields)}: return dump(o)")
    for field in fields:
        test = _differing(field, f"o.{field.name}", f"s[{field.name!r}]", code)
        code.add(f"if {test}:", "    if b is None: b = s.copy()")
        code.add(f"    b[{field.name!r}] = {_dumped(field, f'o.{field.name}', names)}")
    return _function(
        [
            "def revised(o, s{}):",
            "    b = None",
            "    try:",
            *code.lines,
            *_OTHERWISE,
            "        return dump(o)",
            "    return b",
        ],
        names,
    )


_OTHERWISE = ("    except Odd:  # a key that is not there, or a value of another kind: of an older shape",)


def _names() -> dict[str, Any]:
    return {
        "plain": plain,
        "plain_moment": plain_moment,
        "moments": MOMENTS,
        "Odd": (LookupError, TypeError, ValueError, AttributeError),
    }


def _function(lines: list[str], names: dict[str, Any]) -> Callable[..., Any]:
    """Compile a function whose head has a gap; things are parameters with a default, as in ``dumper``."""
    name = lines[0].removeprefix("def ").partition("(")[0]
    head = lines[0].format("".join(f", {n}={n}" for n in names))
    exec("\n".join([head, *lines[1:]]), names)  # noqa: S102 - made of the field names of our own classes only
    function: Callable[..., Any] = names[name]
    return function


def _differing(field: Field, now: str, was: str, code: "_Lines") -> str:
    """Return the test whether a field differs; what holds objects or a list of them has a function of its own."""
    if not is_dataclass(field.type) and not field.many:
        return _unlike(field, now, was, code)
    inner = _Lines([], "    ", code.names)
    _compare_field(field, "o", "s", inner)
    name = f"unlike_{field.name}"
    lines = [f"def {name}(o, s{{}}):", *inner.lines, "    return False"]
    code.names[name] = _function(lines, dict(code.names))
    return f"{name}({now}, {was})"


def _unlike(field: Field, now: str, was: str, code: "_Lines") -> str:
    one = _one(field.type, {})
    if "plain" not in one:
        return f"{now} != {was}"
    name = f"n_{field.name}"
    known = f"{name} is not moments[{was}] and " if field.type is datetime else ""
    test = f"{known}{one.format(name)} != {was}"
    if field.optional:
        code.add(f"{name} = {now}")
        return f"({was} is not None if {name} is None else {test})"
    code.add(f"{name} = {now}")
    return f"({test})"


class _Lines:
    """The lines of a comparison, at one depth."""

    def __init__(self, lines: list[str], indent: str, names: dict[str, Any]) -> None:
        self.lines, self._indent, self.names = lines, indent, names

    def add(self, *lines: str) -> None:
        self.lines += [self._indent + line for line in lines]

    def inside(self) -> "_Lines":
        return _Lines(self.lines, self._indent + "    ", self.names)

    def name(self) -> str:
        return f"v{len(self.lines)}"

    @property
    def depth(self) -> int:
        return len(self._indent) // 4


_DEEPEST = 12
"""Deeper comparisons stand in a function of their own: Python refuses more than 20 loops in one another."""


def _compare(cls: type, obj: str, was: str, code: _Lines) -> None:
    fields = describe(cls).stored_fields
    code.add(f"if len({was}) != {len(fields)}: return True")
    for field in fields:
        _compare_field(field, f"{obj}.{field.name}", f"{was}[{field.name!r}]", code)


def _compare_field(field: Field, now: str, was: str, code: _Lines) -> None:
    if not is_dataclass(field.type) and not field.many:
        code.add(f"if {_unlike(field, now, was, code)}: return True")
        return
    one = _one(field.type, {})
    here, there = code.name() + "n", code.name() + "w"
    code.add(f"{here} = {now}", f"{there} = {was}")
    if field.optional:
        code.add(f"if {here} is None:", f"    if {there} is not None: return True", "else:")
        code = code.inside()
    if field.many and not is_dataclass(field.type):
        same = here if one == "{}" else f"[{one.format('e')} for e in {here}]"
        code.add(f"if {same} != {there}" + (f" and [*{here}] != {there}" if one == "{}" else "") + ": return True")
    elif field.many:
        code.add(f"if len({here}) != len({there}): return True")
        code.add(f"for {here}e, {there}e in zip({here}, {there}):")
        _compare_object(field.type, f"{here}e", f"{there}e", code.inside())
    else:
        _compare_object(field.type, here, there, code)


def _compare_object(cls: type, obj: str, was: str, code: _Lines) -> None:
    if code.depth < _DEEPEST:
        _compare(cls, obj, was, code)
        return
    name = f"differs_{id(cls)}"
    code.names[name] = comparer(cls)
    code.add(f"if {name}({obj}, {was}): return True")
