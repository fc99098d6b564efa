"""Conditions as JSON, to be kept: versioned, canonical, without code.

``{"v": 1, "when": {"logical_and": [{"greater_than_or_equal_to": [{"fact": "order.total"}, 100]}, …]}}``. An object with one key that is an
operator is an operation, ``fact`` a dotted path (a list of names where a name has a dot in it), ``item`` a path into what a quantifier
looks at. Texts, numbers, truths and null are literals; ``{"list": […]}``, ``{"map": {…}}``, ``{"decimal": "5.00"}``, ``{"day": "2026-01-31"}``
and ``{"time": "2026-01-31T10:00:00+00:00"}`` are the other ones.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from opensky.ruler.errors import InvalidRule, Misbuilt, Problem
from opensky.ruler.expressions import is_condition
from opensky.ruler.nodes import MISSING, QUANTIFIERS, Fact, Item, Literal, Node, Operation, Property, Quantified
from opensky.ruler.operators import LOGIC, OPERATORS
from opensky.ruler.values import is_sound

VERSION = 1
DEEPEST, LARGEST = 24, 2_000
"""How deep a kept condition may be, and of how many nodes it may be made."""
UNSOUND = "This is no number that can be reckoned with, or no text: it is too large, or has half a character."


def to_json(node: Node) -> dict[str, Any]:
    """Return a condition as plain JSON data."""
    return {"v": VERSION, "when": _written(node)}


def canonical(node: Node) -> str:
    """Return the one text of a condition: equal conditions have equal texts."""
    return json.dumps(to_json(node), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def revision(node: Node) -> str:
    """Return the name of this very condition: 32 hexadecimal digits of a hash of its canonical text."""
    return hashlib.sha256(canonical(node).encode()).hexdigest()[:32]


def from_json(data: Any) -> Node:
    """Return the condition that JSON data holds.

    Raises:
        InvalidRule: it is none; each problem has the JSON pointer of the place.
    """
    if not isinstance(data, Mapping) or "when" not in data:
        raise InvalidRule(Problem("", "A rule is an object with 'v' and 'when'."))
    if data.get("v") != VERSION:
        raise InvalidRule(Problem("/v", f"This is version {data.get('v')!r} of the form; version {VERSION} is known."))
    reader = _Reader()
    node = reader.node(data["when"], "/when", 1)
    if not reader.problems and node is not None and not is_condition(node):
        reader.problems.append(Problem("/when", "This is a value, and no condition; compare it with something."))
    if reader.problems or node is None:
        raise InvalidRule(*reader.problems)
    return node


def _written(node: Node) -> Any:
    match node:
        case Literal():
            return _literal(node.value)
        case Operation():
            return {node.operator: [_written(each) for each in node.operands]}
        case Quantified():
            return {node.kind: [_written(node.of), {"as": node.item, "when": _written(node.condition)}]}
        case Fact() | Item() | Property():
            return _path(node)


def _path(node: Node) -> Any:
    names: list[str] = []
    of = node
    while isinstance(of, Property) and (of is node or of.default is MISSING):
        names.append(of.name)
        of = of.of
    if isinstance(of, Fact | Item) and (of is node or not isinstance(of, Fact) or of.default is MISSING):
        names = [of.name, *reversed(names)]
        written: dict[str, Any] = {"fact" if isinstance(of, Fact) else "item": _dotted(names)}
    else:
        written = {"part": [_written(of), _dotted(list(reversed(names)))]}
    default = getattr(node, "default", MISSING)
    return written if default is MISSING else {**written, "default": _literal(default)}


def _dotted(names: list[str]) -> Any:
    return names if any("." in name or not name for name in names) else ".".join(names)


def _literal(value: Any) -> Any:  # noqa: PLR0911 - a kind of value each
    match value:
        case list():
            return {"list": [_literal(each) for each in value]}
        case dict():
            return {"map": {key: _literal(each) for key, each in value.items()}}
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"time": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case float() if not math.isfinite(value):
            return {"float": str(value)}
        case _:
            return value


_TAGS: dict[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
    "float": float,
}


_PLAIN = frozenset({type(None), str, bool, int, float})


@lru_cache(maxsize=2048)
def _fact_at(path: str) -> Node | None:
    """Return the fact at a dotted path, the same one each time; nothing where that is no path."""
    first, *rest = path.split(".")
    if not first or not all(rest) or not is_sound(path):
        return None
    found: Node = Fact(first)
    for name in rest:
        found = Property(found, name)
    return found


class _Reader:
    """Reads a form and collects what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._count = 0
        self._items: list[str] = []

    def node(self, data: Any, where: str, depth: int) -> Node | None:  # noqa: PLR0911 - a kind of node each
        """Return the node at a place, or ``None`` where something is wrong with it."""
        self._count += 1
        if depth > DEEPEST or self._count > LARGEST:
            what = f"deeper than {DEEPEST} levels" if depth > DEEPEST else f"larger than {LARGEST} parts"
            if not any("This rule is" in each.message for each in self.problems):
                self._wrong(where, f"This rule is {what}; split it.")
            return None
        if type(data) in _PLAIN:
            return Literal(data) if is_sound(data) else self._wrong(where, UNSOUND)
        if not isinstance(data, dict) or not data:
            return self._wrong(
                where,
                'A list of values is written {"list": […]}.'
                if isinstance(data, list)
                else "This is no part of a rule.",
            )
        if "fact" in data or "item" in data or "part" in data:
            simple = _fact_at(data["fact"]) if len(data) == 1 and type(data.get("fact")) is str else None
            return simple or self._reference(data, where, depth)
        if len(data) != 1:
            return self._wrong(where, "An operation is an object with one key, the operator.")
        name, given = next(iter(data.items()))
        if name in _TAGS or name in ("list", "map"):
            return self._tagged(name, given, where)
        if name in QUANTIFIERS:
            return self._quantified(name, given, f"{where}/{name}", depth)
        return self._operation(str(name), given, f"{where}/{name}", depth)

    def _operation(self, name: str, given: Any, where: str, depth: int) -> Node | None:
        known = OPERATORS.get(name)
        if known is None:
            return self._wrong(where, f"There is no operator {name!r}.")
        if not isinstance(given, list):
            return self._wrong(where, f"The operands of {name} stand in a list.")
        try:
            known.refuse_wrong_number(len(given))
        except Misbuilt as error:
            return self._wrong(where, error.message)
        operands = [self.node(each, f"{where}/{i}", depth + 1) for i, each in enumerate(given)]
        nodes = [each for each in operands if each is not None]
        if len(nodes) < len(operands):
            return None
        if name in LOGIC:
            for i, each in enumerate(nodes):
                if not is_condition(each):
                    return self._wrong(f"{where}/{i}", "This is a value, and no condition; compare it with something.")
        return Operation(name, tuple(nodes))

    def _reference(self, data: Mapping[str, Any], where: str, depth: int) -> Node | None:
        kind = next(each for each in ("fact", "item", "part") if each in data)
        unknown = data.keys() - {kind, "default"}
        if unknown:
            return self._wrong(where, f"{min(map(str, unknown))!r} is not known here.")
        of: Node | None = None
        names = data[kind]
        if kind == "part":
            if not isinstance(names, list) or len(names) != 2:  # noqa: PLR2004 - of what, and the path
                return self._wrong(where, 'A part is written {"part": [of what, path]}.')
            of, names = self.node(names[0], f"{where}/part/0", depth + 1), names[1]
            if of is None:
                return None
        path = names.split(".") if isinstance(names, str) else names
        if (
            not isinstance(path, list)
            or not path
            or not all(isinstance(each, str) and each and is_sound(each) for each in path)
        ):
            return self._wrong(f"{where}/{kind}", "This is no name: names are texts, with dots between them.")
        default = self.node(data["default"], f"{where}/default", depth + 1) if "default" in data else None
        if "default" in data and not isinstance(default, Literal):
            return self._wrong(f"{where}/default", "A default is a plain value.")
        return self._chain(kind, of, path, default.value if isinstance(default, Literal) else MISSING, where)

    def _chain(self, kind: str, of: Node | None, path: list[str], default: Any, where: str) -> Node | None:
        if of is None:
            first, *path = path
            if kind == "item" and first not in self._items:
                return self._wrong(
                    f"{where}/item", f"Nothing is called {first!r} here; an item belongs into its quantifier."
                )
            of = Item(first) if kind == "item" else Fact(first, MISSING if path else default)
        for i, name in enumerate(path):
            of = Property(of, name, default if i == len(path) - 1 else MISSING)
        return of

    def _quantified(self, kind: str, given: Any, where: str, depth: int) -> Node | None:
        if not (isinstance(given, list) and len(given) == 2 and isinstance(given[1], Mapping) and "when" in given[1]):  # noqa: PLR2004
            return self._wrong(where, f'It is written {{"{kind}": [list, {{"as": name, "when": condition}}]}}.')
        of = self.node(given[0], f"{where}/0", depth + 1)
        name = given[1].get("as", "item")
        if not isinstance(name, str) or not name.isidentifier():
            return self._wrong(f"{where}/1/as", "This is no name.")
        self._items.append(name)
        asked = self.node(given[1]["when"], f"{where}/1/when", depth + 1)
        self._items.pop()
        if of is None or asked is None:
            return None
        if not is_condition(asked):
            return self._wrong(f"{where}/1/when", "This is a value, and no condition; compare it with something.")
        return Quantified(kind, of, name, asked)

    def _tagged(self, tag: str, given: Any, where: str) -> Node | None:
        try:
            return Literal(_value({tag: given}))
        except (ValueError, TypeError, InvalidOperation):
            return self._wrong(f"{where}/{tag}", f"This is no {tag}.")

    def _wrong(self, where: str, message: str) -> Node | None:
        self.problems.append(Problem(where, message))
        return None


def _value(data: Any, depth: int = 1) -> Any:
    if depth > DEEPEST:
        raise ValueError
    if data is None or isinstance(data, str | bool | int | float):
        return _sound(data)
    if not isinstance(data, Mapping) or len(data) != 1:
        raise TypeError
    tag, given = next(iter(data.items()))
    if tag == "list" and isinstance(given, list):
        return [_value(each, depth + 1) for each in given]
    if tag == "map" and isinstance(given, Mapping):
        return {_sound(str(key)): _value(each, depth + 1) for key, each in given.items()}
    if tag not in _TAGS or not isinstance(given, str):
        raise TypeError
    return _sound(_TAGS[tag](given))


def _sound(value: Any) -> Any:
    if not is_sound(value):
        raise ValueError
    return value
