"""The operators: one table, from which the builder, the JSON and text forms, the compiler, the check on saving and the docs are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opensky.ruler import values
from opensky.ruler.errors import Misbuilt

Takes = Literal["any", "number", "text", "list", "moment", "ordered", "condition"]
Gives = Literal["condition", "number", "list", "any"]
ANY_NUMBER = 255


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. ``says`` and ``denies`` are its sentences, with ``{0}``, ``{1}`` … for the operands."""

    name: str
    apply: Callable[..., Any]
    least: int
    most: int
    takes: tuple[Takes, ...]
    gives: Gives
    says: str
    denies: str
    symbol: str = ""

    def taken(self, position: int) -> Takes:
        """Return what the operand at a position is to be; the last one's holds for all further ones."""
        return self.takes[min(position, len(self.takes) - 1)]

    def refuse_wrong_number(self, count: int) -> None:
        """Raise ``Misbuilt`` where there are too few or too many operands."""
        if self.least <= count <= self.most:
            return
        wanted = str(self.least) if self.least == self.most else f"{self.least} to {self.most}"
        raise Misbuilt(f"{self.name} takes {wanted} operands, not {count}.", operator=self.name)


_OPERATORS: dict[str, Operator] = {}
OPERATORS: Mapping[str, Operator] = _OPERATORS
"""All operators by name, those that were registered later included."""


