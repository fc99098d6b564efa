"""Handlers: how a type that the serializer does not know is shown, and read back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from opensky.kernel.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Handler:
    """One type, both ways. It serves subclasses too, unless they have a handler of their own.

    ``show`` returns what stands in the answer, of the type ``shown_as``. ``read`` is given a value of that type and returns one of
    ``type``; it raises ``ValueError`` with a sentence for a person. Without ``read`` the type cannot be sent.
    """

    type: type
    show: Callable[[Any], Any]
    shown_as: Any = str
    read: Callable[[Any], Any] | None = None


class Handlers:
    """The handlers of one serializer. A lazy one is made when its type is first met."""

    def __init__(self, handlers: Iterable[Handler] = ()) -> None:
        self._known = {handler.type: handler for handler in handlers}
        self._lazy: dict[type, Callable[[], Handler]] = {}

    def add(self, handler: Handler) -> None:
        """Take a handler in; it replaces one for the same type."""
        self._known[handler.type] = handler

    def add_lazy(self, kind: type, make: Callable[[], Handler]) -> None:
        """Take in the promise of a handler; ``make`` is called once, when the type is first met."""
        self._lazy[kind] = make

    def of(self, kind: Any) -> Handler | None:
        """Return the handler of a type or of the nearest class above it.

        Raises:
            Misconfigured: a lazy handler turns out to be for another type.
        """
        if not isinstance(kind, type):
            return None
        for each in kind.__mro__:
            if each in self._lazy:
                handler = self._lazy[each]()
                if handler.type is not each:
                    raise Misconfigured(
                        f"The handler promised for {each.__qualname__} is for {handler.type.__qualname__}."
                    )
                self._known[each] = handler
                del self._lazy[each]
            if each in self._known:
                return self._known[each]
        return None
