"""Eventual migrations: data in an old shape becomes new when it is read, and is written so when it is next flushed.

A field that was renamed wears ``AlsoLoad("old_name")``; a method marked ``@also_load("old_name")`` takes an old value apart;
``@old_shape(...)`` says by which keys old data is known where a hook (``@pre_load``, ``@post_load``) renews it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from opensky.kernel.errors import Misconfigured
from opensky.kernel.once import once_a_class
from opensky.mapping.description import Description, Field, describe, marked

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., None])
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AlsoLoad:
    """Load this field of a document from the first of these older names that is there, while its own name is not."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


def also_load(*names: str) -> Callable[[F], F]:
    """Mark a method that takes the value of an older name, once the object is built and before ``@post_load``.

    It is called with the first of these names that is there and not ``None``, each time a document in the old shape is read.
    """

    def mark(method: F) -> F:
        method.__also_load__ = names  # type: ignore[attr-defined]
        return method

    return mark


@dataclass(frozen=True, slots=True)
class OldShape:
    """How old data is known: a value at each of ``having``, and none at each of ``lacking``; dotted paths, not through lists."""

    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Whether plain data has this shape."""
        return all(_at(body, p) is not None for p in self.having) and all(_at(body, p) is None for p in self.lacking)


def old_shape(*, having: tuple[str, ...] | str = (), lacking: tuple[str, ...] | str = ()) -> Callable[[C], C]:
    """Mark a class whose hooks renew old data, so that ``opensky migrate eventual`` can count and sweep it."""
    shape = OldShape(_names(having), _names(lacking))
    if not (shape.having or shape.lacking):
        raise Misconfigured("@old_shape() says nothing; name a path that old data has, or one that it lacks.")

    def mark(cls: C) -> C:
        cls.__old_shapes__ = (*cls.__dict__.get("__old_shapes__", ()), shape)  # type: ignore[attr-defined]
        return cls

    return mark


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is known of the older shapes of one class."""

    cls: type
    moves: tuple[tuple[str, tuple[str, ...]], ...]
    methods: tuple[tuple[str, tuple[str, ...]], ...]
    embedded: tuple[tuple[str, "Renewal"], ...]
    shapes: tuple[OldShape, ...]
    kept: frozenset[str]
    """The names that the class still keeps: such an old name counts as old only while it holds a value."""

    def renewed(self, body: Plain) -> Plain:
        """Return the plain data to build the object from; ``body`` itself, untouched, where there is nothing to move."""
        changed: Plain = {}
        for name, older in self.moves:
            if name not in body and (found := _first(body, older)) is not None:
                changed[name] = body[found]
        for name, inner in self.embedded:
            value = body.get(name)
            if isinstance(value, list):
                made: Any = [inner.renewed(each) if isinstance(each, dict) else each for each in value]
                if any(new is not old for new, old in zip(made, value, strict=True)):
                    changed[name] = made
            elif isinstance(value, dict) and (made := inner.renewed(value)) is not value:
                changed[name] = made
        return body | changed if changed else body

    def hand_over(self, obj: Any, body: Plain) -> None:
        """Call the marked methods of the object, and of what is embedded in it, with the old values that are there."""
        for name, inner in self.embedded:
            value, raw = getattr(obj, name), body.get(name)
            if isinstance(raw, list):
                for each, plain in zip(value, raw, strict=True):
                    if isinstance(plain, dict):
                        inner.hand_over(each, plain)
            elif isinstance(raw, dict):
                inner.hand_over(value, raw)
        for method, older in self.methods:
            found = next((n for n in older if body.get(n) is not None), None)
            if found is not None:
                getattr(obj, method)(body[found])

    def is_old(self, body: Mapping[str, Any]) -> bool:
        """Whether plain data as kept is in an old shape: exactly what a read and a flush would write anew."""
        if any(shape.fits(body) for shape in self.shapes):
            return True
        if any(self._is_there(body, n) for _, older in (*self.moves, *self.methods) for n in older):
            return True
        return any(_any_old(inner, body.get(name)) for name, inner in self.embedded)

    @property
    def words(self) -> frozenset[str]:
        """Keys of which each old document has at least one; empty where only looking at every document can tell."""
        found = {name for _, older in (*self.moves, *self.methods) for name in older}
        for shape in self.shapes:
            if not shape.having:
                return frozenset()
            found.add(shape.having[0].rsplit(".", maxsplit=1)[-1])
        for _, inner in self.embedded:
            if not inner.words:
                return frozenset()
            found |= inner.words
        return frozenset(found)

    def _is_there(self, body: Mapping[str, Any], name: str) -> bool:
        return body.get(name) is not None if name in self.kept else name in body


@once_a_class
def renewal(cls: type) -> Renewal | None:
    """Return what is known of the older shapes of a class, or ``None`` if it has none.

    Raises:
        Misconfigured: rows are marked with what only documents can do, or a field would be loaded from its own name.
    """
    description = describe(cls)
    moves = tuple((f.name, mark.names) for f in description.stored_fields if (mark := marked(f, AlsoLoad)))
    methods = tuple((n, m.__also_load__) for n, m in vars(cls).items() if hasattr(m, "__also_load__"))
    inside = tuple((f.name, found) for f in description.stored_fields if _is_class(f) and (found := renewal(f.type)))
    made = Renewal(
        cls=cls,
        moves=moves,
        methods=methods,
        embedded=inside if description.store != "sql" else (),
        shapes=cls.__dict__.get("__old_shapes__", ()),
        kept=frozenset(f.name for f in description.stored_fields),
    )
    _check(description, made)
    return made if made.moves or made.methods or made.embedded or made.shapes else None


def _check(description: Description, made: Renewal) -> None:
    name = description.cls.__qualname__
    if description.store == "sql" and (made.moves or made.methods):
        message = (
            f"{name} is kept as rows, whose columns all have a name of their own: rename them by a deploy migration, "
            "or keep both columns and move the value in a @post_load method with @old_shape(having=...)."
        )
        raise Misconfigured(message)
    if description.store == "sql" and made.shapes and len(description.ids) != 1:
        message = f"{name} has {len(description.ids)} ids; @old_shape() finds rows by one id. Move them by a deploy migration."
        raise Misconfigured(message)
    for field, older in made.moves:
        if clash := made.kept.intersection(older):
            message = (
                f"{name}.{field} cannot also be loaded from {', '.join(sorted(clash))}: that is a field of its own."
            )
            raise Misconfigured(message)


def _is_class(field: Field) -> bool:
    return hasattr(field.type, "__dataclass_fields__")


def _any_old(inner: Renewal, value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(each, dict) and inner.is_old(each) for each in value)
    return isinstance(value, dict) and inner.is_old(value)


def _first(body: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((n for n in names if n in body), None)


def _names(given: tuple[str, ...] | str) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, Mapping) else None
    return body