def operator(
    name: str,
    *,
    takes: tuple[Takes, ...] = ("any", "any"),
    gives: Gives = "condition",
    most: int | None = None,
    says: str = "",
    denies: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as an operator of that name, which rules can use from then on.

    Rules are kept and run far from who wrote them: the function must be pure, quick, and raise ``RuleTypeError`` for values that it is
    not made for.

    Raises:
        Misbuilt: there is such an operator already.
    """

    def register(apply: Callable[..., Any]) -> Callable[..., Any]:
        if name in _OPERATORS or not name.isidentifier() or name.startswith("_"):
            raise Misbuilt(f"{name!r} cannot be the name of a further operator.", operator=name)
        words = name.replace("_", " ")
        asked = (lambda *operands: bool(apply(*operands))) if gives == "condition" else apply
        rest = "".join(f", {{{i}}}" for i in range(1, len(takes)))
        put(
            name,
            asked,
            takes,
            gives,
            most=len(takes) if most is None else most,
            says=says or f"{{0}} {words}{rest.replace(',', '', 1)}",
            denies=denies or f"{{0}} not {words}{rest.replace(',', '', 1)}",
        )
        return apply

    return register


def put(
    name: str,
    apply: Callable[..., Any],
    takes: tuple[Takes, ...],
    gives: Gives = "condition",
    *,
    least: int | None = None,
    most: int | None = None,
    says: str = "",
    denies: str = "",
    symbol: str = "",
) -> None:
    """Put an operator into the table."""
    count = len(takes)
    _OPERATORS[name] = Operator(
        name, apply, count if least is None else least, most or count, takes, gives, says, denies, symbol
    )


def _no(function: Callable[..., bool]) -> Callable[..., bool]:
    def negated(*operands: Any) -> bool:
        return not function(*operands)

    return negated


def _logical(*_conditions: Any) -> bool:
    message = "Conditions are asked one after the other, never handed over as values."
    raise Misbuilt(message)


_CONDITIONS: tuple[Takes, ...] = ("condition",)
put("logical_and", _logical, _CONDITIONS, most=ANY_NUMBER, says="all of", denies="not all of", symbol="and")
put("logical_or", _logical, _CONDITIONS, most=ANY_NUMBER, says="any of", denies="none of", symbol="or")
put("logical_xor", _logical, _CONDITIONS, most=ANY_NUMBER, says="just one of", denies="not just one of")
put("logical_not", _logical, _CONDITIONS, says="not", denies="it is not so that not", symbol="not")

_ANY2: tuple[Takes, ...] = ("any", "any")
_ORDERED: tuple[Takes, ...] = ("ordered", "ordered")
_TEXTS: tuple[Takes, ...] = ("text", "text")
_LISTS: tuple[Takes, ...] = ("list", "list")
_NUMBERS: tuple[Takes, ...] = ("number", "number")

for _name, _apply, _takes, _says, _denies, _symbol in (
    ("equal_to", values.equal, _ANY2, "{0} is {1}", "{0} is not {1}", "=="),
    ("same_as", values.same, _ANY2, "{0} is just {1}", "{0} is not just {1}", ""),
    ("greater_than", values.greater, _ORDERED, "{0} is more than {1}", "{0} is not more than {1}", ">"),
    (
        "greater_than_or_equal_to",
        values.greater_or_equal,
        _ORDERED,
        "{0} is at least {1}",
        "{0} is not at least {1}",
        ">=",
    ),
    ("less_than", values.less, _ORDERED, "{0} is less than {1}", "{0} is not less than {1}", "<"),
    ("less_than_or_equal_to", values.less_or_equal, _ORDERED, "{0} is at most {1}", "{0} is not at most {1}", "<="),
    ("string_contains", values.contains_text, _TEXTS, "{0} has {1} in it", "{0} has no {1} in it", ""),
    ("starts_with", values.starts_with, _TEXTS, "{0} begins with {1}", "{0} does not begin with {1}", ""),
    ("ends_with", values.ends_with, _TEXTS, "{0} ends with {1}", "{0} does not end with {1}", ""),
    ("matches", values.matches, _TEXTS, "{0} is like {1}", "{0} is not like {1}", ""),
    ("contains_subset", values.contains_subset, _LISTS, "{0} has all of {1}", "{0} has not all of {1}", ""),
    ("set_contains", values.set_contains, ("list", "any"), "{0} has {1}", "{0} has no {1}", "in"),
    ("before", values.before, ("moment", "moment"), "{0} is before {1}", "{0} is not before {1}", ""),
    ("after", values.after, ("moment", "moment"), "{0} is after {1}", "{0} is not after {1}", ""),
):
    put(_name, _apply, _takes, says=_says, denies=_denies, symbol=_symbol)

for _name, _of, _says, _denies in (
    ("not_equal_to", "equal_to", "{0} is not {1}", "{0} is {1}"),
    ("not_same_as", "same_as", "{0} is not just {1}", "{0} is just {1}"),
    ("string_does_not_contain", "string_contains", "{0} has no {1} in it", "{0} has {1} in it"),
    ("does_not_contain_subset", "contains_subset", "{0} has not all of {1}", "{0} has all of {1}"),
    ("set_does_not_contain", "set_contains", "{0} has no {1}", "{0} has {1}"),
):
    put(_name, _no(_OPERATORS[_of].apply), _OPERATORS[_of].takes, says=_says, denies=_denies)
_OPERATORS["not_equal_to"] = Operator(
    "not_equal_to", _no(values.equal), 2, 2, _ANY2, "condition", "{0} is not {1}", "{0} is {1}", "!="
)

_ALIKE = ", whatever the capitals"
for _name, _apply, _of in (
    ("string_contains_insensitive", values.contains_text_insensitive, "string_contains"),
    ("string_does_not_contain_insensitive", _no(values.contains_text_insensitive), "string_does_not_contain"),
    ("starts_with_insensitive", values.starts_with_insensitive, "starts_with"),
    ("ends_with_insensitive", values.ends_with_insensitive, "ends_with"),
):
    put(_name, _apply, _TEXTS, says=_OPERATORS[_of].says + _ALIKE, denies=_OPERATORS[_of].denies + _ALIKE)

put(
    "between",
    values.between,
    ("ordered", "ordered", "ordered"),
    says="{0} is from {1} to {2}",
    denies="{0} is not from {1} to {2}",
)
put(
    "within",
    values.within,
    ("moment", "number", "moment"),
    says="{0} is within {1} days of {2}",
    denies="{0} is not within {1} days of {2}",
)
put(
    "sample",
    values.sample,
    ("any", "number", "text"),
    least=2,
    says="{0} is among {1} %",
    denies="{0} is not among {1} %",
)
put("exists", lambda value: value is not None, ("any",), says="{0} is there", denies="{0} is missing")
put("is_missing", lambda value: value is None, ("any",), says="{0} is missing", denies="{0} is there")

for _name, _apply, _symbol in (
    ("add", values.add, "+"),
    ("subtract", values.subtract, "-"),
    ("multiply", values.multiply, "*"),
    ("divide", values.divide, "/"),
    ("modulo", values.modulo, "%"),
    ("exponentiate", values.exponentiate, "**"),
):
    put(_name, _apply, _NUMBERS, "number", says=f"{{0}} {_symbol} {{1}}", symbol=_symbol)
put("negate", values.negate, ("number",), "number", says="-{0}", symbol="-")
put("ceil", values.ceil, ("number",), "number", says="{0} rounded up")
put("floor", values.floor, ("number",), "number", says="{0} rounded down")
put("min", values.least, ("list",), "number", says="the least of {0}")
put("max", values.greatest, ("list",), "number", says="the greatest of {0}")
put("size", values.size, ("any",), "number", says="how many {0}")
put("union", values.union, ("list",), "list", most=ANY_NUMBER, says="{0} and {1} together")
put("intersect", values.intersect, ("list",), "list", most=ANY_NUMBER, says="what {0} and {1} share")
put("complement", values.complement, ("list",), "list", most=ANY_NUMBER, says="{0} without {1}")
put("symmetric_difference", values.symmetric_difference, _LISTS, "list", says="what only one of {0} and {1} has")

LOGIC = frozenset({"logical_and", "logical_or", "logical_xor", "logical_not"})
COMPARISONS = frozenset(
    {"equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to"}
)
