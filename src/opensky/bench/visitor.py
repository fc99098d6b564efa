"""A serializer that walks: for each object it looks at each property's metadata and asks a strategy, as JMS Serializer does in PHP.

Ours for comparison alone: this is what a serializer costs that generates nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from opensky.kernel.money import Money
from opensky.mapping import Groups, describe


@dataclass(frozen=True, slots=True)
class Property:
    """What is known of one property."""

    name: str
    sent: str
    groups: frozenset[str]
    is_id: bool


class Context:
    """Where the walk stands."""

    def __init__(self, groups: frozenset[str]) -> None:
        self.groups = groups
        self.path: list[Property] = []

    def skips(self, each: Property) -> bool:
        """Say whether the strategy leaves a property out."""
        return not each.groups & self.groups


class Visitor:
    """Walks over objects, and makes dictionaries of them."""

    def __init__(self) -> None:
        self._metadata: dict[type, tuple[Property, ...]] = {}
        self._handlers: dict[type, Callable[[Any], Any]] = {
            Money: lambda money: {"amount": money.text, "currency": money.currency}
        }
        self._listeners: dict[str, list[Callable[[Any], None]]] = {}

    def accept(self, value: Any, context: Context) -> Any:
        """Return what shows a value."""
        handler = self._handlers.get(type(value))
        if handler is not None:
            return handler(value)
        if value is None or isinstance(value, str | int | float | bool | datetime):
            return value
        if isinstance(value, list | tuple):
            return [self.accept(each, context) for each in value]
        if isinstance(value, dict):
            return {key: self.accept(each, context) for key, each in value.items()}
        return self._visit(value, context)

    def _visit(self, obj: Any, context: Context) -> dict[str, Any]:
        self._tell("pre_serialize", obj)
        shown: dict[str, Any] = {}
        for each in self._properties(type(obj)):
            if context.skips(each):
                continue
            context.path.append(each)
            value = getattr(obj, each.name)
            shown[each.sent] = str(value) if each.is_id else self.accept(value, context)
            context.path.pop()
        self._tell("post_serialize", obj)
        return shown

    def _tell(self, moment: str, obj: Any) -> None:
        for listener in self._listeners.get(moment, ()):
            listener(obj)

    def _properties(self, cls: type) -> tuple[Property, ...]:
        if cls not in self._metadata:
            self._metadata[cls] = tuple(_read(cls))
        return self._metadata[cls]


def _read(cls: type) -> Iterator[Property]:
    assert is_dataclass(cls)  # noqa: S101 - all that is shown is
    for each in fields(cls):
        field = describe(cls).field(each.name)
        names = frozenset(name for mark in field.marks if isinstance(mark, Groups) for name in mark.names)
        yield Property(each.name, each.name, names, field.id or each.name.endswith("_id"))
