"""Hydration: objects from plain data, by generated Python, a straight-line function a class.

The generated code knows one case, the usual one: every key is there and every value is exactly of its type. For all else (an older shape,
a field that was added since, a value that does not fit) it leaves the object to ``load``, which fills in defaults, converts what can be
converted, and says what is wrong.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args, get_origin

from opensky.kernel.money import Money
from opensky.kernel.once import once_a_class
from opensky.mapping import Description, Field, describe
from opensky.persistence.documents.codec import MOMENTS, Plain, load

T = TypeVar("T")

_EXACT = (str, int, float, bool)
_DEEPEST = 12
"""Deeper objects are left to ``load``: Python refuses more than 20 loops in one another."""

MOST_PRICES = 4096


class _Prices(dict[int, Money]):
    """Money of one currency by its minor units: the prices of a shop repeat, and are values that nobody can change."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency

    def __missing__(self, minor: int) -> Money:
        if type(minor) is not int:
            raise TypeError(minor)
        if len(self) >= MOST_PRICES:
            self.clear()
        made = self[minor] = Money(minor, self._currency)
        return made


class _Currencies(dict[str, _Prices]):
    def __missing__(self, currency: str) -> _Prices:
        if type(currency) is not str:
            raise TypeError(currency)
        if len(self) >= 64:  # noqa: PLR2004 - more currencies than a shop has
            self.clear()
        made = self[currency] = _Prices(currency)
        return made


_PRICES = _Currencies()


def hydrate(cls: type[T], plain: Plain) -> T:
    """Build the object of plain data as ``load`` does, with its references not loaded.

    Raises:
        msgspec.ValidationError: the data does not fit the class; the message holds the path.
    """
    made: T = hydrator(cls)(plain)
    return made


@once_a_class
def hydrator(cls: type) -> Callable[[Plain], Any]:
    """Return the generated function of a class."""
    references = tuple(f.name for f in describe(cls).fields if f.reference is not None)

    def otherwise(plain: Plain) -> Any:
        made: Any = load(cls, plain)
        for name in references:
            delattr(made, name)
        return made

    if not _is_usual(describe(cls)):
        return otherwise
    code = _Code(otherwise)
    made = code.made(describe(cls), "s")
    return code.function(made)


def _is_usual(description: Description) -> bool:
    """Say whether objects of a class can be filled field by field."""
    cls: Any = description.cls
    return not cls.__dataclass_params__.frozen and cls.__setattr__ is object.__setattr__


class _Code:
    """The function in the making."""

    def __init__(self, otherwise: Callable[[Plain], Any]) -> None:
        self._lines: list[str] = []
        self._indent = "        "
        self._count = 0
        self._names: dict[str, Any] = {
            "otherwise": otherwise,
            "new": object.__new__,
            "moments": MOMENTS,
            "prices": _PRICES,
            "load": load,
            "Odd": (LookupError, TypeError, ValueError),
        }

    def function(self, result: str) -> Callable[[Plain], Any]:
        """Compile it."""
        names = ", ".join(f"{name}={name}" for name in self._names)
        lines = [
            f"def hydrate(s, {names}):",
            "    try:",
            *self._lines,
            "    except Odd:",
            "        return otherwise(s)",
            f"    return {result}",
        ]
        exec("\n".join(lines), self._names)  # noqa: S102 - made of the field names of our own classes only
        function: Callable[[Plain], Any] = self._names["hydrate"]
        return function

    def made(self, description: Description, source: str) -> str:
        """Write what fills an object from the mapping called ``source``; return the name of the object."""
        made = self._name()
        self._add(f"{made} = new({self._keep(description.cls)})")
        for field in description.stored_fields:
            self._field(field, f"{made}.{field.name}", f"{source}[{field.name!r}]")
        if hasattr(description.cls, "__post_init__"):
            self._add(f"{made}.__post_init__()")
        return made

    def _field(self, field: Field, target: str, source: str) -> None:
        value = self._name()
        self._add(f"{value} = {source}")
        if field.optional:
            self._add(f"if {value} is None:", f"    {target} = None", "else:")
            self._deeper()
        if not field.many:
            self._one(field.type, field, target, value)
        else:
            self._list(field, target, value)
        if field.optional:
            self._back()

    def _list(self, field: Field, target: str, value: str) -> None:
        if get_origin(field.annotation) is tuple or get_origin(field.annotation) not in (list, None):
            self._add(f"{target} = load({self._keep(field.annotation)}, {value})")
            return
        each, found = self._name(), self._name()
        self._add(f"if type({value}) is not list: return otherwise(s)")
        if field.type in _EXACT:
            self._add(
                f"for {each} in {value}:", f"    if type({each}) is not {self._keep(field.type)}: return otherwise(s)"
            )
            self._add(f"{target} = {value}[:]")
            return
        self._add(f"{target} = {found} = []", f"for {each} in {value}:")
        self._deeper()
        one = self._name()
        self._one(field.type, field, one, each)
        self._add(f"{found}.append({one})")
        self._back()

    def _one(self, kind: Any, field: Field, target: str, value: str) -> None:
        if kind in _EXACT:
            self._add(f"if type({value}) is not {self._keep(kind)}: return otherwise(s)", f"{target} = {value}")
        elif get_origin(kind) is Literal:
            self._add(
                f"if {value} not in {self._keep(frozenset(get_args(kind)))}: return otherwise(s)", f"{target} = {value}"
            )
        elif kind is datetime:
            self._add(f"{target} = moments[{value}]")
        elif kind is Money:
            self._add(f"{target} = prices[{value}['currency']][{value}['minor']]")
        elif (
            isinstance(kind, type)
            and is_dataclass(kind)
            and _is_usual(describe(kind))
            and len(self._indent) < 4 * _DEEPEST
        ):
            self._add(f"{target} = {self.made(describe(kind), value)}")
        else:
            self._add(f"{target} = load({self._keep(kind)}, {value})")

    def _add(self, *lines: str) -> None:
        self._lines += [self._indent + line for line in lines]

    def _deeper(self) -> None:
        self._indent += "    "

    def _back(self) -> None:
        self._indent = self._indent[4:]

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _keep(self, thing: Any) -> str:
        for name, known in self._names.items():
            if known is thing:
                return name
        name = f"k{len(self._names)}"
        self._names[name] = thing
        return name
