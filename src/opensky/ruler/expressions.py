"""Conditions as one writes them in Python: ``(rb.order.total >= 100) & rb.member.roles.set_contains("vip")``.

An expression wraps a node. Every operator of the table is a method of it; Python's own operators work too. Any other name is a property:
``rb.order.total``. Where an operator has the name of a property, ask ``rb["order"]["min"]``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from opensky.ruler.errors import Misbuilt
from opensky.ruler.nodes import MISSING, QUANTIFIERS, Fact, Item, Literal, Node, Operation, Property, Quantified
from opensky.ruler.operators import LOGIC, OPERATORS

_HINT = (
    "A condition has no truth of its own: it is asked with a context. Combine conditions with &, | and ~ instead of and, or and not, "
    "put each comparison in brackets, and write (low <= x) & (x <= high) or x.between(low, high) instead of low <= x <= high."
)


class Expression:
    """A value or a condition that is looked up or worked out when the rule is asked."""

    __slots__ = ("ruler_node",)
    __hash__ = object.__hash__

    def __init__(self, node: Node) -> None:
        self.ruler_node = node

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in OPERATORS:
            return lambda *operands: operation(name, self, *operands)
        if name in QUANTIFIERS:
            return lambda condition: quantified(name, self, condition)
        return self[name]

    def __getitem__(self, name: str) -> "Expression":
        """Return a part of this value."""
        return Expression(Property(self.ruler_node, str(name)))

    def default(self, value: Any) -> "Expression":
        """Return the same fact or property with a value for where it is absent."""
        node = self.ruler_node
        if isinstance(node, Fact):
            return Expression(Fact(node.name, plain(value)))
        if isinstance(node, Property):
            return Expression(Property(node.of, node.name, plain(value)))
        message = "Only a fact or a property has a default."
        raise Misbuilt(message)

    def in_(self, values: Any) -> "Expression":
        """Say whether this value is one of several."""
        return operation("set_contains", values, self)

    def not_in(self, values: Any) -> "Expression":
        """Say whether this value is none of several."""
        return operation("set_does_not_contain", values, self)

    def __eq__(self, other: object) -> "Expression":  # type: ignore[override]
        return operation("equal_to", self, other)

    def __ne__(self, other: object) -> "Expression":  # type: ignore[override]
        return operation("not_equal_to", self, other)

    def __lt__(self, other: Any) -> "Expression":
        return operation("less_than", self, other)

    def __le__(self, other: Any) -> "Expression":
        return operation("less_than_or_equal_to", self, other)

    def __gt__(self, other: Any) -> "Expression":
        return operation("greater_than", self, other)

    def __ge__(self, other: Any) -> "Expression":
        return operation("greater_than_or_equal_to", self, other)

    def __and__(self, other: Any) -> "Expression":
        return operation("logical_and", *_flat("logical_and", self), *_flat("logical_and", other))

    def __or__(self, other: Any) -> "Expression":
        return operation("logical_or", *_flat("logical_or", self), *_flat("logical_or", other))

    def __xor__(self, other: Any) -> "Expression":
        return operation("logical_xor", condition(self), condition(other))

    def __invert__(self) -> "Expression":
        return operation("logical_not", condition(self))

    def __add__(self, other: Any) -> "Expression":
        return operation("add", self, other)

    def __radd__(self, other: Any) -> "Expression":
        return operation("add", other, self)

    def __sub__(self, other: Any) -> "Expression":
        return operation("subtract", self, other)

    def __rsub__(self, other: Any) -> "Expression":
        return operation("subtract", other, self)

    def __mul__(self, other: Any) -> "Expression":
        return operation("multiply", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Expression":
        return operation("divide", self, other)

    def __rtruediv__(self, other: Any) -> "Expression":
        return operation("divide", other, self)

    def __mod__(self, other: Any) -> "Expression":
        return operation("modulo", self, other)

    def __pow__(self, other: Any) -> "Expression":
        return operation("exponentiate", self, other)

    def __neg__(self) -> "Expression":
        return operation("negate", self)

    def __bool__(self) -> NoReturn:
        raise Misbuilt(_HINT)

    def __iter__(self) -> NoReturn:
        message = "An expression cannot be gone through; any_of, all_of and count_of ask about the things of a list."
        raise Misbuilt(message)

    def __contains__(self, _value: object) -> NoReturn:
        message = "'x in expression' cannot be a condition in Python; write expression.set_contains(x)."
        raise Misbuilt(message)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.ruler_node!r}>"


def node_of(value: Any) -> Node:
    """Return the node of an expression, or a literal of any other value.

    Raises:
        Misbuilt: it is nothing that can stand in a rule.
    """
    if isinstance(value, Expression):
        return value.ruler_node
    return Literal(plain(value))


def plain(value: Any) -> Any:
    """Return a literal value, its lists copied; raises ``Misbuilt`` for what cannot stand in a rule."""
    if value is None or isinstance(value, str | bool | int | float | Decimal | date):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return [plain(each) for each in sorted(value, key=repr)]
    message = f"A {type(value).__name__} cannot stand in a rule; texts, numbers, dates, lists and maps of them can."
    raise Misbuilt(message)


def is_condition(node: Node) -> bool:
    """Say whether a node is true or false, rather than a value."""
    if isinstance(node, Operation):
        return OPERATORS[node.operator].gives == "condition"
    return isinstance(node, Quantified) and node.kind != "count_of"


def condition(value: Any) -> Expression:
    """Return a condition as it is, and of a value the condition that it is true: ``~rb.member.banned``."""
    node = node_of(value)
    return Expression(node if is_condition(node) else Operation("equal_to", (node, Literal(True))))


def _flat(name: str, value: Any) -> list[Expression]:
    """Return what a chain of ``&`` or ``|`` combines, side by side: brackets in it mean nothing."""
    asked = condition(value)
    node = asked.ruler_node
    if isinstance(node, Operation) and node.operator == name:
        return [Expression(each) for each in node.operands]
    return [asked]


def operation(name: str, *operands: Any) -> Expression:
    """Apply an operator to operands.

    Raises:
        Misbuilt: there is no such operator, it takes another number of operands, or a value stands where a condition belongs.
    """
    known = OPERATORS.get(name)
    if known is None:
        message = f"There is no operator {name!r}."
        raise Misbuilt(message, operator=name)
    nodes = tuple(node_of(operand) for operand in operands)
    known.refuse_wrong_number(len(nodes))
    if name in LOGIC:
        for node in nodes:
            if not is_condition(node):
                message = f"{name} combines conditions, and {node!r} is a value; compare it with something."
                raise Misbuilt(message, operator=name)
    return Expression(Operation(name, nodes))


def quantified(kind: str, of: Any, asked: Callable[[Expression], Any], item: str = "item") -> Expression:
    """Ask a condition about the things of a list: ``rb.order.lines.any_of(lambda line: line.price > 50)``."""
    return Expression(Quantified(kind, node_of(of), item, condition(asked(Expression(Item(item)))).ruler_node))


def path(dotted: str) -> Expression:
    """Return what a dotted path leads to: ``order.user.points``."""
    first, *rest = dotted.split(".")
    found = Expression(Fact(first))
    for name in rest:
        found = found[name]
    return found


def fact(name: str, default: Any = MISSING) -> Expression:
    """Return the fact of that whole name."""
    return Expression(Fact(name, default if default is MISSING else plain(default)))
