"""Conditions as text: ``order.total >= 100 and "vip" in member.roles``.

The text is read by Python's own parser into its syntax tree, of which a short list of forms is known; nothing of it is ever run.
Facts are dotted names; every operator is a function of that name (``starts_with(member.email, "jo")``), and Python's signs are those of
the table. ``fact("a.b")`` names a fact that has a dot in it or is called like a word of the language, ``default(order.coupon, "none")`` says
what stands for an absent value, ``decimal("5.00")``, ``day("2026-01-31")`` and ``time("2026-01-31T10:00:00+00:00")`` are literals, and
``any(line.price > 50 for line in order.lines)``, ``all(…)``, ``count(…)`` ask about the things of a list.
"""

import ast
import keyword
import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from opensky.ruler.errors import InvalidRule, Misbuilt, Problem
from opensky.ruler.expressions import Expression, condition, operation
from opensky.ruler.json_form import DEEPEST, LARGEST, UNSOUND
from opensky.ruler.nodes import MISSING, Fact, Item, Literal, Node, Operation, Property, Quantified, walk
from opensky.ruler.operators import LOGIC, OPERATORS
from opensky.ruler.values import is_sound

LONGEST = 20_000
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "equal_to",
    ast.NotEq: "not_equal_to",
    ast.Lt: "less_than",
    ast.LtE: "less_than_or_equal_to",
    ast.Gt: "greater_than",
    ast.GtE: "greater_than_or_equal_to",
    ast.Is: "equal_to",
    ast.IsNot: "not_equal_to",
}
_RECKONED: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Mod: "modulo",
    ast.Pow: "exponentiate",
}
_QUANTIFIERS = {"any": "any_of", "all": "all_of", "count": "count_of"}
_NAMES = {kind: name for name, kind in _QUANTIFIERS.items()}
_WORDS = {"true": True, "false": False, "null": None}
_TAGS: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "day": date.fromisoformat,
    "time": datetime.fromisoformat,
    "number": float,
}
_OWN = frozenset({*_QUANTIFIERS, *_WORDS, *_TAGS, "fact", "default", "part"})
_INFIX = {
    known.name: known.symbol
    for known in OPERATORS.values()
    if known.symbol and known.name not in ("logical_not", "negate", "set_contains")
}


def from_text(text: str) -> Node:
    """Return the condition that a text says.

    Raises:
        InvalidRule: it says none; the problem names line and column.
    """
    if not text.strip():
        raise InvalidRule(Problem("", "There is no condition."))
    if len(text) > LONGEST:
        raise InvalidRule(Problem("", f"The text has {len(text)} characters; {LONGEST} are the most."))
    try:
        tree = ast.parse(f"(\n{text}\n)", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1) or 1, getattr(error, "offset", 1) or 1
        raise InvalidRule(
            Problem(_place(line, column - 1), "This is no condition: check brackets, quotes and signs.")
        ) from None
    reader = _Reader()
    try:
        node = reader.node(tree.body, 1)
    except RecursionError:
        raise InvalidRule(Problem("", f"This rule is deeper than {DEEPEST} levels; split it.")) from None
    if not all(_is_sound(each) for each in walk(node)):
        raise InvalidRule(Problem("", UNSOUND))
    return condition_of(node)


def _is_sound(node: Node) -> bool:
    """Say whether a node is made of numbers and texts that can be kept and reckoned with."""
    match node:
        case Literal(value=value):
            return _all_sound(value)
        case Fact(name, default) | Property(_, name, default):
            return is_sound(name) and _all_sound(default)
        case _:
            return True


def _all_sound(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_all_sound, value))
    if isinstance(value, dict):
        return all(is_sound(key) and _all_sound(each) for key, each in value.items())
    return is_sound(value)


def condition_of(node: Node) -> Node:
    """Return a condition; of a bare value, that it is true."""
    return condition(Expression(node)).ruler_node


def to_text(node: Node) -> str:
    """Return a condition as text, from which ``from_text`` makes it again."""
    return _written(node, 0)


def _place(line: int, column: int) -> str:
    return f"line {max(line - 1, 1)}, column {max(column, 0) + 1}"


