"""What the rules engine raises.

OpenSkyError
└── RulerError
    ├── Misbuilt          a rule is put together wrongly: an unknown operator, too many operands, a value where a condition belongs
    ├── InvalidRule       a stored or typed rule is refused; carries one Problem for each thing that is wrong
    ├── RuleTypeError     while it ran, an operator met values that it is not made for
    │   └── RuleMathError a calculation has no answer
    ├── UnknownFact       a context was asked for a fact that it does not have (rules read such a fact as missing)
    └── FrozenFact        a fact was set again after it had been looked up
"""

from dataclasses import dataclass

from opensky.kernel.errors import OpenSkyError


class RulerError(OpenSkyError):
    """Root of what the engine raises."""


class Misbuilt(RulerError):
    """A rule is put together wrongly."""


class RuleTypeError(RulerError):
    """An operator met values that it is not made for: the rule is not satisfied, and is to be reported."""


class RuleMathError(RuleTypeError):
    """A calculation has no answer."""


class UnknownFact(RulerError, KeyError):
    """The context has no such fact."""

    __str__ = OpenSkyError.__str__


class FrozenFact(RulerError):
    """A fact that was looked up stays what it was."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a rule: where (a JSON pointer, RFC 6901, or a column of its text), and what."""

    where: str
    message: str


class InvalidRule(RulerError):
    """The rule is refused; nothing was kept."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.where or 'the rule'}: {p.message}" for p in problems))
        self.problems = problems
