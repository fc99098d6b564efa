"""The builder: Ruler's own words for making rules."""

from collections.abc import Iterable
from typing import Any

from opensky.ruler.expressions import Expression, fact, node_of, operation, path, plain
from opensky.ruler.nodes import Fact
from opensky.ruler.rule import Action, Rule


class RuleBuilder:
    """Makes variables and rules. ``rb["age"]`` is the variable of the fact ``age``, the same one each time.

    Dots in such a name mean nothing, as in Ruler; ``rb.path("order.total")`` and ``rb.order.total`` lead into a value.
    """

    def __init__(self) -> None:
        self._variables: dict[str, Expression] = {}

    def __getitem__(self, name: str) -> Expression:
        found = self._variables.get(name)
        if found is None:
            found = self._variables[name] = fact(name)
        return found

    def __setitem__(self, name: str, default: Any) -> None:
        """Give a variable the value that it has where there is no such fact."""
        self._variables[name] = Expression(Fact(name, plain(default)))

    def __delitem__(self, name: str) -> None:
        del self._variables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def create(self, condition: Any, action: Action | None = None) -> Rule:
        """Return a rule."""
        return Rule(condition, action)

    def path(self, dotted: str) -> Expression:
        """Return what a dotted path leads to."""
        return path(dotted)

    def literal(self, value: Any) -> Expression:
        """Return a value that stands in the rule, so that it can be compared: ``rb.literal(5) < rb.age``."""
        return Expression(node_of(value))

    def logical_and(self, *conditions: Any) -> Expression:
        """All of them, asked from left to right until one does not hold."""
        return operation("logical_and", *_asked(conditions))

    def logical_or(self, *conditions: Any) -> Expression:
        """Any of them, asked from left to right until one holds."""
        return operation("logical_or", *_asked(conditions))

    def logical_xor(self, *conditions: Any) -> Expression:
        """Just one of them, asked from left to right until a second holds."""
        return operation("logical_xor", *_asked(conditions))

    def logical_not(self, *conditions: Any) -> Expression:
        """Not this one."""
        return operation("logical_not", *_asked(conditions))

    all_of = logical_and
    any_of = logical_or

    def none_of(self, *conditions: Any) -> Expression:
        """None of them."""
        return operation("logical_not", self.logical_or(*conditions))


def _asked(conditions: Iterable[Any]) -> list[Any]:
    return [each.expression if isinstance(each, Rule) else each for each in conditions]
