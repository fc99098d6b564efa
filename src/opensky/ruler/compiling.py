"""Conditions as Python functions: written as source from the tree, compiled once.

The source is made from nodes alone: names of facts and texts stand in it as string constants, every other literal as a name that is
bound to the value, so nothing that a rule says is ever read as code. It is written for the usual case, without a guard a
clause: where a fact is missing or of another type than expected, Python raises, and the checked evaluator decides. Each fact is looked
up once, at its first use.
"""

import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeGuard

from opensky.ruler import values
from opensky.ruler.checked import quantify, value_of
from opensky.ruler.context import Context, part_of
from opensky.ruler.nodes import MISSING, Fact, Item, Literal, Node, Operation, Property, Quantified, below, walk
from opensky.ruler.operators import LOGIC, OPERATORS

Test = Callable[[Context], bool]
_SIGNS = {
    "greater_than": ">",
    "greater_than_or_equal_to": ">=",
    "less_than": "<",
    "less_than_or_equal_to": "<=",
}
_OF_TEXT = {
    "string_contains": ("has_text", True),
    "string_does_not_contain": ("has_text", False),
    "starts_with": ("begins", True),
    "ends_with": ("ends", True),
}
_GIVEN: dict[str, Any] = {
    "look": Context.look_up,
    "part": part_of,
    "quantify": quantify,
    "equal": values.equal,
    "xor": values.exactly_one,
    "has_text": str.__contains__,
    "begins": str.startswith,
    "ends": str.endswith,
}
_FEW = 4
DEEPEST = 60
"""Python's own compiler refuses source that is nested much deeper; such a tree is asked as it is."""


def compiled(node: Node) -> Test:
    """Return the condition as a function of a context; it agrees with the checked evaluator and raises what that raises."""

    def checked(context: Context) -> bool:
        return bool(value_of(node, context))

    if depth_of(node) > DEEPEST:
        return checked
    writer = Writer(node)
    body = writer.written(node)
    source = (
        f"def test(c):\n try:\n  return {body}\n except (KeyError, TypeError, AttributeError):\n  return checked(c)\n"
    )
    test: Test = function(source, "test", {**writer.names, "checked": checked})
    return test


def function(source: str, name: str, names: dict[str, Any]) -> Any:
    """Return the function that a source of ours defines, with these names and Python's constants alone in sight."""
    scope = {**_GIVEN, **names, "__builtins__": _BUILTINS}
    exec(code_of(source), scope)  # noqa: S102 - the source is ours, made from nodes; see the module's docstring
    return scope[name]


_BUILTINS = {each.__name__: each for each in (type, list, dict, KeyError, TypeError, AttributeError)}


@lru_cache(maxsize=4096)
def code_of(source: str) -> Any:
    """Return a source compiled; conditions of one shape share it, for their literals are names."""
    return compile(source, "<rule>", "exec")


def depth_of(node: Node) -> int:
    """Return how deep a tree is."""
    deepest, rest = 0, [(node, 1)]
    while rest:
        each, depth = rest.pop()
        deepest = max(deepest, depth)
        rest.extend((child, depth + 1) for child in below(each))
    return deepest


