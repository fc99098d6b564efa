"""Ruler: conditions over facts, and rules that do something where they hold. It knows no storage and no web (docs/ruler.md)."""

from opensky.ruler.builder import RuleBuilder
from opensky.ruler.context import Context, declared
from opensky.ruler.errors import (
    FrozenFact,
    InvalidRule,
    Misbuilt,
    Problem,
    RuleMathError,
    RulerError,
    RuleTypeError,
    UnknownFact,
)
from opensky.ruler.expressions import Expression, fact, path
from opensky.ruler.operators import OPERATORS, operator
from opensky.ruler.rule import Failed, Rule, RuleSet
from opensky.ruler.tracing import Clause, Trace
from opensky.ruler.wording import describe

__all__ = [
    "OPERATORS",
    "Clause",
    "Context",
    "Expression",
    "Failed",
    "FrozenFact",
    "InvalidRule",
    "Misbuilt",
    "Problem",
    "Rule",
    "RuleBuilder",
    "RuleMathError",
    "RuleSet",
    "RuleTypeError",
    "RulerError",
    "Trace",
    "UnknownFact",
    "declared",
    "describe",
    "fact",
    "operator",
    "path",
]
