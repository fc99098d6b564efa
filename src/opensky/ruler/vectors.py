"""Test vectors: evaluations that were really run on PHP's Ruler, and what this engine makes of them.

A line is a JSON object: ``op``, ``args``, ``context``, ``expect`` or ``raises``, and ``php_loose`` with ``why`` where plain Python gives
something else. For each ``why`` there is one decision, in ``DECISIONS``; an unflagged line must agree exactly.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opensky.ruler.checked import value_of
from opensky.ruler.context import Context, declared
from opensky.ruler.errors import Misbuilt, RulerError
from opensky.ruler.expressions import Expression, fact, is_condition, node_of, operation
from opensky.ruler.nodes import MISSING, Property
from opensky.ruler.rule import Rule
from opensky.ruler.values import equal

DECISIONS = {
    "empty-needle": "Every text contains, begins and ends with the empty one, as in Python.",
    "int-is-not-float": "Numbers are equal by value, whatever their type.",
    "array-semantics": "Lists are ordered item by item, dates are equal by instant, and lists or maps beside other types are an error.",
    "bool-compare": "A truth is equal to itself alone; where an order or a set is asked, it counts as 0 or 1; beside text it is an error.",
    "numeric-string": "A text is never a number: unequal, no member, an error in a calculation, and ordered as text.",
    "cross-type-compare": "An order between a text and a number is an error.",
    "null-compare": "An order with a missing value is not satisfied; as a member or a part it is itself and nothing else.",
    "other": "Whole numbers are exact, however large.",
    "casts-to-string": "What is no text has no text in it: an error.",
    "ascii-only-case-folding": "Capitals are alike in all scripts.",
    "int-overflow-or-float": "Whole numbers have no greatest one; a division gives the exact quotient's nearest number.",
    "integer-truncation-or-sign": "A remainder is Python's: of any numbers, with the sign of the divisor.",
    "ruler-defect": "Sets take plain values as operands.",
    "zero-is-empty": "'0' is a text like any other.",
}
"""What this language does in each class of differences from PHP, one decision a class."""


class Raised:
    """Stands for an evaluation that raised."""

    def __repr__(self) -> str:
        return "an error"


RAISED = Raised()


@dataclass(frozen=True, slots=True)
class Vector:
    """One line of a file."""

    number: int
    data: Mapping[str, Any]

    @property
    def why(self) -> str:
        """The class of difference, or nothing for a line that must agree exactly."""
        return str(self.data.get("why") or "other") if self.data.get("php_loose") else ""


@dataclass(slots=True)
class Agreement:
    """How far a file agrees: lines that must agree exactly, and by class those that follow the decision."""

    exact: int = 0
    of_exact: int = 0
    followed: Counter[str] = field(default_factory=Counter)
    of_class: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, vector: Vector) -> None:
        """Run one vector and count it."""
        found, calls = run(vector.data)
        if vector.why:
            self.of_class[vector.why] += 1
            wanted = decided(vector.data)
        else:
            self.of_exact += 1
            wanted = RAISED if vector.data.get("raises") else vector.data.get("expect")
            counted = vector.data.get("calls") or {}
            if any(calls.get(name, 0) != count for name, count in counted.items()):
                self.misses.append(f"line {vector.number}: lazy facts ran {calls}, not {counted}")
                return
        if not _agrees(found, wanted):
            self.misses.append(f"line {vector.number}: {vector.data['op']} gave {found!r}, not {wanted!r}")
        elif vector.why:
            self.followed[vector.why] += 1
        else:
            self.exact += 1


def read(lines: Iterable[str]) -> Iterator[Vector]:
    """Read vectors, a line each.

    Raises:
        Misbuilt: a line is no vector; the message names it.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError as error:
            raise Misbuilt(f"Line {number} is no JSON: {error}.", line=number) from None
        if not isinstance(data, dict) or "op" not in data or "args" not in data:
            raise Misbuilt(f"Line {number} is no vector; it needs 'op' and 'args'.", line=number)
        yield Vector(number, data)


def run(data: Mapping[str, Any]) -> tuple[Any, dict[str, int]]:
    """Evaluate a vector; return what came of it, and how often each lazy fact was asked."""
    calls: Counter[str] = Counter()
    try:
        context = _context(data.get("context") or {}, calls)
        asked = _expression(data)
        found: Any = None
        for _ in range(data.get("evaluations") or 1):
            found = _evaluated(asked, context)
    except (RulerError, _FactFailedError):
        return RAISED, calls
    return found, calls


