"""Rules, and sets of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opensky.ruler.checked import value_of
from opensky.ruler.compiling import compiled
from opensky.ruler.context import Context, Unsteady
from opensky.ruler.errors import Misbuilt, RulerError
from opensky.ruler.expressions import Expression, condition
from opensky.ruler.nodes import Node
from opensky.ruler.tracing import Trace, Traced, tracing

Action = Callable[[], Any]
Facts = Context | Mapping[str, Any]


class Rule:
    """A condition, and what is done where it holds. It is compiled when it is first asked.

    A rule is a condition too: ``builder.logical_and(rule, other)``.
    """

    __slots__ = ("_traced", "action", "node", "test")

    def __init__(self, asked: Any, action: Action | None = None) -> None:
        self.node: Node = condition(asked.expression if isinstance(asked, Rule) else asked).ruler_node
        self.action: Any = action
        self.test: Callable[[Context], bool] = self._first_test
        """The condition as a function of a steady context: the quickest way to ask it."""
        self._traced: Traced | None = None

    @property
    def expression(self) -> Expression:
        """The condition."""
        return Expression(self.node)

    def evaluate(self, facts: Facts) -> bool:
        """Say whether the condition holds.

        Raises:
            RuleTypeError: values were mixed that do not go together; it is not satisfied.
        """
        if not isinstance(facts, Context):
            return self.test(Context(facts))
        return bool(value_of(self.node, facts)) if isinstance(facts, Unsteady) else self.test(facts)

    def execute(self, facts: Facts) -> bool:
        """Do the action if the condition holds, and say whether it did; raises ``Misbuilt`` for an action that cannot be called."""
        if not self.evaluate(facts):
            return False
        if self.action is not None:
            if not callable(self.action):
                message = f"The action of a rule is called, and {type(self.action).__name__} cannot be."
                raise Misbuilt(message)
            self.action()
        return True

    def explain(self, facts: Facts) -> Trace:
        """Return what each clause of the condition found, in values and in words. It never raises for the values of facts."""
        traced = self._traced = self._traced or tracing(self.node)
        return traced(facts if isinstance(facts, Context) else Context(facts))

    def _first_test(self, context: Context) -> bool:
        self.test = compiled(self.node)
        return self.test(context)


@dataclass(frozen=True, slots=True)
class Failed:
    """A rule that could not be asked, and why: it counts as not satisfied."""

    rule: Rule
    error: RulerError


class RuleSet:
    """Rules in the order in which they were added, each once."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules: dict[int, Rule] = {}
        for rule in rules:
            self.add_rule(rule)

    def add_rule(self, rule: Rule) -> None:
        """Add a rule, unless it is there."""
        self._rules.setdefault(id(rule), rule)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def matching(self, facts: Facts) -> tuple[list[Rule], list[Failed]]:
        """Return the rules whose condition holds, and those that could not be asked; one never keeps another from being asked."""
        context = facts if isinstance(facts, Context) else Context(facts)
        held: list[Rule] = []
        failed: list[Failed] = []
        for rule in self._rules.values():
            try:
                if rule.evaluate(context):
                    held.append(rule)
            except RulerError as error:
                failed.append(Failed(rule, error))
        return held, failed

    def execute_rules(self, facts: Facts) -> list[Rule]:
        """Do the actions of all rules whose condition holds, in order, and return those rules."""
        context = facts if isinstance(facts, Context) else Context(facts)
        return [rule for rule in self if rule.execute(context)]
