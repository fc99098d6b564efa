"""Views: one struct for each class and groups, made on first use from the marks, and straight code that fills it.

Ids are 64 bits wide and leave as text, because readers in JavaScript would round them. Money leaves as
``{"amount": "12.50", "currency": "USD"}``, times as RFC 3339. A field or property without a group of the view is not in
the struct at all, so it cannot leak.

Compiled code fills the struct and msgspec encodes it: under half the time of a dictionary built by hand.
"""

import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints

import msgspec

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Groups, describe

Shown = str | Iterable[str]
"""One group, or several: what is in any of them is shown."""


class MoneyView(msgspec.Struct, frozen=True, gc=False):
    """An amount in decimal text, and its ISO 4217 currency."""

    amount: Annotated[str, msgspec.Meta(examples=["24.00"])]
    currency: Annotated[str, msgspec.Meta(examples=["USD"])]


Moment = Annotated[datetime, msgspec.Meta(tz=True, examples=["2026-11-23T09:41:00Z"])]
"""An instant in an answer: RFC 3339 with its offset, and described so."""


def view(cls: type, groups: Shown) -> type[msgspec.Struct]:
    """Return the struct that shows ``groups`` of a class; the same class and groups give the same struct.

    Raises:
        Misconfigured: no field is in these groups, a type has no JSON form, or the class contains itself.
    """
    return _compiled(cls, _names(groups)).struct


def to_view(obj: Any, groups: Shown) -> Any:
    """Return the view of an object, or the list of views of a list."""
    names = _names(groups)
    if isinstance(obj, list | tuple):
        return [_compiled(type(each), names).fill(each) for each in obj]
    return _compiled(type(obj), names).fill(obj)


def serialize(obj: Any, groups: Shown) -> bytes:
    """Return the JSON of what ``groups`` show of an object or of a list of objects."""
    return _ENCODER.encode(to_view(obj, groups))


_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Compiled:
    struct: type[msgspec.Struct]
    fill: Callable[[Any], msgspec.Struct]


def _names(groups: Shown) -> frozenset[str]:
    return frozenset((groups,) if isinstance(groups, str) else groups)


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str) -> MoneyView:
    """Prices of a shop repeat: most are found here without reckoning."""
    return MoneyView(Money(minor, currency).text, currency)


_made: dict[tuple[type, frozenset[str]], _Compiled] = {}


def _compiled(cls: type, groups: frozenset[str]) -> _Compiled:
    if (cls, groups) not in _made:
        writer = _Writer(groups)
        struct, value = writer.struct(cls, "o", ())
        # Of two threads that come first at once, both get the struct of one.
        _made.setdefault((cls, groups), _Compiled(struct, writer.function(value)))
    return _made[cls, groups]


def _shown(cls: type, groups: frozenset[str]) -> Iterator[tuple[str, Any, bool]]:
    """Yield name, annotation and whether it is an id, of all that the groups show: fields first, then properties."""
    for field in describe(cls).fields:
        if field.groups & groups:
            yield field.name, field.annotation, field.id or _names_an_id(field.name)
    members = {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}
    for name, member in members.items():
        if isinstance(member, property) and member.fget is not None:
            hint = get_type_hints(member.fget, include_extras=True).get("return")
            marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
            if any(groups.intersection(mark.names) for mark in marks if isinstance(mark, Groups)):
                yield name, hint, _names_an_id(name)


def _names_an_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")


def _listed(groups: frozenset[str]) -> str:
    return f"group{'s' * (len(groups) > 1)} {', '.join(sorted(groups))}"


def _struct(cls: type, groups: frozenset[str], shown: list[tuple[str, Any]]) -> type[msgspec.Struct]:
    """Define the struct, or return the one there is: embedded in several places, a class is one schema."""
    if (cls, groups) not in _structs:
        struct = msgspec.defstruct(
            cls.__name__ + "".join(name.title() for name in sorted(groups - {"api"})),
            shown,
            namespace={"__doc__": cls.__doc__},
            module=cls.__module__,
            frozen=True,
            gc=False,  # a view is a tree, made and thrown away
        )
        _check(cls, struct)
        _structs.setdefault((cls, groups), struct)
    return _structs[cls, groups]