def _evaluated(asked: Expression, context: Context) -> Any:
    if not is_condition(asked.ruler_node):
        return value_of(asked.ruler_node, context)
    return Rule(asked).evaluate(context)


def _expression(data: Mapping[str, Any]) -> Expression:
    if data["op"] == "rule":
        return Expression(node_of(_operand(data["args"][0])))
    operands = [_operand(each) for each in data["args"]]
    return operation(_snake(data["op"]), *operands)


def _operand(value: Any) -> Any:
    if not isinstance(value, dict):
        return _literal(value)
    default = _literal(value["default"]) if "default" in value else MISSING
    if "var" in value:
        return fact(str(value["var"]), default)
    if "prop" in value:
        of, name = value["prop"]
        return Expression(Property(_operand(of).ruler_node, name, default))
    if "lit" in value:
        return _literal(value["lit"])
    return _expression(value) if "op" in value else _literal(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _literal(value: Any) -> Any:
    if isinstance(value, list):
        return [_literal(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$date" in value:
        return datetime.fromisoformat(value["$date"])
    if "$float" in value:
        return float(value["$float"])
    return {key: _literal(each) for key, each in value.items()}


class _FactFailedError(Exception):
    pass


class _Keyed:
    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = items

    def __getitem__(self, name: str) -> Any:
        return self._items[name]


def _context(facts: Mapping[str, Any], calls: Counter[str]) -> Context:
    context = Context()
    for name, value in facts.items():
        if not isinstance(value, dict) or not any(
            key.startswith("$") and key[1:5] in ("lazy", "shar") for key in value
        ):
            context[name] = _fact(value)
            continue
        kind, given = next(iter(value.items()))
        resolver = _resolver(name, kind, given, calls)
        (context.share if kind.startswith("$shared") else context.volatile)(name, resolver)
    return context


def _resolver(name: str, kind: str, given: Any, calls: Counter[str]) -> Any:
    def resolve(context: Context) -> Any:
        calls[name] += 1
        if kind.endswith("sum"):
            return sum(context[each] for each in given)
        if kind.endswith("raise"):
            raise _FactFailedError
        return _fact(given)

    return resolve


def _fact(value: Any) -> Any:
    if isinstance(value, dict):
        if "$object" in value or "$methods" in value:
            names = {key: _fact(each) for key, each in value.get("$object", {}).items()}
            methods = {key: _method(_fact(each)) for key, each in value.get("$methods", {}).items()}
            return type("Given", (), {**names, **methods})()
        if "$arrayaccess" in value:
            return _Keyed({key: _fact(each) for key, each in value["$arrayaccess"].items()})
        if not {"$date", "$float"} & value.keys():
            return {key: _fact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_fact(each) for each in value]
    return _literal(value)


def _method(value: Any) -> Any:
    return declared(lambda _self: value)


def decided(data: Mapping[str, Any]) -> Any:
    """Return what the decision of a vector's class says about it."""
    natural = data.get("python_natural")
    raises = isinstance(natural, dict) and "raises" in natural
    ordering = _snake(str(data["op"])) in (
        "greater_than",
        "greater_than_or_equal_to",
        "less_than",
        "less_than_or_equal_to",
    )
    if raises and ordering and _has_missing(data):
        return False
    if data.get("why") == "bool-compare" and data["op"] in ("equalTo", "notEqualTo", "sameAs", "notSameAs"):
        return data.get("expect")
    return RAISED if raises else natural


def _has_missing(data: Mapping[str, Any]) -> bool:
    context = data.get("context") or {}
    return any(
        each is None or (isinstance(each, dict) and "var" in each and each["var"] not in context)
        for each in data["args"]
    )


def _agrees(found: Any, wanted: Any) -> bool:
    if found is RAISED or wanted is RAISED:
        return found is wanted
    if isinstance(wanted, float) and isinstance(found, float) and wanted != wanted:  # noqa: PLR0124 - no number equals itself not
        return found != found  # noqa: PLR0124
    if isinstance(wanted, dict) and "$float" in wanted:
        return str(found) == str(float(wanted["$float"]))
    return equal(found, _literal(wanted))
