"""The writer: for a class and a selection, the struct of what is shown, and straight-line code that fills a list of them.

The code for a product reads like this, all loops in one function, because a call costs more than what it would do::

    for o in objects:
        v1 = []
        for v2 in o.variants:
            v3 = v2.price
            if v3.currency is not v4:
                v4 = v3.currency
                v5 = currencies[v4]
            v6 = v3.minor
            try:
                v7 = v5[v6]
            except KeyError:
                v7 = new_price(v4, v6)
            v1.append(k1(v2.sku, v2.name, v7))
        out.append(k2(o.name, v1))
"""

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, Protocol, Union, get_args, get_origin

import msgspec

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Discriminator, Exclude, Expose, Inline, MaxDepth, SkipWhenEmpty
from opensky.serializer.code import Code
from opensky.serializer.handlers import Handlers
from opensky.serializer.listeners import Listeners
from opensky.serializer.members import Member, bare, holds_objects, is_object, kinds, reader
from opensky.serializer.selection import Selection, shallower
from opensky.serializer.structs import Shown, Structs, Tag
from opensky.serializer.texts import ENCODED_PRICES, IDS, PRICES, MoneyView, new_encoded_price, new_id, new_price

_DEEPEST = 12
"""Deeper code stands in a function of its own: Python refuses more than 20 loops in one another."""

_UNIONS = (Union, types.UnionType)
_LISTS = (list, tuple, set, frozenset, Sequence, Collection, AbstractSet)
_MAPPINGS = (dict, Mapping)
_ANYTHING = (Any, object, *_LISTS, *_MAPPINGS)

Path = tuple[type, ...]
Fill = Callable[[Any], list[Any]]


class Book(Protocol):
    """What the writer asks of its serializer."""

    handlers: Handlers
    listeners: Listeners
    structs: Structs

    def members(self, cls: type) -> tuple[Member, ...]:
        """Return the members of a class."""

    def fill_one(self, obj: Any, selection: Selection, *, encoded: bool) -> Any:
        """Return the view of an object of whatever class."""

    def fill_any(self, value: Any, selection: Selection, *, encoded: bool) -> Any:
        """Return what shows a value of whatever type."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: what is selected there, inside which classes, and what its member says of it."""

    at: Selection
    above: Path
    is_id: bool
    told_by: Discriminator | None


