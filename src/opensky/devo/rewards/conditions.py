"""Conditions as staff type them: read, checked against the facts of the event, and said in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from opensky.devo.rewards.facts import Subscribed
from opensky.devo.rewards.kinds import CONDITIONS, Condition, Kind, both, made
from opensky.devo.rewards.nesting import built
from opensky.devo.rewards.registry import ANY_EVENT
from opensky.kernel.errors import FieldError, Invalid
from opensky.ruler import Expression, InvalidRule, describe
from opensky.ruler.json_form import canonical, from_json
from opensky.ruler.nodes import Literal, Node, Operation, Property, Quantified
from opensky.ruler.text_form import from_text, to_text

ALWAYS = from_text("true")


@dataclass(frozen=True, slots=True)
class Read:
    """A condition that is as it should be."""

    json: str
    words: str


def kinds_for(event: str) -> list[Kind]:
    """Return the types of conditions that an event has."""
    return [kind for kind in CONDITIONS.values() if event in kind.events or ANY_EVENT in kind.events]


def read(subscribed: Subscribed, text: str, typed: Mapping[str, str], tree: Any = None) -> Read:
    """Return what a text, the arguments of condition types (``order.minimum_total``) and groups of them (``nesting``) ask together.

    Raises:
        Invalid: with each problem; the arguments by their names, the text as ``condition``.
    """
    wrong: list[FieldError] = []
    asked = list(_of_types(subscribed.event, typed, wrong))
    if tree is not None:
        try:
            grouped = built(subscribed.event, tree)
            asked += [grouped] if grouped is not None else []
        except Invalid as error:
            wrong += error.errors
    if text.strip():
        try:
            asked.insert(0, Expression(from_text(text)))
        except InvalidRule as error:
            wrong += _problems(error)
    whole = both(*(part for each in asked for part in _parts(each)))
    node = exact(whole.ruler_node) if whole is not None else ALWAYS
    wrong += _problems(InvalidRule(*subscribed.schema.problems(node)))
    if wrong:
        raise Invalid(*wrong)
    return Read(canonical(node), words_of(subscribed, node))


def node_of(condition: str) -> Node:
    """Return the condition that is kept."""
    return from_json(msgspec.json.decode(condition))


def text_of(condition: str) -> str:
    """Return the text of a kept condition, to be edited."""
    node = node_of(condition)
    return "" if node == ALWAYS else to_text(_with(node, _plain))


def words_of(subscribed: Subscribed, node: Node) -> str:
    """Say a condition in plain words."""
    return "always" if node == ALWAYS else in_words(subscribed, describe(node, subscribed.schema.labels))


def in_words(subscribed: Subscribed, said: str) -> str:
    """Return what the engine said, with yes and no as a person says them: not that it being so is true, but that it is so."""
    for each in subscribed.schema.facts.values():
        if each.type == "truth":
            for was in (" true", " false", ""):
                said = said.replace(f"{each.label}{was} is true", each.label)
                said = said.replace(f"{each.label}{was} is not true", f"it is not so that {each.label}")
    return said


def _of_types(event: str, typed: Mapping[str, str], wrong: list[FieldError]) -> Iterator[Expression]:
    """Go through what the arguments of condition types ask."""
    for kind in kinds_for(event):
        prefix = f"{kind.name}."
        mine = {name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)}
        try:
            condition: Condition = made(kind, mine, prefix)
        except Invalid as error:
            wrong += error.errors
            continue
        found = condition.build_rule()
        if found is not None:
            yield found


def _parts(asked: Expression) -> list[Expression]:
    node = asked.ruler_node
    if isinstance(node, Operation) and node.operator == "logical_and":
        return [Expression(each) for each in node.operands]
    return [asked]


def exact(node: Node) -> Node:
    """Return a condition whose numbers are decimals: a price is compared with 19.99 and not with what a float makes of it."""
    return _with(node, lambda value: Decimal(repr(value)) if isinstance(value, float) else value)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) and Decimal(repr(float(value))) == value else value


def _with(node: Node, change: Any) -> Node:
    """Return a condition with each literal changed."""
    match node:
        case Literal(value=list() as values):
            return Literal([change(each) for each in values])
        case Literal(value=value):
            return Literal(change(value))
        case Operation(operator, operands):
            return Operation(operator, tuple(_with(each, change) for each in operands))
        case Quantified(kind, of, item, condition):
            return Quantified(kind, _with(of, change), item, _with(condition, change))
        case Property(of, name, default):
            return Property(_with(of, change), name, default)
        case _:
            return node


def _problems(error: InvalidRule) -> list[FieldError]:
    """Return what is wrong with a condition. A place in its text is told, one in its tree is not, as nobody has seen that."""
    return [
        FieldError(
            "condition", f"{each.where}: {each.message}" if each.where[:1] not in ("", "/") else each.message, "Rule"
        )
        for each in error.problems
    ]
