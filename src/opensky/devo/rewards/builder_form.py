"""The builder as a form: read from its fields, changed by its buttons, and shown again. All of it works without JavaScript.

The fields of a part are named by its place: ``when-0-fact`` is the fact of the first clause, ``when-2-kind`` what the third part, a group,
asks of what stands in it.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from opensky.devo.rewards.builder import DEEPEST, MOST, ROOT, Clause, Group, Part, Written, fits
from opensky.devo.rewards.builder_offers import GROUPS, OF_LISTS, TYPES, Offer, Scope, offer_of, offers_of
from opensky.ruler.schema import FactSchema, FactType

_TOO_LARGE = (
    f"This is as much as fields can show: {MOST} parts, {DEEPEST} groups in one another. Go on with it as text."
)
_OF = {"order": "The order", "member": "The member", "insider": "The insider"}


class Option(Struct, frozen=True):
    """One thing to choose."""

    value: str
    label: str
    chosen: bool = False


class Options(Struct, frozen=True):
    """Things to choose under a heading."""

    label: str
    options: Sequence[Option]


class ClauseShown(Struct, frozen=True):
    """A clause with what can be chosen in it. ``takes`` says which fields it has, ``kind`` what the browser is to offer in them."""

    path: str
    facts: Sequence[Options]
    operators: Sequence[Option]
    takes: str
    kind: str
    value: str
    to: str
    choices: Sequence[Option]
    hint: str
    is_group: bool = False
    is_text: bool = False


class TextShown(Struct, frozen=True):
    """A part that is written as text."""

    path: str
    text: str
    is_group: bool = False
    is_text: bool = True


class GroupShown(Struct, frozen=True):
    """A group with what stands in it."""

    path: str
    kinds: Sequence[Option]
    parts: Sequence["ClauseShown | TextShown | GroupShown"]
    may_nest: bool
    is_group: bool = True
    is_text: bool = False


def tree_from(form: Mapping[str, str]) -> Group:
    """Return the tree that a form holds; what stands deeper than fields show is left out."""
    return _group(form, ROOT)


def acted(tree: Group, act: str) -> tuple[str, str]:
    """Do what a button says (``clause:when-1``, ``group:when``, ``remove:when-0-2``); returns the field to go to, and what is wrong."""
    what, _, path = act.partition(":")
    holder, position = _found(tree, path.rpartition("-")[0] if what == "remove" else path, path)
    if holder is None:
        return "", ""
    if what == "remove":
        if 0 <= position < len(holder.parts):
            del holder.parts[position]
        return f"{path.rpartition('-')[0]}-add", ""
    holder.parts.append(Clause() if what == "clause" else Group("any", [Clause()]))
    if not fits(tree):
        holder.parts.pop()
        return f"{path}-add", _TOO_LARGE
    place = f"{path}-{len(holder.parts) - 1}"
    return (f"{place}-fact" if what == "clause" else f"{place}-kind"), ""


def shown(tree: Group, schema: FactSchema) -> GroupShown:
    """Return a tree as the page shows it."""
    return _shown_group(tree, ROOT, Scope(schema))


def _group(form: Mapping[str, str], path: str) -> Group:
    made = Group(_said(form, f"{path}-kind") or "all")
    while path.count("-") <= DEEPEST:
        part = _part(form, f"{path}-{len(made.parts)}")
        if part is None:
            break
        made.parts.append(part)
    return made


def _part(form: Mapping[str, str], place: str) -> Part | None:
    if f"{place}-kind" in form:
        return _group(form, place)
    if f"{place}-text" in form:
        return Written(_said(form, f"{place}-text"))
    if f"{place}-fact" in form:
        return Clause(*(_said(form, f"{place}-{name}") for name in ("fact", "operator", "value", "to")))
    return None


def _said(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip()


def _found(tree: Group, path: str, whole: str) -> tuple[Group | None, int]:
    """Return the group at a place, and the number that ``whole`` ends in."""
    root, *numbers = path.split("-")
    last = whole.rpartition("-")[2]
    group = tree if root == ROOT else None
    for each in map(_position, numbers):
        inner = group.parts[each] if group is not None and 0 <= each < len(group.parts) else None
        group = inner if isinstance(inner, Group) else None
    return group, _position(last)


def _position(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) else -1


def _shown_group(group: Group, path: str, scope: Scope) -> GroupShown:
    inside = scope.within(group.over) if group.over in scope.lists and not scope.item else scope
    kinds = list(GROUPS.items())
    if path != ROOT and not scope.item:
        labels = scope.schema.labels
        kinds += [
            (f"{kind}:{over}", words.format(labels.get(over, over)))
            for over in scope.lists
            for kind, words in OF_LISTS.items()
        ]
    return GroupShown(
        path=path,
        kinds=[Option(value, label, value == group.kind) for value, label in kinds],
        parts=[_shown_part(each, f"{path}-{i}", inside) for i, each in enumerate(group.parts)],
        may_nest=path.count("-") < DEEPEST - 1,
    )


def _shown_part(part: Part, path: str, scope: Scope) -> ClauseShown | TextShown | GroupShown:
    if isinstance(part, Group):
        return _shown_group(part, path, scope)
    if isinstance(part, Written):
        return TextShown(path, part.text)
    fact = scope.facts.get(part.fact)
    offers = offers_of(fact, part.operator) if fact is not None else []
    # One that the fact is not asked with, as another fact was chosen, gives way to the first that it is.
    offer = (offer_of(fact, part.operator) if fact is not None else None) or (offers[0] if offers else None)
    return ClauseShown(
        path=path,
        facts=_facts(scope, part.fact),
        operators=[Option(each.operator, each.label, each is offer) for each in offers],
        takes=offer.takes if offer is not None else "",
        kind=_kind(fact, offer, part.value + part.to),
        value=part.value,
        to=part.to,
        choices=_choices(fact, offer, part.value),
        hint=_hint(fact, offer),
    )


def _facts(scope: Scope, chosen: str) -> list[Options]:
    groups: dict[str, list[Option]] = {}
    for path, fact in scope.facts.items():
        first = path.partition(".")[0]
        heading = _OF.get(first) or ("What it is about" if "." not in path else f"The {first}")
        groups.setdefault(heading, []).append(Option(path, fact.label or path.rpartition(".")[2], path == chosen))
    return [Options(heading, options) for heading, options in groups.items()]


def _kind(fact: FactType | None, offer: Offer | None, values: str) -> str:
    if fact is None or offer is None:
        return "text"
    if fact.type == "moment" and offer.takes in ("one", "two"):
        return "datetime-local" if "T" in values else "date"
    return "decimal" if offer.takes == "days" or (fact.type == "number" and offer.takes != "many") else "text"


def _choices(fact: FactType | None, offer: Offer | None, value: str) -> list[Option]:
    if fact is None or offer is None or offer.takes != "one":
        return []
    return [Option(str(each), str(each), str(each) == value) for each in fact.choices]


def _hint(fact: FactType | None, offer: Offer | None) -> str:
    if fact is None or offer is None:
        return ""
    said = [fact.sentence, TYPES[fact.type]] if not fact.choices else [fact.sentence]
    if offer.takes == "many":
        said.append("One or more, with commas between them.")
    if fact.example is not None and offer.takes:
        said.append(f"Such as {fact.example}.")
    return " ".join(each for each in said if each)
