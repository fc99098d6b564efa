"""Members: all that a class could show, read from its marks once; and which of them a selection shows."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, NewType, TypeVar, get_args, get_origin, get_type_hints

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import (
    Accessor,
    Discriminator,
    Exclude,
    Expose,
    Field,
    Groups,
    Serialized,
    Since,
    Until,
    describe,
)
from opensky.mapping.shape import Naming, Shape
from opensky.serializer.selection import DEFAULT, Selection, version_number

M = TypeVar("M")

_PLAIN = Shape()
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Member:
    """Something that a class can show: a field, a property, a method, or what a function computes."""

    name: str
    sent: str
    hint: Any
    marks: tuple[Any, ...]
    groups: frozenset[str]
    kind: Literal["field", "property", "method", "virtual"]
    value: Callable[[Any], Any] | None = None
    field: Field | None = None

    @property
    def is_id(self) -> bool:
        """Whether it holds ids, which are wide and leave as text."""
        return (self.field is not None and self.field.id) or self.name == "id" or self.name.endswith(("_id", "_ids"))

    def mark(self, kind: type[M]) -> M | None:
        """Return the first mark of a kind, or ``None``; one written as a bare class counts."""
        for mark in self.marks:
            if isinstance(mark, kind):
                return mark
            if mark is kind:
                return kind()
        return None

    def within(self, selection: Selection) -> bool:
        """Say whether a selection shows it."""
        excluded = self.mark(Exclude)
        if not self.groups & selection.groups or (excluded is not None and excluded.when is None):
            return False
        if selection.version is None:
            return True
        since, until = self.mark(Since), self.mark(Until)
        return (since is None or version_number(since.version) <= selection.version) and (
            until is None or selection.version <= version_number(until.version)
        )


def shape_of(cls: type) -> Shape:
    """Return what ``@shape`` says of a class or of the nearest class above it."""
    found: Shape = getattr(cls, "__shape__", _PLAIN)
    return found


def members(cls: type, naming: Naming) -> tuple[Member, ...]:
    """Return all members of a class in the order in which they are shown, whatever their groups.

    Raises:
        Misconfigured: it is no dataclass, a naming strategy is unknown, or two members have one name.
    """
    shape = shape_of(cls)
    rename = _strategy(shape.naming or naming)
    found = [_member(shape, rename, *each) for each in _declared(cls, shape)]
    known = {m.name for m in found}
    if shape.order == "alphabetical":
        found.sort(key=lambda m: m.sent)
    elif shape.order != "declared":
        first = tuple(shape.order)
        if strangers := [name for name in first if name not in known]:
            raise Misconfigured(f"{cls.__qualname__} orders {', '.join(strangers)}, which it does not have.")
        found.sort(key=lambda m: first.index(m.name) if m.name in first else len(first))
    return tuple(found)


Declared = tuple[str, Any, tuple[Any, ...], str, Callable[[Any], Any] | None, Field | None]


def _declared(cls: type, shape: Shape) -> Iterator[Declared]:
    fields = describe(cls).fields
    for field in fields:
        yield field.name, field.annotation, field.marks, "field", None, field
    names = {field.name for field in fields}
    inherited = {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}
    for name, member in inherited.items():
        if name not in names and (found := _computed(member)) is not None:
            hint, kind = found
            yield name, hint, _marks(hint), kind, None, None
    for virtual in shape.virtual:
        yield virtual.name, virtual.returns, _marks(virtual.returns), "virtual", virtual.value, None


def _computed(member: Any) -> tuple[Any, str] | None:
    """Return the annotation and the kind of a property or method that wears marks."""
    if isinstance(member, property | cached_property):
        function: Any = member.fget if isinstance(member, property) else member.func
        kind = "property"
    elif callable(member) and hasattr(member, "__annotations__") and not isinstance(member, type):
        function, kind = member, "method"
    else:
        return None
    raw = getattr(function, "__annotations__", {}).get("return")
    if get_origin(raw) is not Annotated and not isinstance(raw, str):
        return None
    if isinstance(raw, str) and kind == "method" and "Annotated" not in raw:
        return None
    hint = get_type_hints(function, include_extras=True).get("return")
    return (hint, kind) if any(isinstance(mark, Groups | Expose) or mark is Expose for mark in _marks(hint)) else None


def _marks(hint: Any) -> tuple[Any, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _member(shape: Shape, rename: Callable[[str], str], name: str, hint: Any, marks: Any, *rest: Any) -> Member:
    kind, value, field = rest
    plain = Member(name, rename(name), hint, marks, frozenset(), kind, value, field)
    groups = {group for mark in marks if isinstance(mark, Groups) for group in mark.names}
    open_field = shape.policy == "none" and field is not None and field.reference is None and field.personal != "secret"
    if plain.mark(Expose) is not None or (open_field and not groups):
        groups.add(DEFAULT)
    given = plain.mark(Serialized)
    return Member(name, given.name if given else rename(name), hint, marks, frozenset(groups), kind, value, field)


def _strategy(naming: Naming) -> Callable[[str], str]:
    match naming:
        case "" | "identical":
            return str
        case "camelCase":
            return _camel
        case "snake_case":
            return lambda name: _HUMP.sub("_", name).lower()
    if callable(naming):
        return naming
    raise Misconfigured(
        f"The naming strategy {naming!r} is none of identical, camelCase and snake_case, nor a function."
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def kinds(cls: type, discriminator: Discriminator | None = None) -> tuple[str, Mapping[str, type]] | None:
    """Return the name that tells kinds apart, and the class of each tag; ``None`` where there is but one kind.

    Without a discriminator of the field, that of the class or of a class above it counts, and its kinds are all concrete subclasses.
    """
    if discriminator is not None and discriminator.kinds:
        return discriminator.name, discriminator.kinds
    above = discriminator or shape_of(cls).discriminator or _inherited(cls)
    if above is None:
        return None
    if above.kinds:
        return above.name, {tag: kind for tag, kind in above.kinds.items() if issubclass(kind, cls)}
    return above.name, {_tag(each): each for each in _family(cls) if not getattr(each, "__abstractmethods__", None)}


def _inherited(cls: type) -> Discriminator | None:
    shapes = (vars(base).get("__shape__", _PLAIN) for base in cls.__mro__)
    return next((shape.discriminator for shape in shapes if shape.discriminator is not None), None)


def _family(cls: type) -> Iterator[type]:
    yield cls
    each: type
    for each in cls.__subclasses__():
        # A dataclass with slots is made twice; the first one has no fields and is nobody's type.
        if "__dataclass_params__" in vars(each):
            yield from _family(each)


def _tag(cls: type) -> str:
    shape = vars(cls).get("__shape__", _PLAIN)
    return shape.tag or cls.__name__.lower()


def bare(hint: Any) -> tuple[Any, bool]:
    """Return a type without ``Annotated`` and ``NewType``, and whether one of these names said that it is an id."""
    is_id = False
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif isinstance(hint, NewType):
            is_id = is_id or hint.__name__.endswith("Id")
            hint = hint.__supertype__
        else:
            return hint, is_id


def is_object(hint: Any) -> bool:
    """Say whether a type is a class of ours that is shown by its members."""
    return isinstance(hint, type) and is_dataclass(hint) and hint is not Money


def holds_objects(hint: Any) -> bool:
    """Say whether objects can be found in values of a type."""
    hint, _ = bare(hint)
    return is_object(hint) or any(holds_objects(each) for each in get_args(hint) if not isinstance(each, str))


def reader(cls: type, member: Member) -> tuple[str, str]:
    """Return the name to read a member by, and what to write behind it: nothing, or brackets."""
    accessor = member.mark(Accessor)
    if accessor is not None and accessor.getter:
        found = getattr(cls, accessor.getter, None)
        if found is None:
            raise Misconfigured(f"{cls.__qualname__}.{member.name} is read by {accessor.getter}, which is not there.")
        return accessor.getter, "()" if callable(found) else ""
    return member.name, "()" if member.kind == "method" else ""
