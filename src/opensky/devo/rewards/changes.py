"""What differs between two revisions of a rule, in words."""

from difflib import SequenceMatcher
from typing import NamedTuple

from opensky.devo.rewards import saying
from opensky.devo.rewards.revisions import Revised
from opensky.devo.rewards.terms_words import words_of


class Piece(NamedTuple):
    """Some words, and whether only one of two revisions has them."""

    words: str
    differs: bool


class Difference(NamedTuple):
    """One thing that two revisions say differently."""

    label: str
    before: list[Piece]
    after: list[Piece]


def differences(before: Revised | None, after: Revised, currency: str) -> list[Difference]:
    """Return what a revision says otherwise than the one before it; of the first one all that it says."""
    was, now = said(before, currency) if before is not None else {}, said(after, currency)
    labels = dict.fromkeys([*now, *was])
    return [
        Difference(label, *_compared(was.get(label, ""), now.get(label, "")))
        for label in labels
        if was.get(label, "") != now.get(label, "")
    ]


def _compared(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return two texts in pieces, word by word."""
    was, now = before.split(), after.split()
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, i, j, m, n in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if j > i:
            left.append(Piece(" ".join(was[i:j]), kind != "equal"))
        if n > m:
            right.append(Piece(" ".join(now[m:n]), kind != "equal"))
    return left, right


def said(rule: Revised, currency: str) -> dict[str, str]:
    """Return what a revision says, by what it is about; what it leaves open is left out."""
    found = {
        "Name": rule.name,
        "When": saying.when(rule),
        "Condition": saying.condition(rule),
        "Condition as text": saying.text(rule),
        "They get": saying.gives(rule, currency),
        "Starts": f"{rule.starts_at:%Y-%m-%d %H:%M} UTC" if rule.starts_at else "",
        "Ends": f"{rule.ends_at:%Y-%m-%d %H:%M} UTC" if rule.ends_at else "",
        "Terms": " ".join(words_of(rule, currency, rule.limit_each, rule.limit_total)),
        "Priority": str(rule.priority or ""),
    }
    return {label: value for label, value in found.items() if value}
