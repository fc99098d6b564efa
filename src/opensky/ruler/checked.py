"""The checked evaluator: what a condition means, one node at a time. The compiled form must agree with it, and falls back to it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from opensky.ruler.context import Context, part_of
from opensky.ruler.errors import RuleTypeError
from opensky.ruler.nodes import Fact, Item, Literal, Node, Operation, Property, Quantified
from opensky.ruler.operators import OPERATORS
from opensky.ruler.values import exactly_one, shown

Items = Mapping[str, Any]
NOTHING: Items = {}


def value_of(node: Node, context: Context, items: Items = NOTHING) -> Any:
    """Return what a node stands for in a context.

    Raises:
        RuleTypeError: an operator met values that it is not made for.
        UnknownFact: never; a fact that is not there is its default or ``None``. What a lazy fact raises goes through.
    """
    match node:
        case Literal():
            return node.value
        case Fact():
            return context.look_up(node.name, node.default)
        case Property():
            return part_of(value_of(node.of, context, items), node.name, node.default)
        case Item():
            return items[node.name]
        case Quantified():
            return quantify(
                node.kind,
                value_of(node.of, context, items),
                lambda thing: value_of(node.condition, context, {**items, node.item: thing}),
            )
        case Operation():
            return _operation(node, context, items)


def _operation(node: Operation, context: Context, items: Items) -> Any:
    operands = node.operands
    match node.operator:
        case "logical_and":
            return all(value_of(each, context, items) for each in operands)
        case "logical_or":
            return any(value_of(each, context, items) for each in operands)
        case "logical_not":
            return not value_of(operands[0], context, items)
        case "logical_xor":
            return exactly_one(partial(value_of, each, context, items) for each in operands)
        case name:
            return OPERATORS[name].apply(*(value_of(each, context, items) for each in operands))


def quantify(kind: str, value: Any, test: Callable[[Any], Any]) -> Any:
    """Ask about each thing of a list; nothing is an empty list. Raises ``RuleTypeError`` where there is no list."""
    if value is None:
        value = ()
    if not isinstance(value, list | tuple | set | frozenset):
        raise RuleTypeError(f"{shown(value)} is no list.")
    match kind:
        case "any_of":
            return any(map(test, value))
        case "all_of":
            return all(map(test, value))
        case _:
            return sum(1 for each in value if test(each))
