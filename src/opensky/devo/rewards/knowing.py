"""The rules by event, in memory: found by index, read again when any rule was changed, in whichever process."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.errors import Invalid
from opensky.ruler import Context, Expression, Rule, RulerError
from opensky.ruler.index import Index
from opensky.ruler.json_form import from_json


class Running(NamedTuple):
    """A rule that may grant something, its condition, and what it gives."""

    kept: KeptRule
    rule: Rule
    reward: Reward


class Broken(NamedTuple):
    """A rule that could not be asked, and why: it grants nothing."""

    kept: KeptRule
    error: str


class RuleBook:
    """The active rules as of one change."""

    def __init__(self, number: int, rules: Sequence[KeptRule]) -> None:
        self.number = number
        self.broken: list[Broken] = []
        self._rules: dict[int, Running] = {}
        self._by_event: dict[tuple[str, bool], Index[int]] = defaultdict(Index)
        self._modes: dict[str, str] = {}
        for kept in sorted(rules, key=_importance):
            if kept.state == "active":
                self._add(kept)

    def matching(self, event: str, context: Context, *, later: bool = False) -> tuple[list[Running], list[Broken]]:
        """Return the rules on this event whose condition holds, the most important first, and those that could not be asked.

        They are those that are asked at once, or those that are asked ``later``.
        """
        index = self._by_event.get((event, later))
        held: list[Running] = []
        broken: list[Broken] = []
        for rule_id in index.candidates(context) if index is not None else ():
            running = self._rules[rule_id]
            try:
                if running.rule.evaluate(context):
                    held.append(running)
            except RulerError as error:
                broken.append(Broken(running.kept, error.message))
        held.sort(key=lambda each: _importance(each.kept))
        return held, broken

    def listens_to(self, event: str, *, later: bool = False) -> bool:
        """Say whether any rule is on this event, to be asked at once or ``later``."""
        return (event, later) in self._by_event

    def mode_of(self, stack: str) -> str:
        """Return what is granted of a group: what its most important rule says."""
        return self._modes.get(stack, "all")

    def _add(self, kept: KeptRule) -> None:
        try:
            node = from_json(msgspec.json.decode(kept.condition))
        except (RulerError, msgspec.DecodeError) as error:
            self.broken.append(Broken(kept, str(error)))
            return
        if kept.event not in EVENTS or kept.reward not in REWARDS:
            self.broken.append(Broken(kept, "Its event or its reward is not known any more."))
            return
        try:
            reward: Reward = made(REWARDS[kept.reward], kept.arguments)
        except Invalid as error:
            self.broken.append(Broken(kept, error.errors[0].message))
            return
        self._rules[kept.id] = Running(kept, Rule(Expression(node)), reward)
        self._by_event[kept.event, kept.later].add(kept.id, node)
        if kept.stack:
            self._modes.setdefault(kept.stack, kept.stack_mode)


def _importance(rule: KeptRule) -> tuple[int, int]:
    return -rule.priority, rule.id


class KnownRules:
    """The rule book of this process."""

    def __init__(self) -> None:
        self._book: RuleBook | None = None
        self._lock = threading.Lock()

    def get(self, number: int) -> RuleBook | None:
        """Return the book if it is as of this change, or a later one."""
        book = self._book
        return book if book is not None and book.number >= number else None

    def keep(self, rules: Sequence[KeptRule]) -> RuleBook:
        """Make a book of rules just read. It is as of the newest change that is in them, so that one that comes late is missed by none."""
        book = RuleBook(max((each.changed for each in rules), default=0), rules)
        with self._lock:
            if self._book is None or self._book.number <= book.number:
                self._book = book
        return book