class Writer:
    """Writes the code of one view. ``encoded`` code fills structs for the encoder alone: money is JSON already."""

    def __init__(self, book: Book, *, encoded: bool) -> None:
        self._book, self._encoded = book, encoded
        self.replaces = False
        """Whether a listener may replace a view, and so must be given one with the types of its struct."""
        self._code = Code()
        self._code.scope.update(
            UNSET=msgspec.UNSET,
            ids=IDS,
            new_id=new_id,
            currencies=ENCODED_PRICES if encoded else PRICES,
            new_price=new_encoded_price if encoded else new_price,
            type=type,
        )

    def fill(
        self, cls: type, selection: Selection, above: Path = (), tag: Tag | None = None, *, embedded: bool = False
    ) -> tuple[type[msgspec.Struct], Fill]:
        """Return the struct of a class, and the function that makes a list of it from a list of objects."""
        code, book, encoded = self._code, self._book, self._encoded
        others = code.keep(lambda obj: book.fill_one(obj, selection, encoded=encoded))
        with code.block("def fill(objects, {}):"):
            code.line("{}")
            code.line("out = []")
            with code.block("for o in objects:"):
                if not embedded:  # an embedded object is shown as the class that its field names
                    with code.block(f"if type(o) is not {code.keep(cls)}:"):
                        code.line(f"out.append({others}(o))")
                        code.line("continue")
                struct, value = self._struct(cls, "o", selection, above, tag)
                code.line(f"out.append({value})")
            code.line("return out")
        return struct, code.function("fill")

    def _struct(
        self, cls: type, source: str, at: Selection, above: Path, tag: Tag | None = None
    ) -> tuple[type[msgspec.Struct], str]:
        """Write what the struct of the object called ``source`` needs; return the struct and the call that makes it."""
        if cls in above and at.depth is None:
            raise Misconfigured(
                f"{cls.__qualname__} contains itself in {at.words}; take a field out of the group, or mark it MaxDepth."
            )
        for listener in self._book.listeners.of("pre_serialize", cls):
            self._code.line(f"{self._code.keep(listener)}({source})")
        shown = self._members(cls, source, at, (*above, cls))
        if not shown:
            raise Misconfigured(f"{cls.__qualname__} shows nothing in {at.words}; mark fields with Groups(...).")
        struct = self._book.structs.of(cls, at, [each for each, _ in shown], tag or own_tag(cls))
        made = self._code.keep(self._book.structs.twin(struct) if self._encoded else struct)
        if any(each.may_miss for each, _ in shown):
            value = f"{made}({', '.join(f'{each.name}={value}' for each, value in shown)})"
        else:
            value = f"{made}({', '.join(value for _, value in shown)})"
        for listener in self._book.listeners.of("post_serialize", cls):
            self.replaces = True
            value = self._code.settle(f"{self._code.keep(_replacing(listener, cls))}({source}, {value})")
        return struct, value

    def _members(self, cls: type, source: str, at: Selection, above: Path) -> list[tuple[Shown, str]]:
        shown: list[tuple[Shown, str]] = []
        objects = set()
        for member in self._book.members(cls):
            if not member.within(at):
                continue
            if holds_objects(member.hint):
                objects.add(member.name)
                limit = member.mark(MaxDepth)
                if shallower(at.depth, limit.levels if limit else None) == 0:
                    continue
            shown += self._member(cls, member, source, at, above)
        for path, _ in at.nested:
            if path.partition(".")[0] not in objects:
                raise Misconfigured(f"{cls.__qualname__} shows no objects at {path!r} in {at.words}.")
        return shown

    def _member(self, cls: type, member: Member, source: str, at: Selection, above: Path) -> list[tuple[Shown, str]]:
        name, call = reader(cls, member)
        read = f"{self._code.keep(member.value)}({source})" if member.value else f"{source}.{name}{call}"
        limit = member.mark(MaxDepth)
        below = at.below(member.name, limit.levels if limit else None) if holds_objects(member.hint) else at
        if member.mark(Inline):
            return self._inline(cls, member, read, below, above)
        place = _Place(below, above, member.is_id, member.mark(Discriminator))
        condition = self._condition(member, source)
        skips = member.mark(SkipWhenEmpty) is not None
        if condition is None and not skips:
            kind, value = self._value(member.hint, read, place)
            return [(Shown(member.name, member.sent, kind), value)]
        kept = self._code.name()
        with self._code.block(f"if {condition or 'True'}:"):
            kind, value = self._value(member.hint, read, place)
            self._code.line(f"{kept} = {value}")
            if skips:
                with self._code.block(f"if {kept} is None or {kept} == '' or {kept} == [] or {kept} == {{}}"
                                      f" or {self._code.keep(_shows_nothing)}({kept}):"):  # fmt: skip
                    self._code.line(f"{kept} = UNSET")
        with self._code.block("else:"):
            self._code.line(f"{kept} = UNSET")
        return [(Shown(member.name, member.sent, kind, may_miss=True), kept)]

    def _condition(self, member: Member, source: str) -> str | None:
        tests = []
        if (exposed := member.mark(Expose)) is not None and exposed.when is not None:
            tests.append(f"{self._code.keep(exposed.when)}({source})")
        if (excluded := member.mark(Exclude)) is not None and excluded.when is not None:
            tests.append(f"not {self._code.keep(excluded.when)}({source})")
        return " and ".join(tests) or None

    def _inline(self, cls: type, member: Member, read: str, at: Selection, above: Path) -> list[tuple[Shown, str]]:
        hint, _ = bare(member.hint)
        inner, optional = without_none(hint)
        inner, _ = bare(inner)
        if not is_object(inner):
            raise Misconfigured(f"{cls.__qualname__}.{member.name} is Inline, but no embedded object.")
        source = self._code.settle(read)
        if not optional:
            found = self._members(inner, source, at, (*above, inner))
            return [(each.under(member.name), value) for each, value in found]
        with self._code.block(f"if {source} is not None:"):
            found = self._members(inner, source, at, (*above, inner))
            names = [self._code.name() for _ in found]
            for name, (_, value) in zip(names, found, strict=True):
                self._code.line(f"{name} = {value}")
        with self._code.block("else:"):
            for name in names:
                self._code.line(f"{name} = UNSET")
        return [(each.under(member.name, may_miss=True), name) for name, (each, _) in zip(names, found, strict=True)]

    def _value(self, hint: Any, source: str, place: _Place) -> tuple[Any, str]:  # noqa: PLR0911 - one for each kind
        """Write what a value needs; return the type of what shows it, and the expression that gives it."""
        hint, named = bare(hint)
        if named:
            place = replace(place, is_id=True)
        if self._passes(hint, is_id=place.is_id):
            return hint, source
        handler = self._book.handlers.of(hint)
        if handler is not None:
            return handler.shown_as, f"{self._code.keep(handler.show)}({source})"
        origin = get_origin(hint) or hint
        if origin in _UNIONS:
            return self._union(hint, source, place)
        for types_, write in ((_LISTS, self._list), (_MAPPINGS, self._mapping)):
            if origin in types_:
                return write(hint, source, place)
        if is_object(hint):
            return self._object(hint, source, place)
        if hint is Money:
            return MoneyView, self._money(source)
        if hint is int:
            return str, self._code.remembered("ids", self._code.settle(source), "new_id({})")
        return Any, self._dynamic(source, place)

    def _passes(self, hint: Any, *, is_id: bool) -> bool:
        """Say whether values of a type are shown as they are."""
        hint, named = bare(hint)
        if self._book.handlers.of(hint) is not None or hint is Money or is_object(hint) or hint in _ANYTHING:
            return False
        if hint is int:
            return not (is_id or named)
        if get_origin(hint) is Literal:
            return True
        inner = get_args(hint)[1:] if get_origin(hint) in _MAPPINGS else get_args(hint)
        return all(self._passes(each, is_id=is_id or named) for each in inner if each is not ...)

    def _dynamic(self, source: str, place: _Place) -> str:
        book, encoded, at = self._book, self._encoded, place.at
        return f"{self._code.keep(lambda value: book.fill_any(value, at, encoded=encoded))}({source})"

    def _money(self, source: str) -> str:
        code = self._code
        money = code.settle(source)
        # A place has prices of its own: another price in the same expression may be of another currency.
        currency, prices = code.start(), code.start()
        with code.block(f"if {money}.currency is not {currency}:"):
            code.line(f"{currency} = {money}.currency")
            code.line(f"{prices} = currencies[{currency}]")
        return code.remembered(prices, code.settle(f"{money}.minor"), f"new_price({currency}, {{}})")

    def _union(self, hint: Any, source: str, place: _Place) -> tuple[Any, str]:
        rest, optional = without_none(hint)
        source = self._code.settle(source)
        if not optional:
            return self._several(rest, source, place)
        kept = self._code.name()
        with self._code.block(f"if {source} is None:"):
            self._code.line(f"{kept} = None")
        with self._code.block("else:"):
            kind, value = self._value(rest, source, place)
            self._code.line(f"{kept} = {value}")
        return kind | None, kept

    def _several(self, hint: Any, source: str, place: _Place) -> tuple[Any, str]:
        classes = [bare(each)[0] for each in get_args(hint)]
        if not all(is_object(each) for each in classes):
            return Any, self._dynamic(source, place)
        told = [found for each in classes if (found := kinds(each, place.told_by)) is not None]
        if len({name for name, _ in told}) != 1 or (place.told_by is None and len(told) < len(classes)):
            raise Misconfigured(
                f"{hint} is one of several classes; say Discriminator(name, {{tag: class, …}}) beside it."
            )
        return self._told(told[0][0], {tag: cls for _, found in told for tag, cls in found.items()}, source, place)

    def _object(self, cls: type, source: str, place: _Place) -> tuple[Any, str]:
        told = kinds(cls, place.told_by)
        if told is not None:
            return self._told(*told, self._code.settle(source), place)
        return self._one(cls, self._code.settle(source), place, None)

    def _one(self, cls: type, source: str, place: _Place, tag: Tag | None) -> tuple[Any, str]:
        if self._code.level < _DEEPEST:
            return self._struct(cls, source, place.at, place.above, tag)
        writer = Writer(self._book, encoded=self._encoded)
        struct, fill = writer.fill(cls, place.at, place.above, tag, embedded=True)
        self.replaces = self.replaces or writer.replaces
        return struct, f"{self._code.keep(fill)}(({source},))[0]"

    def _told(self, name: str, classes: Mapping[str, type], source: str, place: _Place) -> tuple[Any, str]:
        """Write one branch for each kind; the struct of each carries its tag."""
        kept, structs, word = self._code.name(), [], "if"
        for tag, cls in classes.items():
            with self._code.block(f"{word} type({source}) is {self._code.keep(cls)}:"):
                struct, value = self._one(cls, source, place, (name, tag))
                self._code.line(f"{kept} = {value}")
            structs.append(struct)
            word = "elif"
        with self._code.block("else:"):
            self._code.line(f"{self._code.keep(partial(_unknown_kind, name, tuple(classes.values())))}({source})")
        return Union[tuple(structs)], kept  # noqa: UP007 - they are known at run time

    def _list(self, hint: Any, source: str, place: _Place) -> tuple[Any, str]:
        inner = [each for each in get_args(hint) if each is not ...]
        if len(inner) != 1:
            return list[Any], self._dynamic(source, place)
        kept, each = self._code.name(), self._code.name()
        self._code.line(f"{kept} = []")
        with self._code.block(f"for {each} in {source}:"):
            kind, value = self._value(inner[0], each, place)
            self._code.line(f"{kept}.append({value})")
        return list[kind], kept  # type: ignore[valid-type]

    def _mapping(self, hint: Any, source: str, place: _Place) -> tuple[Any, str]:
        inner = get_args(hint)
        if len(inner) != 2:  # noqa: PLR2004 - keys and values
            return dict[str, Any], self._dynamic(source, place)
        kept, key, each = self._code.name(), self._code.name(), self._code.name()
        self._code.line(f"{kept} = {{}}")
        with self._code.block(f"for {key}, {each} in {source}.items():"):
            kind, value = self._value(inner[1], each, place)
            self._code.line(f"{kept}[{key}] = {value}")
        return dict[inner[0], kind], kept  # type: ignore[valid-type]