_structs: dict[tuple[type, frozenset[str]], type[msgspec.Struct]] = {}


def _check(cls: type, struct: type[msgspec.Struct]) -> None:
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101 - it is a struct
    for field in info.fields:
        if isinstance(field.type, msgspec.inspect.CustomType):
            message = f"{cls.__qualname__}.{field.name} has no JSON form: {field.type.cls.__qualname__}."
            raise Misconfigured(message)


class _Writer:
    """Says of an annotation what its view is, and of an expression of that type the expression of its view."""

    def __init__(self, groups: frozenset[str]) -> None:
        self._groups = groups
        self._scope: dict[str, Any] = {"money": _money}

    def function(self, value: str) -> Callable[[Any], Any]:
        """Compile an expression over ``o``. It is made of field names and of what ``_keep`` named, of nothing else."""
        made: Callable[[Any], Any] = eval(f"lambda o: {value}", self._scope)  # noqa: S307 - see above
        return made

    def struct(self, cls: type, source: str, above: tuple[type, ...]) -> tuple[type[msgspec.Struct], str]:
        """Return the struct of a class, and the expression that fills it from the object called ``source``."""
        if cls in above:
            message = f"{cls.__qualname__} contains itself in {_listed(self._groups)}; take a field out of the group."
            raise Misconfigured(message)
        above = (*above, cls)
        shapes = [
            (name, *self._shape(hint, f"{source}.{name}", above, is_id=is_id))
            for name, hint, is_id in _shown(cls, self._groups)
        ]
        if not shapes:
            message = f"{cls.__qualname__} shows nothing in {_listed(self._groups)}; mark fields with Groups(...)."
            raise Misconfigured(message)
        struct = _struct(cls, self._groups, [(name, kind) for name, kind, _ in shapes])
        return struct, f"{self._keep(struct)}({', '.join(value for *_, value in shapes)})"

    def _keep(self, thing: Any) -> str:
        name = f"_{len(self._scope)}"
        self._scope[name] = thing
        return name

    def _shape(self, hint: Any, source: str, above: tuple[type, ...], *, is_id: bool) -> tuple[Any, str]:
        if get_origin(hint) is Annotated:
            return self._shape(get_args(hint)[0], source, above, is_id=is_id)
        if isinstance(hint, NewType):
            return self._shape(hint.__supertype__, source, above, is_id=is_id or hint.__name__.endswith("Id"))
        if get_origin(hint) in (Union, types.UnionType):
            return self._union(get_args(hint), source, above, is_id=is_id)
        if get_origin(hint) in (list, tuple):
            kind, value = self._shape(get_args(hint)[0], "each", above, is_id=is_id)
            return list[kind], source if value == "each" else f"[{value} for each in {source}]"  # type: ignore[valid-type]
        if is_dataclass(hint) and isinstance(hint, type) and hint is not Money:
            return self._embedded(hint, source, above)
        return _leaf(hint, source, is_id=is_id)

    def _union(self, members: tuple[Any, ...], source: str, above: tuple[type, ...], *, is_id: bool) -> tuple[Any, str]:
        rest = [member for member in members if member is not type(None)]
        if len(rest) > 1:
            return Union[members], source  # noqa: UP007 - members are known at run time
        kind, value = self._shape(rest[0], source, above, is_id=is_id)
        return kind | None, source if value == source else f"(None if {source} is None else {value})"

    def _embedded(self, cls: type, source: str, above: tuple[type, ...]) -> tuple[Any, str]:
        if source == "each":
            return self.struct(cls, source, above)
        struct, value = self.struct(cls, "o", above)
        return struct, f"{self._keep(self.function(value))}({source})"


def _leaf(hint: Any, source: str, *, is_id: bool) -> tuple[Any, str]:
    if hint is Money:
        return MoneyView, f"money({source}.minor, {source}.currency)"
    if hint is int and is_id:
        return str, f"str({source})"
    return hint, source
