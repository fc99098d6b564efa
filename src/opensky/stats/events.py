"""Marks as Graphite's ``/events`` has them: set by POST, listed by ``/events/get_data``."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

import msgspec

from opensky.stats.marks import Mark, Marks
from opensky.stats.moments import LAST_SECOND, moment
from opensky.stats.targets import WrongTarget

_MOST_TAGS = 50


class _Event(msgspec.Struct):
    what: str
    tags: list[str] | str | None = None
    data: str = ""
    when: float | str | None = None


class Events:
    """Answers of marks."""

    def __init__(self, marks: Marks, clock: Callable[[], float]) -> None:
        self._marks = marks
        self._clock = clock

    def add(self, body: bytes) -> dict[str, object]:
        """Set a mark, as JSON says it, and return it.

        Raises:
            WrongTarget: it cannot be read, or says nothing.
        """
        try:
            event = msgspec.json.decode(body, type=_Event)
            when = self._clock() if event.when is None else float(event.when)
            tags = event.tags.split() if isinstance(event.tags, str) else event.tags or []
            if not isfinite(when) or not 0 <= when <= LAST_SECOND:
                raise WrongTarget(f"{event.when!r} is before 1970 or after 2100.")
            number = self._marks.add(event.what, tags, event.data, when)
        except (ValueError, msgspec.DecodeError) as error:
            if isinstance(error, WrongTarget):
                raise
            example = '{"what": "deploy 1a2b3c", "tags": ["deploy"], "data": "", "when": 1360324800}'
            raise WrongTarget(f"An event is such as {example}: {error}") from error
        return _shown(Mark(number, int(when), event.what, tuple(dict.fromkeys(tags)), event.data))

    def listed(self, query: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
        """Return the marks of a stretch of time, with all of the tags that are asked for, or with any of them (``set=union``)."""
        now = int(self._clock())
        since, until = (moment(query.get(name, [usual])[0], now) for name, usual in (("from", "0"), ("until", "now")))
        tags = query.get("tags", [""])[0].split()
        if len(tags) > _MOST_TAGS:
            raise WrongTarget(f"Marks are asked for by at most {_MOST_TAGS} tags, not {len(tags)}.")
        any_of = query.get("set", [""])[0] == "union"
        return [_shown(mark) for mark in self._marks.between(since, until, tags, any_of=any_of)]

    def one(self, number: str) -> dict[str, object] | None:
        """Return a mark by its number."""
        mark = self._marks.one(int(number)) if number.isdecimal() and len(number) < len(str(2**63)) else None
        return _shown(mark) if mark else None


def _shown(mark: Mark) -> dict[str, object]:
    return {"id": mark.id, "when": mark.when, "what": mark.what, "tags": list(mark.tags), "data": mark.data}
