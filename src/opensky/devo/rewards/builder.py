"""A condition as somebody puts it together from fields: groups and clauses, made of a condition and made into one.

Every condition has such a tree. What the fields have no place for, such as a sum of two facts, stands in it as a clause of text, so that the
builder and the text form can be changed for each other at any time, and nothing is lost on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from opensky.devo.rewards.builder_offers import GROUPS, OF_LISTS, Scope, offer_of
from opensky.devo.rewards.builder_values import WrongValue, clause_of, node_of_clause
from opensky.devo.rewards.conditions import ALWAYS, exact, text_of
from opensky.ruler import InvalidRule
from opensky.ruler.json_form import canonical
from opensky.ruler.nodes import Fact, Node, Operation, Quantified, path_of
from opensky.ruler.schema import FactSchema
from opensky.ruler.text_form import from_text

ROOT = "when"
_LIST = "things"
_JOINED = {"all": "logical_and", "any": "logical_or"}
_KIND = {name: kind for kind, name in _JOINED.items()}
DEEPEST, MOST, LONGEST = 6, 60, 15_000
"""How deep groups stand in one another, how many clauses and groups there are, and how long all that stands in their fields is together;
a larger condition is edited as text."""


@dataclass(slots=True)
class Clause:
    """One question: about a fact, by an operator, with one value or two."""

    fact: str = ""
    operator: str = ""
    value: str = ""
    to: str = ""


@dataclass(slots=True)
class Written:
    """A part that is written as text."""

    text: str = ""


@dataclass(slots=True)
class Group:
    """Clauses that are asked together: ``all``, ``any`` or ``none`` of them, or all of them of ``some:``, ``each:`` or ``no:`` thing of a list."""

    kind: str = "all"
    parts: list["Part"] = field(default_factory=list)

    @property
    def over(self) -> str:
        """The list that it asks about; nothing if it asks about none."""
        return self.kind.partition(":")[2]


Part = Clause | Written | Group


@dataclass(frozen=True, slots=True)
class Built:
    """What a tree says, or what is wrong with it: a sentence by the name of each field."""

    node: Node | None
    wrong: dict[str, str]


def tree_of(node: Node, schema: FactSchema) -> Group:
    """Return the tree of a condition."""
    if node == ALWAYS:
        return Group()
    part = _part(node, Scope(schema))
    return part if isinstance(part, Group) and not part.over else Group("all", [part])


def fits(tree: Group) -> bool:
    """Say whether a tree is small enough to be shown as fields."""
    parts = list(parts_of(tree))
    long = sum(len(part.value) for _, part in parts if isinstance(part, Clause))
    return len(parts) <= MOST and max(path.count("-") for path, _ in parts) <= DEEPEST and long <= LONGEST


def parts_of(tree: Group, path: str = ROOT) -> Iterator[tuple[str, Part]]:
    """Yield each part with its place: ``when-0-2`` is the third in the first one."""
    yield path, tree
    for position, part in enumerate(tree.parts):
        place = f"{path}-{position}"
        if isinstance(part, Group):
            yield from parts_of(part, place)
        else:
            yield place, part


def build(tree: Group, schema: FactSchema) -> Built:
    """Return the condition that a tree says. One without any clause always holds."""
    wrong: dict[str, str] = {}
    if not tree.parts:
        return Built(ALWAYS, wrong)
    node = _group(tree, ROOT, Scope(schema), wrong)
    return Built(None if wrong or node is None else exact(node), wrong)


def _part(node: Node, scope: Scope) -> Part:  # noqa: PLR0911 - a form each
    match node:
        case Operation("logical_and" | "logical_or" as name, operands) if len(operands) > 1:
            return Group(_KIND[name], [_part(each, scope) for each in operands])
        case Quantified() if _asks(node, scope):
            kind = "some" if node.kind == "any_of" else "each"
            return _of_list(f"{kind}:{path_of(node.of)}", node, scope)
    found = clause_of(node, scope)
    if found is not None:
        return Clause(*found)
    match node:
        case Operation("logical_not", (Quantified(kind="any_of") as asked,)) if _asks(asked, scope):
            return _of_list(f"no:{path_of(asked.of)}", asked, scope)
        case Operation("logical_not", (Operation("logical_or", operands),)) if len(operands) > 1:
            return Group("none", [_part(each, scope) for each in operands])
        case Operation("logical_not", (inner,)):
            return Group("none", [_part(inner, scope)])
    return Written(_text(node, scope))


def _asks(node: Quantified, scope: Scope) -> bool:
    """Say whether this asks about the things of a list that fields are known of, under their name."""
    path = path_of(node.of) or ""
    return node.kind != "count_of" and scope.item == "" and path in scope.lists and scope.lists[path] == node.item


def _of_list(kind: str, node: Quantified, scope: Scope) -> Group:
    inside = scope.within(kind.partition(":")[2])
    part = _part(node.condition, inside)
    together = isinstance(part, Group) and part.kind == "all"
    return Group(kind, part.parts if isinstance(part, Group) and together else [part])


def _group(group: Group, path: str, scope: Scope, wrong: dict[str, str]) -> Node | None:
    kind, _, over = group.kind.partition(":")
    if not group.parts:
        wrong[f"{path}-kind"] = "This group asks nothing yet: add a clause, or remove it."
        return None
    if kind not in (OF_LISTS if over else GROUPS) or (over and (over not in scope.lists or scope.item)):
        wrong[f"{path}-kind"] = "Please choose which of these must hold."
        return None
    inside = scope.within(over) if over else scope
    found = [_node(each, f"{path}-{i}", inside, wrong) for i, each in enumerate(group.parts)]
    nodes = [each for each in found if each is not None]
    if len(nodes) < len(found):
        return None
    joined = (
        nodes[0]
        if len(nodes) == 1
        else Operation(_JOINED.get("any" if kind == "none" else kind, "logical_and"), tuple(nodes))
    )
    if over:
        joined = Quantified("all_of" if kind == "each" else "any_of", scope.reference(over), inside.item, joined)
    return Operation("logical_not", (joined,)) if kind in ("none", "no") else joined


def _node(part: Part, path: str, scope: Scope, wrong: dict[str, str]) -> Node | None:
    if isinstance(part, Group):
        return _group(part, path, scope, wrong)
    if isinstance(part, Written):
        return _of_text(part.text, path, scope, wrong)
    fact = scope.facts.get(part.fact)
    if fact is None:
        wrong[f"{path}-fact"] = "Please choose what to ask about."
        return None
    offer = offer_of(fact, part.operator)
    if offer is None:
        wrong[f"{path}-operator"] = "Please choose how to compare."
        return None
    try:
        node = node_of_clause(scope.reference(part.fact), fact, offer, part.value, part.to)
    except WrongValue as error:
        wrong[f"{path}-{error.field}"] = str(error)
        return None
    return node if _fits_facts(node, f"{path}-value", scope, wrong) else None


def _of_text(text: str, path: str, scope: Scope, wrong: dict[str, str]) -> Node | None:
    place = f"{path}-text"
    try:
        node = exact(from_text(f"any(\n{text}\nfor {scope.item} in {_LIST})" if scope.item and text.strip() else text))
    except InvalidRule as error:
        wrong[place] = error.problems[0].message
        return None
    if scope.item:
        if not (isinstance(node, Quantified) and node.of == Fact(_LIST) and node.item == scope.item):
            wrong[place] = "This is no condition: check brackets, quotes and signs."
            return None
        node = node.condition
    return node if _fits_facts(node, place, scope, wrong) else None


def _fits_facts(node: Node, place: str, scope: Scope, wrong: dict[str, str]) -> bool:
    whole = Quantified("any_of", scope.list_node, scope.item, node) if scope.list_node is not None else node
    problems = scope.schema.problems(whole)
    if problems:
        wrong[place] = problems[0].message
    return not problems


def _text(node: Node, scope: Scope) -> str:
    """Return a part as text. What asks about a thing of a list can only be written inside of its list, from which it is then taken."""
    if not scope.item:
        return text_of(canonical(node)) or "true"
    whole = text_of(canonical(Quantified("any_of", Fact(_LIST), scope.item, node)))
    return whole.removeprefix("any(").removesuffix(f" for {scope.item} in {_LIST})")
