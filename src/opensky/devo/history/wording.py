"""How changes are worded: values as a person reads them, and long texts word by word, old beside new."""

import re
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any, Literal, NamedTuple

from opensky.kernel.money import Money
from opensky.web.formats import money

NOTHING = "\u2013"
SHORT = 80
MOST_WORDS = 3000
"""Longer texts are shown whole, side by side: comparing them word by word would take long."""
_WORDS = re.compile(r"\w+\s*|[^\w\s]+\s*|\s+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_AMOUNT = {"minor", "currency"}
Kind = Literal["same", "old", "new"]


class Piece(NamedTuple):
    """A stretch of text that both have, or one alone."""

    kind: Kind
    text: str


def said(value: Any) -> str:
    """Return a plain value as text for a person."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(said(each) for each in value)
    if isinstance(value, dict):
        if value.keys() == _AMOUNT and isinstance(value["minor"], int):
            return money(Money(value["minor"], value["currency"]))
        return ", ".join(f"{name}: {said(each)}" for name, each in value.items())
    text = str(value)
    return f"{text[:10]} {text[11:19]} UTC" if _INSTANT.fullmatch(text) else text


def short(old: Any, new: Any) -> tuple[str, str]:
    """Return two values on one line each; of long ones a stretch that begins shortly before they differ."""
    before, after = (" ".join(said(value).split()) for value in (old, new))
    start = 0
    if max(len(before), len(after)) > SHORT:
        start = max(0, _alike(before, after) - SHORT // 4)
        start = before.rfind(" ", 0, start) + 1
    return _cut(before, start), _cut(after, start)


def _alike(one: str, other: str) -> int:
    """Return how many letters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _cut(text: str, start: int) -> str:
    rest = text[start:]
    return ("…" if start else "") + (rest if len(rest) <= SHORT else rest[: SHORT - 1] + "…")


def compared(old: Any, new: Any) -> tuple[list[Piece], list[Piece]]:
    """Return both sides in pieces: on the left what was there, on the right what is there now."""
    before, after = said(old), said(new)
    left, right = _WORDS.findall(before), _WORDS.findall(after)
    if NOTHING in {before, after} or max(len(left), len(right)) > MOST_WORDS:
        return [Piece("old", before)], [Piece("new", after)]
    olds: list[Piece] = []
    news: list[Piece] = []
    matcher = SequenceMatcher(None, [word.strip() for word in left], [word.strip() for word in right])
    for what, a, b, c, d in matcher.get_opcodes():
        same = what == "equal"
        if a < b:
            olds.append(Piece("same" if same else "old", "".join(left[a:b])))
        if c < d:
            news.append(Piece("same" if same else "new", "".join(right[c:d])))
    return olds, news
