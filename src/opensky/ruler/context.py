"""Facts: what a rule is asked about. A fact is a value, or a function that finds it when it is first needed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from opensky.ruler.errors import FrozenFact, Misbuilt, UnknownFact
from opensky.ruler.nodes import MISSING

F = TypeVar("F", bound=Callable[..., Any])
Resolver = Callable[["Context"], Any]
_SCALARS = (str, bytes, int, float, Decimal, date)
_DECLARED = "__ruler_fact__"
_NONE: Mapping[str, Any] = MappingProxyType({})
# Of the dictionary itself, past what a context makes of them: a context is made for each event, and each fact is set in it.
_UPDATE, _SET, _DROP, _VALUES, _ITEMS = dict.update, dict.__setitem__, dict.pop, dict.values, dict.items


class Context(dict[str, Any]):
    """Facts by name. A callable that is set as a fact is *lazy*: it gets the context, once, when a rule first looks.

    The dictionary itself holds what is known, so that looking up a plain fact costs one step; what is not there yet comes
    through ``__missing__``.
    """

    _resolvers: Mapping[str, Resolver] = _NONE
    _volatile: frozenset[str] = frozenset()

    def __init__(self, facts: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        if facts and more:
            facts, more = {**facts, **more}, {}
        if facts:
            _UPDATE(self, facts)
            for value in _VALUES(self):
                if callable(value):
                    self._sort_out()
                    break
        for name, value in more.items():
            if callable(value):
                self._resolvers = {**self._resolvers, name: value}
            else:
                _SET(self, name, value)

    @classmethod
    def of_kind(cls, **lazy: Resolver) -> type["Context"]:
        """Return a kind of context whose contexts all have these lazy facts: to be made once, where a context is made for each event.

        What such a context is given when it is made is taken as it is, also a function.
        """
        for name, resolver in lazy.items():
            if not callable(resolver):
                _refuse(name, resolver)
        return type("KindOfContext", (cls,), {"__init__": dict.__init__, "_resolvers": MappingProxyType(lazy)})

    def _sort_out(self) -> None:
        lazy = self._resolvers = {name: value for name, value in _ITEMS(self) if callable(value)}
        for name in lazy:
            _DROP(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        """Set a fact; a callable is shared.

        Raises:
            FrozenFact: its lazy value has been looked up already.
        """
        if callable(value):
            self.share(name, value)
            return
        self._forget(name)
        super().__setitem__(name, value)

    def share(self, name: str, resolver: Resolver) -> None:
        """Set a fact that is found when it is first looked up, and then stays."""
        if not callable(resolver):
            _refuse(name, resolver)
        self._forget(name)
        self._resolvers = {**self._resolvers, name: resolver}

    def volatile(self, name: str, resolver: Resolver) -> None:
        """Set a fact that is found anew at each look, as Ruler's unshared closures are. Rules run slower with it."""
        self.share(name, resolver)
        self.__class__ = Unsteady
        self._volatile |= {name}

    def protect(self, name: str, function: Callable[..., Any]) -> None:
        """Set a fact whose value is a function."""
        if not callable(function):
            _refuse(name, function)
        self._forget(name)
        super().__setitem__(name, function)

    def raw(self, name: str) -> Any:
        """Return a fact as it was set: of a lazy one its function. Raises ``UnknownFact``."""
        return self._resolvers.get(name) or self[name]

    def __missing__(self, name: str) -> Any:
        try:
            resolver = self._resolvers[name]
        except KeyError:
            message = f"There is no fact {name!r}."
            raise UnknownFact(message, fact=name) from None
        value = resolver(self)
        _SET(self, name, value)
        return value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            message = f"There is no fact {name!r}."
            raise UnknownFact(message, fact=name)
        self.pop(name, None)
        self._forget(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._resolvers

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*super().__iter__(), *self._resolvers)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        """Return the names of all facts, lazy ones included."""
        return dict.fromkeys(self).keys()

    def look_up(self, name: str, default: Any = MISSING) -> Any:
        """Return a fact as rules read it: one that is absent is its default, or ``None``."""
        if name in self:
            return self[name]
        return None if default is MISSING else default

    def _forget(self, name: str) -> None:
        if name in self._resolvers:
            if super().__contains__(name):
                message = f"The fact {name!r} has been looked up and stays what it was; delete it first."
                raise FrozenFact(message, fact=name)
            self._resolvers = {each: found for each, found in self._resolvers.items() if each != name}
        self.pop(name, None)


class Unsteady(Context):
    """A context with a fact that is not the same at each look: compiled rules, which look once, do not run on it."""

    def __missing__(self, name: str) -> Any:
        if name in self._volatile:
            return self._resolvers[name](self)
        return super().__missing__(name)


def _refuse(name: str, function: Any) -> NoReturn:
    message = f"The fact {name!r} was to be found by a function, and {type(function).__name__} is none."
    raise Misbuilt(message, fact=name)


def declared(method: F) -> F:
    """Mark a method without arguments as one that rules may call by its name; no other is ever called."""
    setattr(method, _DECLARED, True)
    return method


def part_of(value: Any, name: str, default: Any = MISSING) -> Any:
    """Return a part of a value as rules read it; what is not there is the default, or ``None``.

    Of a map its key (present ones win, also when they are ``None``), of a list its index, of an object an item, a declared method's
    answer or an attribute. What begins with an underscore is nobody's.
    """
    found = _found(value, name)
    if found is MISSING:
        return None if default is MISSING else default
    return found


def _found(value: Any, name: str) -> Any:
    if isinstance(value, list | tuple):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else MISSING
    if value is None or isinstance(value, _SCALARS) or name.startswith("_"):
        return MISSING
    try:
        return value[name]
    except (KeyError, IndexError, TypeError):
        if isinstance(value, Mapping):
            return MISSING
    found = getattr(value, name, MISSING)
    if callable(found):
        return found() if getattr(found, _DECLARED, False) else MISSING
    return found
