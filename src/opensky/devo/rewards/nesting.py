"""Conditions by their types, in groups of which all, any or none hold, and groups in groups: plain data, made an expression."""

from collections.abc import Mapping
from typing import Any

from opensky.devo.rewards.kinds import CONDITIONS, Condition, made
from opensky.devo.rewards.registry import ANY_EVENT
from opensky.kernel.errors import FieldError, Invalid
from opensky.ruler import Expression, RuleBuilder

GROUPS = ("all", "any", "none")
DEEPEST = 10
"""A group in so many groups is taken for a mistake."""


def built(event: str, tree: Any, where: str = "") -> Expression | None:
    """Return the condition of a tree; nothing, if it asks for nothing.

    ``{"all": [{"type": "order", "minimum_total": "50"}, {"none": [{"type": "member", "orders": "3"}]}]}``: a group has one key and a list,
    anything else names a type that the event has, with its arguments as they would be typed.

    Raises:
        Invalid: with the first thing that is wrong, and where.
    """
    if where.count("/") > 2 * DEEPEST:
        raise _wrong(where, f"These groups are more than {DEEPEST} deep.")
    if not isinstance(tree, Mapping):
        raise _wrong(where, "Here is to be a group (all, any, none) or a type with its arguments.")
    named = [name for name in GROUPS if name in tree]
    if not named:
        return _of_type(event, tree, where)
    if len(tree) > 1 or not isinstance(tree[named[0]], list):
        raise _wrong(where, "A group has one of the keys all, any and none, and a list.")
    [name] = named
    parts = [built(event, each, f"{where}/{name}/{number}") for number, each in enumerate(tree[name])]
    return _joined(name, [part for part in parts if part is not None])


def _joined(name: str, parts: list[Expression]) -> Expression | None:
    if not parts:
        return None
    rb = RuleBuilder()
    match name:
        case "all":
            return parts[0] if len(parts) == 1 else rb.logical_and(*parts)
        case "any":
            return parts[0] if len(parts) == 1 else rb.logical_or(*parts)
        case _:
            return rb.logical_not(parts[0] if len(parts) == 1 else rb.logical_or(*parts))


def _of_type(event: str, tree: Mapping[str, Any], where: str) -> Expression | None:
    kind = CONDITIONS.get(str(tree.get("type", "")))
    if kind is None:
        raise _wrong(where, f"There is no type {tree.get('type')!r}; there are {', '.join(sorted(CONDITIONS))}.")
    if kind.events and event not in kind.events and ANY_EVENT not in kind.events:
        raise _wrong(where, f"{kind.label}: that cannot be asked when this happens.")
    given = {name: str(value) for name, value in tree.items() if name != "type"}
    if unknown := sorted(given.keys() - {each.name for each in kind.arguments}):
        raise _wrong(where, f"The type {kind.name} has no argument {unknown[0]!r}.")
    try:
        condition: Condition = made(kind, given)
    except Invalid as error:
        first = error.errors[0]
        raise _wrong(f"{where}/{first.field}", first.message) from error
    return condition.build_rule()


def _wrong(where: str, message: str) -> Invalid:
    return Invalid(FieldError("condition", f"At {where or '/'}: {message}", "Group"))
