"""The serializer: compiles a view for each class and selection on first use, and fills and encodes it ever after."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypedDict, TypeVar, Unpack, overload

import msgspec

from opensky.kernel.money import Money
from opensky.mapping.shape import Moment as Point
from opensky.mapping.shape import Naming
from opensky.serializer.handlers import Handler, Handlers
from opensky.serializer.listeners import Listener, Listeners
from opensky.serializer.members import Member, members
from opensky.serializer.reading import Construct, Reading, Sent, new_object, parsed
from opensky.serializer.selection import DEFAULT, Selection, Shown, selection
from opensky.serializer.structs import Structs
from opensky.serializer.texts import price
from opensky.serializer.writer import Fill, Writer

T = TypeVar("T")
Nested = Mapping[str, Shown] | None

MOST_VIEWS = 4096
"""No program has so many; a stranger who asks for ever other versions would."""

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Compiled:
    struct: type[msgspec.Struct]
    fill: Fill


class _Options(TypedDict, total=False):
    version: str
    nested: Nested
    rules: Collection[str]
    construct: Construct


class Serializer:
    """Shows objects by the marks that they wear.

    Most programs need one; ``opensky.serializer.serialize`` and its neighbours use the one called ``SERIALIZER``. Another one can have
    another naming strategy, other handlers and listeners of its own.
    """

    def __init__(self, *, naming: Naming = "identical", handlers: Iterable[Handler] = ()) -> None:
        self.naming = naming
        self.handlers = Handlers(handlers)
        self.listeners = Listeners()
        self.structs = Structs()
        self._members: dict[type, tuple[Member, ...]] = {}
        self._made: dict[tuple[type, Selection, bool], _Compiled] = {}
        self._asked: dict[tuple[type, str, str], Fill] = {}

    def view(
        self, cls: type, groups: Shown = DEFAULT, *, version: str = "", nested: Nested = None
    ) -> type[msgspec.Struct]:
        """Return the struct that shows ``groups`` of a class; the same question gives the same struct.

        Args:
            cls: the class.
            groups: one group or several; what is in any of them is shown.
            version: leave out what is newer (``Since``) or older (``Until``).
            nested: other groups inside members, by dotted path: ``{"variants": "brief", "seller.pictures": ("api", "big")}``.

        Raises:
            Misconfigured: nothing is in these groups, a type has no JSON form, or the class contains itself.
        """
        return self._compiled(cls, selection(groups, version, nested), encoded=False).struct

    def to_view(self, obj: Any, groups: Shown = DEFAULT, *, version: str = "", nested: Nested = None) -> Any:
        """Return the view of an object, or the list of views of a list."""
        at = selection(groups, version, nested)
        if isinstance(obj, list | tuple):
            return self._compiled(type(obj[0]), at, encoded=False).fill(obj) if obj else []
        return self._compiled(type(obj), at, encoded=False).fill((obj,))[0]

    def serialize(self, obj: Any, groups: Shown = DEFAULT, *, version: str = "", nested: Nested = None) -> bytes:
        """Return the JSON of what ``groups`` show of an object or of a list of objects."""
        many = isinstance(obj, list | tuple)
        if many and not obj:
            return b"[]"
        cls = type(obj[0]) if many else type(obj)
        if nested is None and isinstance(groups, str):
            fill = self._asked.get((cls, groups, version))
            if fill is None:
                fill = self._compiled(cls, selection(groups, version, None), encoded=True).fill
                self._asked[cls, groups, version] = fill
        else:
            fill = self._compiled(cls, selection(groups, version, nested), encoded=True).fill
        return _ENCODER.encode(fill(obj) if many else fill((obj,))[0])

    @overload
    def apply(self, data: Sent, onto: type[T], groups: Shown = ..., **options: Unpack[_Options]) -> T: ...
    @overload
    def apply(self, data: Sent, onto: T, groups: Shown = ..., **options: Unpack[_Options]) -> T: ...
    def apply(
        self,
        data: Sent,
        onto: Any,
        groups: Shown = DEFAULT,
        *,
        version: str = "",
        nested: Nested = None,
        rules: Collection[str] = ("default",),
        construct: Construct = new_object,
    ) -> Any:
        """Lay what was sent onto an object (or make one of a class), and return it.

        Only what ``groups`` show may be sent, and of that only what can be written: no id, no version, no reference, nothing
        ``ReadOnly``. What is not sent stays as it is. Embedded objects are changed where they are; lists are replaced, unless their
        elements have an id or a ``MatchBy``.

        Args:
            data: JSON, or what has been read from it.
            onto: the object to change, or the class of a new one.
            groups: what may be set.
            version: of the form in which it is sent.
            nested: other groups inside members, by dotted path.
            rules: validation groups that the object must satisfy afterwards; none if empty.
            construct: makes new objects of a class and the values sent: to add an id, or to fetch one that is there.

        Raises:
            Invalid: one error for each field that is wrong, by its name outside; nothing was changed.
        """
        reading = Reading(self, construct)
        return reading.lay(parsed(data), onto, selection(groups, version, nested), rules)

    def listen(self, moment: Point, listener: Listener, cls: type = object) -> None:
        """Call ``listener`` at a moment of objects of a class; see ``Listeners`` for what each is given."""
        self.listeners.add(moment, listener, cls)
        self._forget()

    def handle(self, handler: Handler) -> None:
        """Take in a handler for a type."""
        self.handlers.add(handler)
        self._forget()

    def handle_lazily(self, kind: type, make: Callable[[], Handler]) -> None:
        """Take in the promise of a handler, made when its type is first met."""
        self.handlers.add_lazy(kind, make)
        self._forget()

    def members(self, cls: type) -> tuple[Member, ...]:
        """Return all members of a class, whatever their groups."""
        found = self._members.get(cls)
        if found is None:
            found = self._members[cls] = members(cls, self.naming)
        return found

    def fill_one(self, obj: Any, selection: Selection, *, encoded: bool) -> Any:
        """Return the view of an object of whatever class."""
        return self._compiled(type(obj), selection, encoded=encoded).fill((obj,))[0]

    def fill_any(self, value: Any, selection: Selection, *, encoded: bool) -> Any:
        """Return what shows a value of whatever type: objects by their groups, at any depth."""
        handler = self.handlers.of(type(value))
        if handler is not None:
            return handler.show(value)
        if isinstance(value, Money):
            return price(value, encoded=encoded)
        if is_dataclass(value):
            return self.fill_one(value, selection, encoded=encoded)
        if isinstance(value, list | tuple | set | frozenset):
            return [self.fill_any(each, selection, encoded=encoded) for each in value]
        if isinstance(value, dict):
            return {key: self.fill_any(each, selection, encoded=encoded) for key, each in value.items()}
        return value

    def _compiled(self, cls: type, at: Selection, *, encoded: bool) -> _Compiled:
        key = (cls, at, encoded)
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= MOST_VIEWS:
                self._forget()
            writer = Writer(self, encoded=encoded)
            made = _Compiled(*writer.fill(cls, at))
            if encoded and writer.replaces:
                made = self._compiled(cls, at, encoded=False)
            # Of two threads that come first at once, both get the same.
            made = self._made.setdefault(key, made)
        return made

    def _forget(self) -> None:
        self.structs = Structs()
        self._members.clear()
        self._made.clear()
        self._asked.clear()


SERIALIZER = Serializer()
"""The serializer of the shop."""
