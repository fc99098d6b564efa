"""Reading: what is sent is laid onto an object, within the fields of its groups; or all that is wrong is told, and nothing is changed.

Reading has two halves. The first looks at everything that was sent and changes nothing; it gathers what is wrong, and what is to be done.
Only when nothing is wrong is it done, and undone again if a setter, a listener or a rule refuses.
"""

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, TypeVar, Union, get_args, get_origin

import msgspec

from opensky.kernel.errors import FieldError, Invalid, Misconfigured
from opensky.mapping import Accessor, Discriminator, Field, Inline, describe, validate
from opensky.serializer.handlers import Handlers
from opensky.serializer.listeners import Listeners
from opensky.serializer.members import Member, bare, is_object, kinds, reader
from opensky.serializer.scalars import Unreadable, read_scalar
from opensky.serializer.selection import Selection
from opensky.serializer.writable import (
    allowed,
    below,
    element_class,
    inline_class,
    is_writable,
    key_of,
    missing,
    refuse_loss,
    sent_path,
    why_not,
)
from opensky.serializer.writer import own_tag, without_none

T = TypeVar("T")
Construct = Callable[[type[Any], dict[str, Any]], Any]
"""Makes a new object of a class from the values that were sent; adds what was not."""

Sent = bytes | str | Mapping[str, Any]

_WRONG: Any = object()
"""Stands for a value that could not be read; the reason is among the errors."""


class Book(Protocol):
    """What reading asks of its serializer."""

    handlers: Handlers
    listeners: Listeners

    def members(self, cls: type) -> tuple[Member, ...]:
        """Return the members of a class."""


def new_object(cls: type[Any], values: dict[str, Any]) -> Any:
    """Call the class: how objects are made unless somebody says otherwise.

    Raises:
        Misconfigured: the class needs what nobody may send.
    """
    if lacking := missing(cls, values):
        raise Misconfigured(
            f"{cls.__qualname__} needs {', '.join(lacking)}, which cannot be sent; give apply a construct= that adds it."
        )
    late = {f.name: values.pop(f.name) for f in fields(cls) if not f.init and f.name in values}
    made = cls(**values)
    for name, value in late.items():
        setattr(made, name, value)
    return made


def parsed(data: Sent) -> Any:
    """Read JSON; what has been read already is returned as it is.

    Raises:
        Invalid: it is not JSON.
    """
    if isinstance(data, Mapping):
        return data
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(FieldError("", f"This is not JSON: {error}.", "Json")) from error


@dataclass(slots=True)
class _Change:
    """One value that is to be laid onto one object."""

    obj: Any
    member: Member
    value: Any
    path: str

    def do(self) -> None:
        accessor = self.member.mark(Accessor)
        try:
            if accessor is not None and accessor.setter:
                getattr(self.obj, accessor.setter)(self.value)
            else:
                setattr(self.obj, self.member.name, self.value)
        except ValueError as error:
            raise Invalid(FieldError(self.path, str(error) or "This cannot be set.", "Value")) from error