def without_none(hint: Any) -> tuple[Any, bool]:
    """Return a type without ``None``, and whether it was there."""
    if get_origin(hint) not in _UNIONS:
        return hint, False
    rest = tuple(each for each in get_args(hint) if each is not type(None))
    return Union[rest], len(rest) < len(get_args(hint))  # noqa: UP007 - members are known at run time


def own_tag(cls: type) -> Tag | None:
    """Return the tag that a class wears wherever it is shown, if its kind is told apart from others."""
    told = kinds(cls)
    return next(((told[0], tag) for tag, kind in told[1].items() if kind is cls), None) if told else None


def _replacing(listener: Callable[..., Any], cls: type) -> Callable[[Any, Any], Any]:
    def call(obj: Any, view: Any) -> Any:
        other = listener(obj, view)
        if other is None:
            return view
        if type(other) is not type(view):
            # Another type could show what the groups do not.
            raise Misconfigured(f"A post_serialize of {cls.__qualname__} must return {type(view).__name__} or nothing.")
        return other

    return call


def _unknown_kind(name: str, known: tuple[type, ...], obj: Any) -> None:
    names = ", ".join(each.__qualname__ for each in known)
    raise Misconfigured(f"{type(obj).__qualname__} has no {name} of its own; known are {names}.")


def _shows_nothing(value: Any) -> bool:
    return isinstance(value, msgspec.Struct) and all(
        getattr(value, name) is msgspec.UNSET for name in value.__struct_fields__
    )
