"""Many rules on one event: only those are asked whose most telling clause can hold.

Of each rule one clause that must hold is looked up instead of asked: an equality with a literal, a list that has a literal, or a bound
of a number (the alpha network of Rete, Forgy 1982, without the rest of it). A rule that has no such clause is always asked.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from opensky.ruler.checked import value_of
from opensky.ruler.context import Context
from opensky.ruler.errors import RulerError
from opensky.ruler.nodes import MISSING, Fact, Literal, Node, Operation, Property
from opensky.ruler.rule import Facts, Failed, Rule
from opensky.ruler.values import as_set

R = TypeVar("R", bound=Hashable)
_EQUAL, _HAS, _LEAST, _MOST = "equal", "has", "least", "most"
_BOUNDS = {
    "greater_than": _LEAST,
    "greater_than_or_equal_to": _LEAST,
    "less_than": _MOST,
    "less_than_or_equal_to": _MOST,
}
_MIRRORED = {_LEAST: _MOST, _MOST: _LEAST}
Key = tuple[str, Node]


class Index(Generic[R]):
    """Finds the rules whose conditions may hold. ``R`` is what a rule is called; its condition is made when it is first asked."""

    def __init__(self) -> None:
        self._always: dict[R, None] = {}
        self._equal: dict[Key, dict[Any, dict[R, None]]] = defaultdict(lambda: defaultdict(dict))
        self._bounds: dict[Key, list[tuple[Any, int, R]]] = defaultdict(list)
        self._where: dict[R, tuple[Key, Any] | None] = {}
        self._popular: Counter[tuple[Key, Any]] = Counter()
        self._count = 0

    def __len__(self) -> int:
        return len(self._where)

    def add(self, name: R, node: Node) -> None:
        """Add a rule, or put another condition in the place of its old one."""
        self.remove(name)
        clause = min(telling(node), key=self._commonness, default=None)
        self._where[name] = clause
        if clause is None:
            self._always[name] = None
            return
        key, literal = clause
        self._popular[clause] += 1
        if key[0] in (_EQUAL, _HAS):
            self._equal[key][literal][name] = None
        else:
            self._count += 1
            insort(self._bounds[key], (literal, self._count, name), key=_position)

    def remove(self, name: R) -> None:
        """Take a rule out, if it is in."""
        clause = self._where.pop(name, None)
        self._always.pop(name, None)
        if clause is None:
            return
        key, literal = clause
        self._popular[clause] -= 1
        if key[0] in (_EQUAL, _HAS):
            self._equal[key][literal].pop(name, None)
        else:
            self._bounds[key] = [each for each in self._bounds[key] if each[2] != name]

    def candidates(self, context: Context) -> Iterator[R]:
        """Go through the rules that may hold."""
        yield from self._always
        for key, by_literal in self._equal.items():
            yield from self._found(key, by_literal, context)
        for key, bounds in self._bounds.items():
            yield from _bounded(key, bounds, _value(key[1], context))

    @staticmethod
    def _found(key: Key, by_literal: dict[Any, dict[R, None]], context: Context) -> Iterable[R]:
        value = _value(key[1], context)
        values = (_typed(value),) if key[0] == _EQUAL else as_set(value)
        found: dict[R, None] = {}
        for each in values:
            try:
                found.update(by_literal.get(each, {}))
            except TypeError:  # it has no hash, and so equals no literal here
                continue
        return found

    def _commonness(self, clause: tuple[Key, Any]) -> tuple[int, int]:
        """An equality that few rules share comes first; a bound keeps out half of what comes, at a guess."""
        kind = clause[0][0]
        if kind in (_EQUAL, _HAS):
            return (self._popular[clause], 0 if kind == _EQUAL else 1)
        return (len(self._bounds[clause[0]]) // 2 if clause[0] in self._bounds else 0, 2)


def telling(node: Node) -> Iterator[tuple[Key, Any]]:
    """Go through the clauses that must hold for a condition to hold, and that can be looked up."""
    if isinstance(node, Operation) and node.operator == "logical_and":
        for each in node.operands:
            yield from telling(each)
        return
    if not isinstance(node, Operation) or len(node.operands) != 2:  # noqa: PLR2004 - two sides
        return
    left, right = node.operands
    mirrored = isinstance(left, Literal)
    subject, literal = (right, left) if mirrored else (left, right)
    if (
        not isinstance(subject, Fact | Property)
        or not isinstance(literal, Literal)
        or isinstance(literal.value, list | dict)
    ):
        return
    if node.operator == "equal_to":
        yield (_EQUAL, subject), _typed(literal.value)
    elif node.operator == "set_contains" and not mirrored:
        yield (_HAS, subject), literal.value
    elif node.operator in _BOUNDS and isinstance(literal.value, int | float) and literal.value == literal.value:
        kind = _BOUNDS[node.operator]
        yield (_MIRRORED[kind] if mirrored else kind, subject), literal.value


def _typed(value: Any) -> Any:
    return (bool, value) if isinstance(value, bool) else value


def _position(bound: tuple[Any, int, Any]) -> tuple[Any, int]:
    return bound[0], bound[1]


def _value(node: Node, context: Context) -> Any:
    try:
        return value_of(node, context)
    except RulerError:
        return MISSING


def _bounded(key: Key, bounds: list[tuple[Any, int, R]], value: Any) -> Iterator[R]:
    """Whoever stands on the right side of the value may hold; equal bounds are asked, so that ``>`` and ``>=`` need no telling apart."""
    if value is None or value is MISSING:
        return
    try:
        if key[0] == _LEAST:
            found = bounds[: bisect_right(bounds, value, key=_bound)]
        else:
            found = bounds[bisect_left(bounds, value, key=_bound) :]
    except TypeError:  # the value has no order with numbers; the rules say so themselves
        found = bounds
    for each in found:
        yield each[2]


def _bound(bound: tuple[Any, int, Any]) -> Any:
    return bound[0]


class IndexedRules:
    """Rules by an index: ``RuleSet`` for many. Conditions that are not rules yet become one when they are first asked."""

    def __init__(self) -> None:
        self._index: Index[int] = Index()
        self._rules: dict[int, Rule] = {}

    def add_rule(self, rule: Rule) -> None:
        """Add a rule, unless it is there."""
        if id(rule) not in self._rules:
            self._rules[id(rule)] = rule
            self._index.add(id(rule), rule.node)

    def remove_rule(self, rule: Rule) -> None:
        """Take a rule out."""
        if self._rules.pop(id(rule), None) is not None:
            self._index.remove(id(rule))

    def __len__(self) -> int:
        return len(self._rules)

    def matching(self, facts: Facts) -> tuple[list[Rule], list[Failed]]:
        """Return the rules whose condition holds, and those that could not be asked."""
        context = facts if isinstance(facts, Context) else Context(facts)
        held: list[Rule] = []
        failed: list[Failed] = []
        rules = self._rules
        for name in self._index.candidates(context):
            rule = rules[name]
            try:
                if rule.evaluate(context):
                    held.append(rule)
            except RulerError as error:
                failed.append(Failed(rule, error))
        return held, failed
