"""Troubles: what of a board somebody ought to look at, once it has lasted. What flutters raises nothing, and nothing ends at its first good second."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from opensky.tactical.readings import Board, Judgement, State

BROKEN_FOR, WATCHED_FOR, WELL_FOR = 10.0, 180.0, 60.0
"""Seconds that something has to be broken, to be watched, and to be well again, before it is said."""
STALE = 10.0
"""Seconds after which numbers are old: of what they count nothing is known any more."""
SILENCE = "silence"


class Trouble(NamedTuple):
    """Something that is not as it should be."""

    key: str
    title: str
    sentence: str
    state: State


class Ripe(NamedTuple):
    """What has lasted long enough to be said: troubles, and the keys of those that are over."""

    raised: list[Trouble]
    ended: list[str]


def troubles(board: Board) -> dict[str, Trouble] | None:
    """Return what is wrong on a board, by key; nothing at all where nothing was ever counted."""
    if board.age is None:
        return None
    if board.age > STALE:
        sentence = f"Nothing has been counted for {board.age:.0f} seconds."
        return {SILENCE: Trouble(SILENCE, "Numbers", sentence, State.BROKEN)}
    found = [Trouble(each.key, each.title, each.sentence, each.state) for each in board.tiles]
    found += [Trouble(f"stack.{each.key}", each.title, each.sentence, each.state) for each in board.stack.tiers]
    last = board.last_deploy
    if last is not None and last.judgement is Judgement.WORSE:
        found.append(Trouble(f"deploy.{last.what}"[:80], f"Deploy {last.what}", last.sentence, State.WATCH))
    return {each.key: each for each in found if each.state is not State.OK}


@dataclass
class Hysteresis:
    """Says what has lasted. One for a process that looks at boards; time is handed in, in seconds."""

    _watched: dict[str, float] = field(default_factory=dict)
    _broken: dict[str, float] = field(default_factory=dict)
    _well: dict[str, float] = field(default_factory=dict)

    def observe(self, found: Mapping[str, Trouble] | None, open_: Collection[str], now: float) -> Ripe:
        """Take in what is wrong now, and return what has lasted: of troubles, and of those that are ``open_`` and well again.

        While nothing is counted, what is open stays open: nobody knows.
        """
        if found is None:
            return Ripe([], [])
        known = {SILENCE} if SILENCE in found else set(open_)
        bad = {key for key, each in found.items() if each.state is State.BROKEN}
        clocks = ((self._watched, set(found)), (self._broken, bad), (self._well, known - set(found)))
        for clock, keys in clocks:
            for key in set(clock) - keys:
                del clock[key]
            for key in keys:
                clock.setdefault(key, now)
        raised = [self._ripe(each, now) for each in found.values()]
        ended = [key for key, began in self._well.items() if now - began >= WELL_FOR]
        return Ripe([each for each in raised if each is not None], sorted(ended))

    def _ripe(self, each: Trouble, now: float) -> Trouble | None:
        if each.key in self._broken and now - self._broken[each.key] >= BROKEN_FOR:
            return each
        if now - self._watched[each.key] >= WATCHED_FOR:
            return each._replace(state=State.WATCH)
        return None