@dataclass(slots=True)
class Reading:
    """One reading of one message."""

    book: Book
    construct: Construct
    errors: list[FieldError] = field(default_factory=list)
    _changes: list[_Change] = field(default_factory=list)
    _touched: list[Any] = field(default_factory=list)

    def lay(self, data: Any, onto: Any, at: Selection, rules: Collection[str]) -> Any:
        """Lay data onto an object, or make one of a class; return it.

        Raises:
            Invalid: one error for each field that is wrong; nothing was changed.
        """
        existing, cls = (None, onto) if isinstance(onto, type) else (onto, type(onto))
        result = self.read_object(cls, data, existing, at, "")
        if self.errors:
            raise Invalid(*self.errors)
        kept = [_Kept(obj) for obj in self._touched]
        try:
            for change in self._changes:
                change.do()
            for obj in reversed(self._touched):
                for listener in self.book.listeners.of("post_deserialize", type(obj)):
                    listener(obj)
            self._validate(result, rules)
        except BaseException:
            for each in reversed(kept):
                each.put_back()
            raise
        return result

    def _validate(self, obj: Any, rules: Collection[str]) -> None:
        if not rules:
            return
        try:
            validate(obj, *rules)
        except Invalid as refused:
            errors = [FieldError(sent_path(self.book, type(obj), e.field), e.message, e.rule) for e in refused.errors]
            raise Invalid(*errors) from refused

    def read_object(
        self, cls: type, data: Any, existing: Any, at: Selection, path: str, told_by: Discriminator | None = None
    ) -> Any:
        """Return the object that was sent: a new one, or the existing one, which will be changed."""
        before = len(self.errors)
        if not isinstance(data, Mapping):
            return self._wrong(path, "This must be an object.", "Type")
        data = dict(data)
        cls = self._kind(cls, data, existing, path, told_by)
        data = self._prepared(cls, data, path)
        if len(self.errors) > before:
            return _WRONG
        values = self._values(cls, data, existing, at, path)
        if existing is None:
            self._ask_for_rest(cls, values, at, path)
        if len(self.errors) > before:
            return _WRONG
        return self._made(cls, values, path) if existing is None else self._changed(existing, values, path)

    def _kind(self, cls: type, data: dict[str, Any], existing: Any, path: str, told_by: Discriminator | None) -> type:
        """Take the tag out of the data, and return the class that it names."""
        told = kinds(cls, told_by)
        if told is None:
            return cls if existing is None else type(existing)
        name, classes = told
        tag = data.pop(name, None)
        if existing is not None:
            own = own_tag(type(existing)) or (name, next((t for t, c in classes.items() if c is type(existing)), ""))
            if tag is not None and tag != own[1]:
                self._wrong(_join(path, name), f"This is of the kind {own[1]} and stays so.", "ReadOnly")
            return type(existing)
        if tag is None and len(classes) > 1:
            self._wrong(_join(path, name), f"Say which kind it is: {', '.join(classes)}.", "Required")
        elif tag is not None and tag not in classes:
            self._wrong(_join(path, name), f"This is none of {', '.join(classes)}.", "Choice")
        return classes.get(tag, cls) if isinstance(tag, str) else cls

    def _prepared(self, cls: type, data: dict[str, Any], path: str) -> dict[str, Any]:
        for listener in self.book.listeners.of("pre_deserialize", cls):
            try:
                other = listener(cls, data)
            except Invalid as refused:
                self.errors += [FieldError(_join(path, e.field), e.message, e.rule) for e in refused.errors]
                return data
            data = data if other is None else dict(other)
        return data

    def _values(
        self, cls: type, data: dict[str, Any], existing: Any, at: Selection, path: str
    ) -> dict[str, tuple[Member, Any]]:
        """Read all that was sent for one object; return it by attribute."""
        open_to = allowed(self.book, cls, at)
        values: dict[str, tuple[Member, Any]] = {}
        inline: dict[str, tuple[Member, dict[str, Any]]] = {}
        for name, sent in data.items():
            member = open_to.get(name)
            if member is None:
                self._wrong(_join(path, name), *why_not(self.book, cls, at, name))
            elif member.mark(Inline) is not None:
                inline.setdefault(member.name, (member, {}))[1][name] = sent
            else:
                there = _there(cls, member, existing)
                read = self._member(cls, member, sent, there, at, _join(path, name), patches=existing is not None)
                values[member.name] = (member, read)
        for member, inner in inline.values():
            there = _there(cls, member, existing)
            read = self.read_object(inline_class(member), inner, there, below(member, at), path)
            values[member.name] = (member, read)
        return values

    def _ask_for_rest(self, cls: type, values: Mapping[str, Any], at: Selection, path: str) -> None:
        lacking = set(missing(cls, values))
        for name, member in allowed(self.book, cls, at).items():
            if member.name in lacking:
                self._wrong(_join(path, name), "This is needed.", "Required")

    def _made(self, cls: type, values: dict[str, tuple[Member, Any]], path: str) -> Any:
        by_setter = {n: v for n, v in values.items() if (a := v[0].mark(Accessor)) is not None and a.setter}
        virtual = {n: v for n, v in values.items() if v[0].field is None}
        late = by_setter | virtual
        given = {name: value for name, (_, value) in values.items() if name not in late}
        needed = [name for name in missing(cls, given) if name in by_setter]
        given |= {name: values[name][1] for name in needed}  # the class asks for it before there is anything to set
        try:
            made = self.construct(cls, given)
        except ValueError as error:
            return self._wrong(path, str(error) or "This cannot be.", "Value")
        self._touched.append(made)
        self._changes += [_Change(made, member, value, path) for member, value in late.values()]
        return made

    def _changed(self, existing: Any, values: dict[str, tuple[Member, Any]], path: str) -> Any:
        if type(existing).__dataclass_params__.frozen:
            return replace(existing, **{name: value for name, (_, value) in values.items()})
        self._touched.append(existing)
        self._changes += [
            _Change(existing, member, value, _join(path, member.sent))
            for member, value in values.values()
            if value is not _there(type(existing), member, existing)
        ]
        return existing

    def _member(
        self, cls: type, member: Member, sent: Any, there: Any, at: Selection, path: str, *, patches: bool
    ) -> Any:
        element = element_class(member.hint)
        inner = below(member, at)
        if element is None or sent is None:
            return self._value(member.hint, sent, there, inner, path, member)
        key = key_of(member, element)
        if key is None and patches:
            refuse_loss(self.book, cls, member, element, inner)
        if not isinstance(sent, list | tuple):
            return self._wrong(path, "This must be a list.", "Type")
        if key is None:
            told_by = member.mark(Discriminator)
            return [self.read_object(element, e, None, inner, f"{path}.{n}", told_by) for n, e in enumerate(sent)]
        return self._matched(element, key, sent, there or (), inner, path)

    def _matched(
        self, element: type, key: str, sent: Collection[Any], there: Collection[Any], at: Selection, path: str
    ) -> list[Any]:
        """Read a list whose elements are known by a key: change those that are there, make the others."""
        member = next(m for m in self.book.members(element) if m.name == key)
        known = {getattr(each, key): each for each in there}
        seen: set[Any] = set()
        found: list[Any] = []
        for number, each in enumerate(sent):
            here = f"{path}.{number}"
            value = self._key(member, each, at, f"{here}.{member.sent}")
            if value is _WRONG or value in seen:
                if value is not _WRONG:
                    self._wrong(f"{here}.{member.sent}", "This is in the list already.", "Duplicate")
                continue
            existing = known.get(value)
            if value is not None:
                seen.add(value)
            if isinstance(each, Mapping) and (existing is not None or not is_writable(element, member)):
                each = {name: inner for name, inner in each.items() if name != member.sent}  # noqa: PLW2901
            if value is not None and existing is None and not is_writable(element, member):
                self._wrong(f"{here}.{member.sent}", "There is none of that in the list.", "Unknown")
                continue
            found.append(self.read_object(element, each, existing, at, here))
        return found

    def _key(self, member: Member, each: Any, at: Selection, path: str) -> Any:
        if not isinstance(each, Mapping) or member.sent not in each:
            return None
        return self._value(member.hint, each[member.sent], None, at, path, member)

    def _value(  # noqa: PLR0911 - one return for each kind of value
        self, hint: Any, sent: Any, there: Any, at: Selection, path: str, member: Member, *, is_id: bool = False
    ) -> Any:
        hint, named = bare(hint)
        is_id = is_id or named or member.is_id
        handler = self.book.handlers.of(hint)
        if handler is None and get_origin(hint) in (Union, types.UnionType):
            rest, optional = without_none(hint)
            if sent is None and optional:
                return None
            if optional:
                return self._value(rest, sent, there, at, path, member, is_id=is_id)
            classes = [bare(each)[0] for each in get_args(rest)]
            if all(is_object(each) for each in classes):
                return self.read_object(classes[0], sent, there, at, path, member.mark(Discriminator))
        if handler is None and is_object(hint):
            return self.read_object(hint, sent, there, at, path, member.mark(Discriminator))
        inner = [each for each in get_args(hint) if each is not ...]
        if get_origin(hint) in (list, tuple, set, frozenset) and len(inner) == 1 and isinstance(sent, list | tuple):
            read = [self._value(inner[0], e, None, at, f"{path}.{n}", member, is_id=is_id) for n, e in enumerate(sent)]
            return _WRONG if _WRONG in read else get_origin(hint)(read)
        if get_origin(hint) is dict and isinstance(sent, dict):
            return {k: self._value(inner[1], v, None, at, f"{path}.{k}", member, is_id=is_id) for k, v in sent.items()}
        try:
            return read_scalar(hint, sent, handler, is_id=is_id)
        except Unreadable as error:
            return self._wrong(_join(path, error.path), error.message, error.rule)

    def _wrong(self, path: str, message: str, rule: str) -> Any:
        self.errors.append(FieldError(path, message, rule))
        return _WRONG


class _Kept:
    """The fields of an object as they were, to be put back."""

    def __init__(self, obj: Any) -> None:
        self._obj = obj
        self._values = {m.name: getattr(obj, m.name) for m in _stored(type(obj))}
        self._lists = [(v, list(v)) for v in self._values.values() if isinstance(v, list)]
        self._dicts = [(v, dict(v)) for v in self._values.values() if isinstance(v, dict)]

    def put_back(self) -> None:
        for name, value in self._values.items():
            if getattr(self._obj, name) is not value:
                setattr(self._obj, name, value)
        for was, inside in self._lists:
            was[:] = inside
        for known, pairs in self._dicts:
            known.clear()
            known.update(pairs)


def _stored(cls: type) -> tuple[Field, ...]:
    return tuple(each for each in describe(cls).stored_fields)


def _there(cls: type, member: Member, existing: Any) -> Any:
    """Return what an object holds now where something is to be laid."""
    if existing is None or (member.field is not None and member.field.reference is not None):
        return None
    name, call = reader(cls, member)
    value = getattr(existing, name, None)
    return value() if call and value is not None else value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