class Writer:
    """Writes one condition as an expression of Python."""

    def __init__(self, root: Node) -> None:
        self.names: dict[str, Any] = {}
        self._uses = Counter(_key(node) for node in walk(root) if isinstance(node, Fact | Property))
        self._bound: dict[Any, str] = {}
        self._sure: set[str] = set()
        self._items: dict[str, str] = {}
        self._apart = 0
        self._count = 0

    def written(self, node: Node) -> str:
        """Return the source of a node."""
        match node:
            case Literal():
                return self.literal(node.value)
            case Item():
                return self._items[node.name]
            case Fact() | Property():
                return self._looked_up(node)
            case Quantified():
                return self._quantified(node)
            case Operation():
                return self._operation(node)

    def literal(self, value: Any) -> str:
        """Return a constant of Python, or a name that is bound to the value."""
        if value is None or isinstance(value, bool) or type(value) is str:
            return repr(value)
        if type(value) is int or (type(value) is float and math.isfinite(value)):
            return f"({value!r})"
        return self.named(value)

    def named(self, value: Any) -> str:
        """Bind a name to a value, and return it."""
        name = self._fresh("k")
        self.names[name] = value
        return name

    def _fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _looked_up(self, node: Fact | Property) -> str:
        key = _key(node)
        if not self._apart:
            known = self._bound.get(key)
            if known in self._sure and known is not None:
                return known
        source = self._fact(node) if isinstance(node, Fact) else self._property(node)
        if self._apart or self._uses[key] == 1:
            return source
        name = self._bound.setdefault(key, self._fresh("v"))
        self._sure.add(name)
        return f"({name} := {source})"

    def _fact(self, node: Fact) -> str:
        if node.default is MISSING:
            return f"c[{node.name!r}]"
        return f"look(c, {node.name!r}, {self.literal(node.default)})"

    def _property(self, node: Property) -> str:
        parent = self.written(node.of)
        if node.default is not MISSING or node.name.startswith("_"):
            default = "" if node.default is MISSING else f", {self.literal(node.default)}"
            return f"part({parent}, {node.name!r}{default})"
        return f"{parent}[{node.name!r}]"

    def _quantified(self, node: Quantified) -> str:
        of = self.written(node.of)
        name = self._fresh("i")
        before = self._items.get(node.item)
        self._items[node.item] = name
        self._apart += 1
        asked = self.written(node.condition)
        self._apart -= 1
        if before is None:
            del self._items[node.item]
        else:
            self._items[node.item] = before
        return f"quantify({node.kind!r}, {of}, lambda {name}: {asked})"

    def _operation(self, node: Operation) -> str:
        return self._logical(node) if node.operator in LOGIC else self._clause(node.operator, node.operands)

    def _logical(self, node: Operation) -> str:
        operands = node.operands
        match node.operator:
            case "logical_not":
                return f"(not {self.written(operands[0])})"
            case "logical_xor":
                self._apart += 1
                asked = "".join(f"(lambda: {self.written(each)}), " for each in operands)
                self._apart -= 1
                return f"xor(({asked}))"
            case name:
                return self._joined(operands, " and " if name == "logical_and" else " or ")

    def _clause(self, operator: str, operands: tuple[Node, ...]) -> str:
        match operator:
            case "equal_to":
                return self._equal(*operands)
            case "not_equal_to":
                return f"(not {self._equal(*operands)})"
            case name if name in _SIGNS:
                return f"({self.written(operands[0])} {_SIGNS[name]} {self.written(operands[1])})"
            case "exists" | "is_missing" as name:
                return f"({self._perhaps(operands[0])} is {'not ' if name == 'exists' else ''}None)"
            case name:
                return self._quick(name, operands) or self._called(name, operands)

    def _joined(self, operands: tuple[Node, ...], word: str) -> str:
        """What the first operand looked up is known to all; what a later one did, only to those after it within the chain."""
        first = self.written(operands[0])
        sure = set(self._sure)
        parts = [first, *(self.written(each) for each in operands[1:])]
        self._sure = sure
        return f"({word.join(parts)})"

    def _equal(self, a: Node, b: Node) -> str:
        if isinstance(a, Literal) and not isinstance(b, Literal):
            a, b = b, a
        if not isinstance(b, Literal) or isinstance(a, Literal):
            return f"equal({self.written(a)}, {self.written(b)})"
        left, value = self.written(a), b.value
        if value is None or isinstance(value, bool):
            return f"({left} is {value!r})"
        if isinstance(value, list | dict):
            return f"equal({left}, {self.literal(value)})"
        if not isinstance(value, str) and value in (0, 1):
            again = self._fresh("t")
            return f"(({again} := {left}) == {self.literal(value)} and {again} is not {bool(value)})"
        return f"({left} == {self.literal(value)})"

    def _perhaps(self, node: Node) -> str:
        """Return the source of what may well be absent: it is looked up without an alarm."""
        if isinstance(node, Literal):
            return self.named(node.value)  # Python warns of a constant that is asked whether it is None
        if isinstance(node, Fact) and node.default is MISSING:
            return f"look(c, {node.name!r})"
        if isinstance(node, Property) and node.default is MISSING:
            of, again = self.written(node.of), self._fresh("t")
            return f"({again}.get({node.name!r}) if type({again} := {of}) is dict else part({again}, {node.name!r}))"
        return self.written(node)

    def _quick(self, name: str, operands: tuple[Node, ...]) -> str:
        """Return what is written shorter where the second operand, or the set, stands in the rule."""
        last = operands[-1]
        if name in _OF_TEXT and isinstance(last, Literal) and isinstance(last.value, str):
            call, holds = _OF_TEXT[name]
            return f"({'' if holds else 'not '}{call}({self.written(operands[0])}, {last.value!r}))"
        if name == "set_contains":
            return self._contains(*operands)
        if name == "contains_subset" and _is_list(last):
            return self._has_all(operands[0], last.value)
        return ""

    def _has_all(self, container: Node, wanted: list[Any]) -> str:
        """A few are looked for one by one; for many, what is there is made a set first."""
        whole, found = self._fresh("t"), self.named(frozenset(wanted))
        source, general = self.written(container), self.named(values.contains_subset)
        if 0 < len(wanted) <= _FEW and all(type(each) in (str, int) for each in wanted):
            asked = " and ".join(f"{self.literal(each)} in {whole}" for each in wanted)
        else:
            asked = f"{found}.issubset({whole})"
        return f"({asked} if type({whole} := {source}) is list else {general}({whole}, {found}))"

    def _contains(self, container: Node, value: Node) -> str:
        if isinstance(container, Literal):
            if _is_list(container):
                return f"({self.written(value)} in {self.named(frozenset(container.value))})"
            return ""
        if _is_common(container, value):
            return self._in_common(container.operands[0], container.operands[1], value)
        members, source = self._fresh("t"), self.written(container)
        known = set(self._sure)
        asked = self.written(value)
        self._sure = known
        general = self.named(values.set_contains)
        return f"({asked} in {members} if type({members} := {source}) is list else {general}({members}, {asked}))"

    def _in_common(self, of: Node, wanted: Node, value: Node) -> str:
        """What both have in common need not be made to be asked for one thing that stands in the rule, in both places."""
        members, source = self._fresh("t"), self.written(of)
        both, general = self.named(values.intersect), self.named(values.set_contains)
        asked = self.written(value)
        other = f"{general}({both}({members}, {self.written(wanted)}), {asked})"
        return f"({asked} in {members} if type({members} := {source}) is list else {other})"

    def _called(self, name: str, operands: tuple[Node, ...]) -> str:
        return f"{self.named(OPERATORS[name].apply)}({', '.join(self.written(each) for each in operands)})"


def _is_list(node: Node) -> TypeGuard[Literal]:
    """Say whether a node is a list that stands in the rule, of things that have a hash."""
    return (
        isinstance(node, Literal)
        and isinstance(node.value, list)
        and all(not isinstance(each, list | dict) for each in node.value)
    )


def _is_common(container: Node, value: Node) -> TypeGuard[Operation]:
    """Say whether a text is looked for in what something has in common with a list that has it."""
    return (
        isinstance(container, Operation)
        and container.operator == "intersect"
        and len(container.operands) == 2  # noqa: PLR2004 - something and the list
        and _is_list(container.operands[1])
        and isinstance(value, Literal)
        and type(value.value) is str
        and value.value in container.operands[1].value
    )


def _key(node: Node) -> Any:
    match node:
        case Fact():
            return ("fact", node.name, repr(node.default))
        case Property():
            return (_key(node.of), node.name, repr(node.default))
        case Item():
            return ("item", node.name)
        case _:
            return id(node)
