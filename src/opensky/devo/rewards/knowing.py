"""The rules by event, in memory: found by index, read again when any rule was changed, in whichever process."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS
from opensky.devo.rewards.repository import KeptRule
from opensky.ruler import Context, Expression, Rule, RulerError
from opensky.ruler.index import Index
from opensky.ruler.json_form import from_json


class Running(NamedTuple):
    """A rule that may grant something, and its condition."""

    kept: KeptRule
    rule: Rule


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
        self._by_event: dict[str, Index[int]] = defaultdict(Index)
        for kept in rules:
            if kept.state == "active":
                self._add(kept)

    def matching(self, event: str, context: Context) -> tuple[list[Running], list[Broken]]:
        """Return the rules on this event whose condition holds, the most important first, and those that could not be asked."""
        index = self._by_event.get(event)
        held: list[Running] = []
        broken: list[Broken] = []
        for rule_id in index.candidates(context) if index is not None else ():
            running = self._rules[rule_id]
            try:
                if running.rule.evaluate(context):
                    held.append(running)
            except RulerError as error:
                broken.append(Broken(running.kept, error.message))
        held.sort(key=lambda each: (-each.kept.priority, each.kept.id))
        return held, broken

    def listens_to(self, event: str) -> bool:
        """Say whether any rule is on this event."""
        return event in self._by_event

    def _add(self, kept: KeptRule) -> None:
        try:
            node = from_json(msgspec.json.decode(kept.condition))
        except (RulerError, msgspec.DecodeError) as error:
            self.broken.append(Broken(kept, str(error)))
            return
        if kept.event not in EVENTS or kept.reward not in REWARDS:
            self.broken.append(Broken(kept, "Its event or its reward is not known any more."))
            return
        self._rules[kept.id] = Running(kept, Rule(Expression(node)))
        self._by_event[kept.event].add(kept.id, node)


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
