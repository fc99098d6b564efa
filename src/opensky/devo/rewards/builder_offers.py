"""What the builder of conditions offers: for each type of fact the operators that it can be asked with, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from opensky.ruler.nodes import Fact, Item, Node, Property
from opensky.ruler.schema import FactSchema, FactType

GROUPS: Mapping[str, str] = {"all": "All of these hold", "any": "Any of these holds", "none": "None of these holds"}
OF_LISTS: Mapping[str, str] = {
    "some": "Some of {0}: all of these hold",
    "each": "Each of {0}: all of these hold",
    "no": "None of {0}: all of these hold",
}


class Offer(NamedTuple):
    """One way to ask a fact: the operator, what it is called here, and which fields it has (``one``, ``two``, ``many``, ``days`` or none).

    ``rare`` ones are offered only where one is chosen: another one says the same.
    """

    operator: str
    label: str
    takes: str = "one"
    rare: bool = False


_KNOWN = (Offer("exists", "is known", ""), Offer("is_missing", "is not known", ""))
_SAME = (Offer("equal_to", "is"), Offer("not_equal_to", "is not"))
_AMONG = (Offer("set_contains", "is one of", "many"), Offer("set_does_not_contain", "is none of", "many"))
_ORDERS = (
    Offer("greater_than_or_equal_to", "is at least"),
    Offer("greater_than", "is more than"),
    Offer("less_than_or_equal_to", "is at most"),
    Offer("less_than", "is less than"),
    Offer("between", "is between", "two"),
)
_TEXTS = (
    Offer("string_contains_insensitive", "has in it"),
    Offer("string_does_not_contain_insensitive", "has not in it"),
    Offer("starts_with_insensitive", "begins with"),
    Offer("ends_with_insensitive", "ends with"),
    Offer("matches", "is like (* for anything)"),
    Offer("string_contains", "has just so in it"),
    Offer("string_does_not_contain", "has not just so in it", rare=True),
    Offer("starts_with", "begins just so", rare=True),
    Offer("ends_with", "ends just so", rare=True),
)
_MOMENTS = (
    Offer("after", "is after"),
    Offer("before", "is before"),
    Offer("greater_than_or_equal_to", "is at or after"),
    Offer("less_than_or_equal_to", "is at or before"),
    Offer("between", "is between", "two"),
    Offer("within", "is at most so many days from now", "days"),
    Offer("greater_than", "is later than", rare=True),
    Offer("less_than", "is earlier than", rare=True),
)
_LISTS = (
    Offer("set_contains", "has"),
    Offer("set_does_not_contain", "has not"),
    Offer("contains_subset", "has all of", "many"),
)
OFFERS: Mapping[str, tuple[Offer, ...]] = {
    "truth": (Offer("yes", "yes", ""), Offer("no", "no", "")),
    "number": (*_ORDERS, *_SAME, *_AMONG, *_KNOWN),
    "text": (*_SAME, *_AMONG, *_TEXTS, *_KNOWN),
    "moment": (*_MOMENTS, *_KNOWN),
    "list": (*_LISTS, *_KNOWN),
    "any": (*_SAME, *_KNOWN),
    "map": _KNOWN,
}
TYPES = {
    "number": "A number.",
    "text": "A text.",
    "truth": "Yes or no.",
    "moment": "A day.",
    "list": "A list.",
    "map": "A group of values.",
    "any": "",
}


def offer_of(fact: FactType, operator: str) -> Offer | None:
    """Return how a fact is asked with an operator; nothing where it is not."""
    found = (each for each in OFFERS[fact.type] if each.operator == operator)
    return next(found, None) if not _has_things(fact) or operator in ("exists", "is_missing") else None


def offers_of(fact: FactType, chosen: str = "") -> list[Offer]:
    """Return the ways in which a fact can be asked, to be chosen from."""
    return [each for each in OFFERS[fact.type] if each.operator == chosen or not each.rare]


class Scope:
    """What can be asked at a place: the facts of the event, or inside of a list those of one of its things."""

    def __init__(self, schema: FactSchema, over: str = "", item: str = "") -> None:
        self.schema = schema
        self.item = item
        self.list_node: Node | None = _node(over) if over else None
        self.lists = {path: _one_of(path) for path, fact in schema.facts.items() if _has_things(fact)}
        things = schema.facts[over].things if over else schema
        self.facts: dict[str, FactType] = {
            f"{item}.{path}" if item else path: fact
            for path, fact in (things.facts.items() if isinstance(things, FactSchema) else ())
            if not _has_things(fact)
        }

    def within(self, over: str) -> "Scope":
        """Return what can be asked of one of the things of a list."""
        return Scope(self.schema, over, self.lists[over])

    def reference(self, path: str) -> Node:
        """Return the node of a fact."""
        return _node(path, self.item)


def _node(path: str, item: str = "") -> Node:
    first, *rest = path.split(".")
    found: Node = Item(first) if item and first == item else Fact(first)
    for name in rest:
        found = Property(found, name)
    return found


def _has_things(fact: FactType) -> bool:
    return fact.type == "list" and isinstance(fact.things, FactSchema)


def _one_of(path: str) -> str:
    """Return what one of a list is called: a line of ``order.lines``."""
    last = path.rpartition(".")[2]
    return last.removesuffix("s") if len(last) > 1 else last
