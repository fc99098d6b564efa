"""Conditions in plain words: for who edits them, and for who asks why one did not hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from opensky.ruler.nodes import Fact, Item, Literal, Node, Operation, Property, Quantified, path_of
from opensky.ruler.operators import ANY_NUMBER, OPERATORS

Labels = Mapping[str, str]
_UNKNOWN = object()
_QUANTIFIED = {
    ("any_of", True): "any of {0} is such that {1}",
    ("any_of", False): "none of {0} is such that {1}",
    ("all_of", True): "all of {0} are such that {1}",
    ("all_of", False): "not all of {0} are such that {1}",
    ("count_of", True): "how many of {0} are such that {1}",
    ("count_of", False): "how many of {0} are such that {1}",
}
_LONGEST_LIST = 5


def describe(node: Node, labels: Labels | None = None) -> str:
    """Return a condition as a sentence: ``order total is at least 100 and member roles has 'vip'``."""
    return _Words(labels or {}).of(node, ())


def sentence(node: Node, operands: Sequence[Any], *, holds: bool, labels: Labels | None = None) -> str:
    """Return what a clause found: ``order total 99.00 is not at least 100``. ``operands`` are the values; none, if it was not asked."""
    return _Words(labels or {}).clause(node, operands, holds=holds)


def value_words(value: Any) -> str:  # noqa: PLR0911 - a kind of value each
    """Return a value as a sentence shows it."""
    match value:
        case None:
            return "(missing)"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}'"
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case list() | tuple() | set() | frozenset():
            words = [value_words(each) for each in list(value)[:_LONGEST_LIST]]
            return ", ".join(words + ["…"] * (len(value) > _LONGEST_LIST)) or "(nothing)"
        case Mapping():
            return f"({len(value)} values)"
        case _:
            return str(value)


class _Words:
    """Says nodes, facts by their labels."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def of(self, node: Node, _: Sequence[Any]) -> str:
        """Return a whole condition."""
        match node:
            case Operation("logical_and" | "logical_or" as name, operands):
                word = " and " if name == "logical_and" else " or "
                return word.join(self._inner(each) for each in operands)
            case Operation("logical_not", (inner,)):
                if isinstance(inner, Operation) and inner.operator not in (
                    "logical_and",
                    "logical_or",
                    "logical_xor",
                    "logical_not",
                ):
                    return self.clause(inner, (), holds=False)
                return f"not ({self.of(inner, ())})"
            case Operation("logical_xor", operands):
                return "just one of: " + "; ".join(self.of(each, ()) for each in operands)
            case _:
                return self.clause(node, (), holds=True)

    def _inner(self, node: Node) -> str:
        text = self.of(node, ())
        grouped = isinstance(node, Operation) and node.operator in ("logical_and", "logical_or", "logical_xor")
        return f"({text})" if grouped else text

    def clause(self, node: Node, operands: Sequence[Any], *, holds: bool) -> str:
        """Return one clause."""
        match node:
            case Quantified():
                of = self.value(node.of, operands[1] if operands else _UNKNOWN)
                return _QUANTIFIED[node.kind, holds].format(of, self.of(node.condition, ()))
            case Operation():
                values = list(operands) or [_UNKNOWN] * len(node.operands)
                if node.operator in ("set_contains", "set_does_not_contain") and isinstance(node.operands[0], Literal):
                    wanted = holds == (node.operator == "set_contains")
                    among = "is one of" if wanted else "is none of"
                    return f"{self.value(node.operands[1], values[1])} {among} {value_words(node.operands[0].value)}"
                known = OPERATORS[node.operator]
                said = known.says if holds else known.denies
                words = [self.value(each, value) for each, value in zip(node.operands, values, strict=False)]
                return _filled(said, node.operator, words)
            case _:
                return self.value(node, _UNKNOWN)

    def value(self, node: Node, value: Any) -> str:
        """Return a value: of a fact its name, and what it was where that is known."""
        if isinstance(node, Literal):
            return value_words(node.value)
        name = self._name(node)
        return name if value is _UNKNOWN else f"{name} {value_words(value)}"

    def _name(self, node: Node) -> str:
        path = path_of(node)
        if path is not None:
            return self._labels.get(path) or path.replace(".", " ").replace("_", " ")
        match node:
            case Operation():
                known = OPERATORS[node.operator]
                words = [self.value(each, _UNKNOWN) for each in node.operands]
                return _filled(known.says, node.operator, words)
            case Quantified():
                return self.clause(node, (), holds=True)
            case Property():
                return f"{self._name(node.of)} {node.name}"
            case Fact() | Item():
                return node.name
            case Literal():
                return value_words(node.value)


def _filled(template: str, operator: str, words: Sequence[str]) -> str:
    """Put operands into a sentence; where it is made for another number of them, they follow the operator's name."""
    if template.count("{") == len(words) or OPERATORS[operator].most < ANY_NUMBER:
        return template.format(*words)
    return f"{operator.replace('_', ' ')} of {', '.join(words)}"
