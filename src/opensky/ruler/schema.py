"""Which facts there are: what a rule is checked against when it is saved, and what an editor offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from typing import Literal as OneOf

from opensky.ruler.compiling import depth_of
from opensky.ruler.errors import InvalidRule, Problem
from opensky.ruler.json_form import DEEPEST, LARGEST
from opensky.ruler.nodes import Fact, Item, Literal, Node, Operation, Property, Quantified, path_of, walk
from opensky.ruler.operators import LOGIC, OPERATORS

Type = OneOf["number", "text", "truth", "moment", "list", "map", "any"]
_FITS: dict[str, tuple[Type, ...]] = {
    "number": ("number",),
    "text": ("text",),
    "moment": ("moment",),
    "list": ("list",),
    "ordered": ("number", "text", "moment"),
    "condition": ("truth",),
    "any": ("number", "text", "truth", "moment", "list", "map", "any"),
}
_CALLED = {
    "number": "a number",
    "text": "a text",
    "truth": "a yes or no",
    "moment": "a date",
    "list": "a list",
    "map": "a group of values",
}


@dataclass(frozen=True, slots=True)
class FactType:
    """One fact: its path, its type, what it is in a sentence, its name in sentences, an example; of a list, what its things are."""

    path: str
    type: Type
    sentence: str = ""
    label: str = ""
    example: Any = None
    things: "FactSchema | Type" = "any"
    choices: tuple[Any, ...] = ()
    """What it can be, where that is a short list: an editor offers them, and a comparison with anything else is refused."""


class FactSchema:
    """The facts that rules of one kind may ask about."""

    def __init__(self, facts: Iterable[FactType]) -> None:
        self.facts: Mapping[str, FactType] = {fact.path: fact for fact in facts}

    @property
    def labels(self) -> dict[str, str]:
        """The facts' names in sentences."""
        return {path: fact.label for path, fact in self.facts.items() if fact.label}

    def problems(self, node: Node) -> list[Problem]:
        """Return what is wrong with a condition, each with its JSON pointer: an unknown fact, a wrong type, too deep, too large."""
        if depth_of(node) > DEEPEST:
            return [Problem("/when", f"This rule is deeper than {DEEPEST} levels; split it.")]
        if sum(1 for _ in walk(node)) > LARGEST:
            return [Problem("/when", f"This rule is larger than {LARGEST} parts; split it.")]
        check = _Check(self)
        check.type_of(node, "/when")
        return check.problems

    def check(self, node: Node) -> None:
        """Raise ``InvalidRule`` if anything is wrong with a condition."""
        problems = self.problems(node)
        if problems:
            raise InvalidRule(*problems)

    def nearest(self, path: str) -> str:
        """Return the path that was probably meant, or nothing."""
        import difflib  # noqa: PLC0415 - only where something is wrong

        return next(iter(difflib.get_close_matches(path, self.facts, 1)), "")


class _Check:
    """Goes through a condition and finds the type of each node."""

    def __init__(self, schema: FactSchema) -> None:
        self.problems: list[Problem] = []
        self._schema = schema
        self._items: dict[str, FactSchema | Type] = {}

    def type_of(self, node: Node, where: str) -> Type:
        """Return the type of a node, ``any`` where it is not known or wrong."""
        match node:
            case Literal():
                return _type_of_value(node.value)
            case Fact() | Item() | Property():
                return self._reference(node, where)
            case Quantified():
                return self._quantified(node, f"{where}/{node.kind}")
            case Operation():
                return self._operation(node, f"{where}/{node.operator}")

    def _reference(self, node: Fact | Item | Property, where: str) -> Type:
        path = path_of(node)
        if path is None:
            self.type_of(node.of, where) if isinstance(node, Property) else None
            return "any"
        first = path.split(".", 1)[0]
        if first in self._items and not isinstance(node, Fact):
            return self._item(path, self._items[first], where)
        found = self._schema.facts.get(path)
        if found is None:
            near = self._schema.nearest(path)
            self._wrong(where, f"There is no fact {path!r}." + (f" Did you mean {near!r}?" if near else ""))
            return "any"
        return found.type

    def _item(self, path: str, things: "FactSchema | Type", where: str) -> Type:
        if not isinstance(things, FactSchema):
            return things if "." not in path else "any"
        _, _, rest = path.partition(".")
        if not rest:
            return "map"
        found = things.facts.get(rest)
        if found is None:
            self._wrong(where, f"The things of this list have no {rest!r}.")
            return "any"
        return found.type

    def _quantified(self, node: Quantified, where: str) -> Type:
        kind = self.type_of(node.of, f"{where}/0")
        if kind not in ("list", "any"):
            self._wrong(f"{where}/0", f"{node.kind} asks about the things of a list, and this is {_CALLED[kind]}.")
        fact = self._schema.facts.get(path_of(node.of) or "")
        before = self._items
        self._items = {**before, node.item: fact.things if fact else "any"}
        self.type_of(node.condition, f"{where}/1/when")
        self._items = before
        return "number" if node.kind == "count_of" else "truth"

    def _operation(self, node: Operation, where: str) -> Type:
        known = OPERATORS.get(node.operator)
        if known is None:
            self._wrong(where, f"There is no operator {node.operator!r}.")
            return "any"
        types = [self.type_of(each, f"{where}/{i}") for i, each in enumerate(node.operands)]
        if node.operator not in LOGIC:
            for i, kind in enumerate(types):
                wanted = known.taken(i)
                if kind != "any" and kind not in _FITS[wanted]:
                    self._wrong(
                        f"{where}/{i}", f"{node.operator} needs {_wanted(wanted)} here, and this is {_CALLED[kind]}."
                    )
            self._compared(node, types, where)
        return "truth" if known.gives == "condition" else known.gives

    def _compared(self, node: Operation, types: list[Type], where: str) -> None:
        if OPERATORS[node.operator].takes[0] not in ("any", "ordered") or len(types) < 2:  # noqa: PLR2004 - two sides
            return
        known = {kind for kind in types if kind != "any"}
        empty = any(isinstance(each, Literal) and each.value is None for each in node.operands)
        if len(known) > 1 and not empty and OPERATORS[node.operator].gives == "condition" and node.operator != "sample":
            names = " with ".join(_CALLED[kind] for kind in dict.fromkeys(types) if kind != "any")
            self._wrong(where, f"This compares {names}, which is never so.")
        self._chosen(node, where)

    def _chosen(self, node: Operation, where: str) -> None:
        for i, each in enumerate(node.operands):
            fact = self._schema.facts.get(path_of(each) or "")
            if fact is None or not fact.choices:
                continue
            for j, other in enumerate(node.operands):
                if (
                    j != i
                    and isinstance(other, Literal)
                    and other.value is not None
                    and other.value not in fact.choices
                ):
                    shown = ", ".join(map(str, fact.choices))
                    self._wrong(
                        f"{where}/{j}", f"{fact.label or fact.path} is never {other.value!r}; it is one of {shown}."
                    )

    def _wrong(self, where: str, message: str) -> None:
        self.problems.append(Problem(where, message))


def _wanted(takes: str) -> str:
    return "a number, a text or a date" if takes == "ordered" else _CALLED.get(takes, "a condition")


def _type_of_value(value: Any) -> Type:  # noqa: PLR0911 - a type each
    match value:
        case bool():
            return "truth"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case date():
            return "moment"
        case list():
            return "list"
        case dict():
            return "map"
        case _:
            return "any"