class _Reader:
    """Reads the forms of Python's syntax tree that conditions have."""

    def __init__(self) -> None:
        self._items: list[str] = []
        self._count = 0

    def node(self, tree: ast.expr, depth: int) -> Node:  # noqa: PLR0911 - a form each
        """Return the node that a piece of the tree stands for."""
        self._count += 1
        if depth > DEEPEST * 2 or self._count > LARGEST:
            raise self._wrong(tree, "This rule is too deep or too large; split it.")
        match tree:
            case ast.Constant(value=value) if value is None or type(value) in (str, bool, int, float):
                return Literal(value)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._name(tree, depth)
            case ast.BoolOp(op=op, values=values):
                name = "logical_and" if isinstance(op, ast.And) else "logical_or"
                return self._operation(tree, name, [self._condition(each, depth + 1) for each in values])
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(tree, op, operand, depth)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison(tree, [left, *comparators], ops, depth)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _RECKONED:
                return self._operation(
                    tree, _RECKONED[type(op)], [self.node(left, depth + 1), self.node(right, depth + 1)]
                )
            case ast.List() | ast.Set() | ast.Dict():
                return Literal(self._literal(tree, depth))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(tree, name, arguments, depth)
        raise self._wrong(tree, "A rule has no such form.")

    def _condition(self, tree: ast.expr, depth: int) -> Node:
        return condition_of(self.node(tree, depth))

    def _name(self, tree: ast.expr, depth: int) -> Node:
        match tree:
            case ast.Name(id=name):
                if name in _WORDS:
                    return Literal(_WORDS[name])
                return Item(name) if name in self._items else Fact(name)
            case ast.Attribute(value=of, attr=name):
                return Property(self.node(of, depth + 1), name)
            case ast.Subscript(value=of, slice=ast.Constant(value=str() | int() as name)):
                return Property(self.node(of, depth + 1), str(name))
        raise self._wrong(tree, "In square brackets stands a name in quotes, or the number of a thing in a list.")

    def _unary(self, tree: ast.expr, op: ast.unaryop, operand: ast.expr, depth: int) -> Node:
        if isinstance(op, ast.Not):
            return self._operation(tree, "logical_not", [self._condition(operand, depth + 1)])
        if isinstance(op, ast.USub | ast.UAdd):
            number = operand.value if isinstance(operand, ast.Constant) else None
            if isinstance(number, int | float) and not isinstance(number, bool):
                return Literal(-number if isinstance(op, ast.USub) else number)
            if isinstance(op, ast.USub):
                return self._operation(tree, "negate", [self.node(operand, depth + 1)])
        raise self._wrong(tree, "A rule has no such sign.")

    def _comparison(self, tree: ast.expr, sides: list[ast.expr], ops: Sequence[ast.cmpop], depth: int) -> Node:
        nodes = [self.node(each, depth + 1) for each in sides]
        found: list[Node] = []
        for left, op, right in zip(nodes, ops, nodes[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                name = "set_contains" if isinstance(op, ast.In) else "set_does_not_contain"
                found.append(self._operation(tree, name, [right, left]))
            else:
                found.append(self._operation(tree, _COMPARED[type(op)], [left, right]))
        return found[0] if len(found) == 1 else Operation("logical_and", tuple(found))

    def _call(self, tree: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> Node:
        if name in _QUANTIFIERS:
            return self._quantified(tree, _QUANTIFIERS[name], arguments, depth)
        if name in _TAGS or name == "fact":
            match arguments:
                case [ast.Constant(value=str() as given)]:
                    return Fact(given) if name == "fact" else Literal(self._tagged(tree, name, given))
            raise self._wrong(tree, f"{name} takes one text in quotes.")
        nodes = [self.node(each, depth + 1) for each in arguments]
        if name == "default":
            return self._defaulted(tree, nodes)
        if name in LOGIC:
            nodes = [condition_of(each) for each in nodes]
        return self._operation(tree, name, nodes)

    def _defaulted(self, tree: ast.expr, nodes: list[Node]) -> Node:
        match nodes:
            case [Fact(name=name), Literal(value=value)]:
                return Fact(name, value)
            case [Property(of=of, name=name), Literal(value=value)]:
                return Property(of, name, value)
        raise self._wrong(tree, "default takes a fact and the plain value that stands for it where it is absent.")

    def _quantified(self, tree: ast.expr, kind: str, arguments: list[ast.expr], depth: int) -> Node:
        match arguments:
            case [
                ast.GeneratorExp(
                    elt=asked, generators=[ast.comprehension(target=ast.Name(id=name), iter=of, ifs=[], is_async=0)]
                )
            ]:
                things = self.node(of, depth + 1)
                self._items.append(name)
                node = self._condition(asked, depth + 1)
                self._items.pop()
                return Quantified(kind, things, name, node)
        short = _NAMES[kind]
        raise self._wrong(tree, f"{short} is written {short}(line.price > 50 for line in order.lines).")

    def _literal(self, tree: ast.expr, depth: int) -> Any:
        match tree:
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return [self._literal(each, depth + 1) for each in elements]
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return {
                    str(self._literal(key, depth + 1)): self._literal(value, depth + 1) for key, value in pairs if key
                }
        node = self.node(tree, depth)
        if isinstance(node, Literal):
            return node.value
        raise self._wrong(tree, "In a list stand plain values alone.")

    def _tagged(self, tree: ast.expr, tag: str, given: str) -> Any:
        try:
            return _TAGS[tag](given)
        except (ValueError, InvalidOperation):
            raise self._wrong(tree, f"{given!r} is no {tag}.") from None

    def _operation(self, tree: ast.expr, name: str, nodes: list[Node]) -> Node:
        try:
            return operation(name, *(Expression(each) for each in nodes)).ruler_node
        except Misbuilt as error:
            raise self._wrong(tree, error.message) from None

    @staticmethod
    def _wrong(tree: ast.expr, message: str) -> InvalidRule:
        return InvalidRule(Problem(_place(tree.lineno, tree.col_offset), message))


_LOOSEST = {"logical_or": 1, "logical_and": 2, "logical_not": 3}
_TIGHT = {"add": 5, "subtract": 5, "multiply": 6, "divide": 6, "modulo": 6, "exponentiate": 8}
_COMPARISON = 4


def _written(node: Node, around: int) -> str:
    """Return the text of a node; in brackets where what is around it binds tighter."""
    match node:
        case Literal():
            return _literal(node.value)
        case Fact() | Item() | Property():
            return _reference(node)
        case Quantified():
            return f"{_NAMES[node.kind]}({_written(node.condition, 0)} for {node.item} in {_written(node.of, 9)})"
        case Operation():
            text, strength = _operation(node)
            return f"({text})" if strength <= around else text


def _operation(node: Operation) -> tuple[str, int]:
    name, operands = node.operator, node.operands
    if name in ("logical_and", "logical_or") and len(operands) > 1:
        strength = _LOOSEST[name]
        return f" {OPERATORS[name].symbol} ".join(_written(each, strength) for each in operands), strength
    if name == "logical_not":
        return f"not {_written(operands[0], _LOOSEST[name] - 1)}", _LOOSEST[name]
    if name in ("set_contains", "set_does_not_contain"):
        word = "in" if name == "set_contains" else "not in"
        return f"{_written(operands[1], _COMPARISON)} {word} {_written(operands[0], _COMPARISON)}", _COMPARISON
    if name in _TIGHT:
        strength = _TIGHT[name]
        return f"{_written(operands[0], strength)} {_INFIX[name]} {_written(operands[1], strength)}", strength - 1
    if name in _INFIX and len(operands) == 2:  # noqa: PLR2004 - two sides
        return f"{_written(operands[0], _COMPARISON)} {_INFIX[name]} {_written(operands[1], _COMPARISON)}", _COMPARISON
    return f"{name}({', '.join(_written(each, 0) for each in operands)})", 9


def _reference(node: Fact | Item | Property) -> str:
    default = getattr(node, "default", MISSING)
    if default is not MISSING:
        bare: Node = Fact(node.name) if isinstance(node, Fact) else Property(node.of, node.name)  # type: ignore[union-attr]
        return f"default({_written(bare, 0)}, {_literal(default)})"
    match node:
        case Item():
            return node.name
        case Fact():
            plain = node.name.isidentifier() and not keyword.iskeyword(node.name) and node.name not in _OWN
            return node.name if plain and node.name not in OPERATORS else f"fact({_quoted(node.name)})"
        case Property():
            of = _written(node.of, 9)
            plain = node.name.isidentifier() and not keyword.iskeyword(node.name)
            return f"{of}.{node.name}" if plain and node.name.isascii() else f"{of}[{_quoted(node.name)}]"


def _quoted(text: str) -> str:
    return repr(text) if "\n" in text or "\\" in text or '"' in text or not text.isprintable() else f'"{text}"'


def _literal(value: Any) -> str:  # noqa: PLR0911 - a kind of value each
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(_literal(each) for each in value)}]"
        case dict():
            return f"{{{', '.join(f'{_quoted(key)}: {_literal(each)}' for key, each in value.items())}}}"
        case Decimal():
            return f'decimal("{value}")'
        case datetime():
            return f'time("{value.isoformat()}")'
        case date():
            return f'day("{value.isoformat()}")'
        case float() if not math.isfinite(value):
            return f'number("{value}")'
        case _:
            return repr(value)
