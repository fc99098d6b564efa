"""The values of the builder's clauses: read from fields, and written into them."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from opensky.devo.rewards.builder_offers import Offer, Scope, offer_of
from opensky.ruler.nodes import Fact, Literal, Node, Operation, path_of
from opensky.ruler.schema import FactType

_YES = Literal(True)
_NOW = Fact("now")
_LONGEST = 500
_LARGEST = Decimal(10) ** 15


class WrongValue(ValueError):
    """A value is not what its field asks for."""

    def __init__(self, message: str, field: str = "value") -> None:
        super().__init__(message)
        self.field = field


def node_of_clause(asked: Node, fact: FactType, offer: Offer, value: str, to: str) -> Node:
    """Return the condition of one clause; raises ``WrongValue``."""
    if fact.type == "truth":
        yes = Operation("equal_to", (asked, _YES))
        return yes if offer.operator == "yes" else Operation("logical_not", (yes,))
    match offer.takes:
        case "":
            return Operation(offer.operator, (asked,))
        case "two":
            return Operation(offer.operator, (asked, _literal(fact, value), _literal(fact, to, "to")))
        case "days":
            return Operation(offer.operator, (asked, Literal(_number(value)), _NOW))
        case "many":
            many = Literal([_value(fact, each) for each in _split(value)])
            return Operation(offer.operator, (asked, many) if fact.type == "list" else (many, asked))
    return Operation(offer.operator, (asked, _literal(fact, value)))


def clause_of(node: Node, scope: Scope) -> tuple[str, str, str, str] | None:
    """Return fact, operator and values of a condition that is one clause; nothing where it is not, or a field cannot show its values."""
    match node:
        case Operation("logical_not", (Operation("equal_to", (asked, Literal(True))),)) if _is(asked, scope, "truth"):
            return path_of(asked) or "", "no", "", ""
        case Operation("equal_to", (asked, Literal(True))) if _is(asked, scope, "truth"):
            return path_of(asked) or "", "yes", "", ""
        case Operation(name, operands):
            places = (1, 0) if name.startswith("set_") and isinstance(operands[0], Literal) else (0,)
            asked = operands[places[0]]
            fact = _fact(asked, scope)
            offer = offer_of(fact, name) if fact is not None else None
            if fact is None or offer is None or fact.type == "truth":
                return None
            rest = [each for position, each in enumerate(operands) if position != places[0]]
            shown = _shown(fact, offer, rest, swapped=len(places) > 1)
            return (path_of(asked) or "", name, *shown) if shown is not None else None
    return None


def _shown(fact: FactType, offer: Offer, rest: list[Node], *, swapped: bool) -> tuple[str, str] | None:
    """Return what stands in the fields; nothing unless it is read from them as just the same."""
    values = [each.value for each in rest if isinstance(each, Literal)]
    among = offer.takes == "many" and fact.type != "list"
    if swapped != among or len(rest) != {"": 0, "one": 1, "many": 1}.get(offer.takes, 2):
        return None
    if offer.takes == "days":
        written = [_written(values[0])] if len(values) == 1 and rest[1] == _NOW else [None]
    elif offer.takes == "many":
        listed = values[0] if values and isinstance(values[0], list) else [None]
        written = [_joined([_written(each) for each in listed])]
    else:
        written = [_written(each) for each in values] if len(values) == len(rest) else [None]
    if None in written:
        return None
    first, second = [*[each or "" for each in written], "", ""][:2]
    try:
        again = node_of_clause(_NOW, fact, offer, first, second)
    except WrongValue:
        return None
    kept = [each for each in again.operands if each is not _NOW] if isinstance(again, Operation) else []
    same = [_typed(each) for each in kept] == [_typed(each) for each in rest if each != _NOW]
    return (first, second) if same else None


def _typed(node: Node) -> Any:
    """Return a literal with the type that tells it from an equal one: yes from 1, a day from its first moment."""
    value = node.value if isinstance(node, Literal) else node
    listed = value if isinstance(value, list) else [value]
    return [(isinstance(each, bool), isinstance(each, datetime), each) for each in listed]


def _fact(node: Node, scope: Scope) -> FactType | None:
    """Return the fact that a node looks up, if it looks up one of this place, and without a value of its own for where it is absent."""
    path = path_of(node)
    if path is None or path not in scope.facts or node != scope.reference(path):
        return None
    return scope.facts[path]


def _is(node: Node, scope: Scope, kind: str) -> bool:
    fact = _fact(node, scope)
    return fact is not None and fact.type == kind


def _literal(fact: FactType, text: str, field: str = "value") -> Literal:
    try:
        return Literal(_value(fact, text))
    except WrongValue as error:
        raise WrongValue(str(error), field) from None


def _value(fact: FactType, text: str) -> Any:
    kind = fact.type if fact.type != "list" else fact.things if isinstance(fact.things, str) else "text"
    written = text.strip()
    if not written:
        raise WrongValue("Please fill this in.")
    if len(written) > _LONGEST:
        raise WrongValue(f"Please use at most {_LONGEST} characters.")
    if kind == "number":
        return _number(written)
    return _moment(written) if kind == "moment" else written


def _number(text: str) -> int | Decimal:
    try:
        found = Decimal(text.strip().replace(" ", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= _LARGEST:
        raise WrongValue("Please give a number such as 30 or 7.50.")
    return int(found) if found == found.to_integral_value() else found


def _moment(text: str) -> date:
    try:
        if len(text) <= len("2026-12-24"):
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongValue(
            "Please give a day such as 2026-12-24, or a day and time such as 2026-12-24 18:00 in UTC."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _split(text: str) -> list[str]:
    found = [each.strip() for row in csv.reader([" ".join(text.split())], skipinitialspace=True) for each in row]
    values = [each for each in found if each]
    if not values:
        raise WrongValue("Please give one or more, with commas between them.")
    return values


def _joined(values: list[str | None]) -> str | None:
    if not values or None in values:
        return None
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue().replace(",", ", ") if not any("," in (each or "") for each in values) else text.getvalue()


def _written(value: Any) -> str | None:  # noqa: PLR0911 - a kind of value each
    """Return a value as its field shows it; nothing for one that no field shows as it is."""
    match value:
        case bool():
            return None
        case int():
            return str(value)
        case Decimal() | float():
            return f"{Decimal(str(value)):f}" if Decimal(str(value)).is_finite() else None
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if value.tzinfo and not value.second else None
        case date():
            return value.isoformat()
        case str():
            return value if value and value == " ".join(value.split()) and value.isprintable() else None
    return None
