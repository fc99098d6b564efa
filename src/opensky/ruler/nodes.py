"""What a condition is made of: a small tree of values that knows neither how it is written nor how it runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


class Missing:
    """The type of ``MISSING``: no such fact, and no default."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the rule: text, number, bool, ``None``, date, list of such or map of such."""

    value: Any


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that is looked up in the context by its whole name; dots in it mean nothing."""

    name: str
    default: Any = MISSING


@dataclass(frozen=True, slots=True)
class Property:
    """A part of another value: a key of a map, an index of a list, an attribute or a declared method of an object."""

    of: "Node"
    name: str
    default: Any = MISSING


@dataclass(frozen=True, slots=True)
class Item:
    """The thing that a quantifier looks at; ``name`` is what its condition calls it."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, by name, on its operands."""

    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Quantified:
    """How many things of a list satisfy a condition: ``any_of``, ``all_of`` (bool) or ``count_of`` (number)."""

    kind: str
    of: "Node"
    item: str
    condition: "Node"


Node = Literal | Fact | Property | Item | Operation | Quantified
QUANTIFIERS = ("any_of", "all_of", "count_of")


def below(node: Node) -> Sequence[Node]:
    """Return the nodes that a node directly stands on."""
    match node:
        case Operation():
            return node.operands
        case Property():
            return (node.of,)
        case Quantified():
            return (node.of, node.condition)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Go through a tree, whatever its depth: a node before what is below it."""
    rest = [node]
    while rest:
        each = rest.pop()
        yield each
        rest.extend(reversed(below(each)))


def path_of(node: Node) -> str | None:
    """Return ``order.user.points`` for such a chain of properties of a fact or item; ``None`` for anything else."""
    names: list[str] = []
    while isinstance(node, Property):
        names.append(node.name)
        node = node.of
    if not isinstance(node, Fact | Item):
        return None
    return ".".join((node.name, *reversed(names)))
