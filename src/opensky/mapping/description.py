"""The description: all marks of a class, read once into one immutable value that every room uses."""

import types
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from opensky.kernel.errors import Misconfigured
from opensky.kernel.once import once_a_class
from opensky.mapping.marks import Embedded, Groups, Id, Index, Personal, ReferenceMany, ReferenceOne, Stored, Version
from opensky.mapping.validators import Validator

M = TypeVar("M")
MANY = (list, tuple)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a described class.

    ``type`` is the bare type (``str``, ``Money``, a dataclass), without ``Annotated``, ``None``, ``NewType`` and list;
    ``many`` says that the field holds a list of it, ``optional`` that ``None`` is allowed.
    """

    name: str
    type: Any
    many: bool
    optional: bool
    id: bool
    version: bool
    embedded: bool
    reference: ReferenceOne | ReferenceMany | None
    groups: frozenset[str]
    personal: str
    validators: tuple[Validator, ...]
    required: bool
    annotation: Any
    marks: tuple[Any, ...] = ()
    """All marks in the order written: ``marked`` finds those of a room that has marks of its own."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of one class: where it is kept, under which name, and its fields in order."""

    cls: type
    store: Literal["sql", "documents", ""]
    name: str
    indexes: tuple[Index, ...]
    clustered: bool
    fields: tuple[Field, ...]

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        """The fields that are kept: all but references."""
        return tuple(f for f in self.fields if f.reference is None)

    @property
    def ids(self) -> tuple[Field, ...]:
        """The identity: one field, or several in order for a composite key."""
        return tuple(f for f in self.fields if f.id)

    @property
    def version(self) -> Field | None:
        """The optimistic lock, if the class has one."""
        return next((f for f in self.fields if f.version), None)

    def field(self, name: str) -> Field:
        """Return the field of that name; raises ``Misconfigured`` if there is none."""
        for each in self.fields:
            if each.name == name:
                return each
        message = f"{self.cls.__qualname__} has no field {name!r}; it has {', '.join(f.name for f in self.fields)}."
        raise Misconfigured(message)


@once_a_class
def describe(cls: type) -> Description:
    """Read the marks of a dataclass; the same class always gives the same object.

    Raises:
        Misconfigured: not a dataclass, a stored class without an id, or an index or reference over an unknown field.
    """
    if not is_dataclass(cls):
        message = f"{cls.__qualname__} is not a dataclass; add @dataclass below @entity or @document."
        raise Misconfigured(message)
    stored: Stored | None = cls.__dict__.get("__stored__")
    hints = get_type_hints(cls, include_extras=True)
    described = tuple(
        _field(f.name, hints[f.name], required=f.default is MISSING and f.default_factory is MISSING)
        for f in fields(cls)
    )
    description = Description(
        cls=cls,
        store=stored.store if stored else "",
        name=stored.name if stored else cls.__name__,
        indexes=stored.indexes if stored else (),
        clustered=stored.clustered if stored else False,
        fields=described,
    )
    _check(description)
    return description


def marked(field: Field, kind: type[M]) -> M | None:
    """Return the first mark of a kind on a field, or ``None``; a mark that was written as a bare class counts."""
    for mark in field.marks:
        if isinstance(mark, kind):
            return mark
        if mark is kind:
            return kind()
    return None


def _check(description: Description) -> None:
    if description.store and not description.ids:
        message = f"{description.cls.__qualname__} is kept but has no field marked Id()."
        raise Misconfigured(message)
    for index in description.indexes:
        for name in index.fields:
            description.field(name.removeprefix("-").split(".")[0])
    for each in description.fields:
        match each.reference:
            case ReferenceOne(by=by) | ReferenceMany(by=by) if by:
                description.field(by)


def _field(name: str, hint: Any, *, required: bool) -> Field:
    marks: tuple[Any, ...] = ()
    annotation = hint
    if get_origin(hint) is Annotated:
        annotation, *rest = get_args(hint)
        marks = tuple(rest)
    bare, optional = _without_none(annotation)
    many = get_origin(bare) in MANY
    if many:
        bare = get_args(bare)[0]
    return Field(
        name=name,
        type=_without_newtype(bare),
        many=many,
        optional=optional,
        id=_has(marks, Id),
        version=_has(marks, Version),
        embedded=_has(marks, Embedded),
        reference=next((m for m in marks if isinstance(m, ReferenceOne | ReferenceMany)), None),
        groups=frozenset(n for m in marks if isinstance(m, Groups) for n in m.names),
        personal=next((m.kind for m in marks if isinstance(m, Personal)), "public"),
        validators=tuple(m for m in marks if isinstance(m, Validator) and not isinstance(m, type)),
        required=required,
        annotation=annotation,
        marks=marks,
    )


def _has(marks: tuple[Any, ...], kind: type) -> bool:
    return any(m is kind or isinstance(m, kind) for m in marks)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [a for a in get_args(hint) if a is not type(None)]
        return (rest[0] if len(rest) == 1 else Union[tuple(rest)], len(rest) < len(get_args(hint)))  # noqa: UP007
    return hint, False


def _without_newtype(hint: Any) -> Any:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint
