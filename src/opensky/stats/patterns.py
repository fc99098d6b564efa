"""Patterns of names: ``stats.*.{rate,count}``. ``*``, ``?`` and ``[…]`` stand for characters within a part, ``{a,b}`` for either."""

import fnmatch
import re
from collections.abc import Callable, Iterable

MOST_PATTERNS = 1000
_GLOB = re.compile(r"[*?\[]")


class TooMany(ValueError):
    """A pattern that stands for too many names."""


def matching(names: Iterable[str], pattern: str, *, below: bool = False) -> list[str]:
    """Return the names that match a pattern; with ``below`` those that begin with what does.

    Raises:
        TooMany: it stands for too many names.
    """
    parts = pattern.split(".")
    fits, dots = [_fitting(part) for part in parts], len(parts) - 1
    beginning = pattern[: found.start()] if (found := re.search(r"[*?\[{]", pattern)) else pattern
    if below and not found:
        # A whole part ends it: what begins with the same letters is another name.
        return [name for name in names if name == pattern or name.startswith(f"{pattern}.")]
    if not found:
        return [name for name in names if name == pattern]
    return [
        name
        for name in names
        if name.startswith(beginning)
        and (name.count(".") >= dots if below else name.count(".") == dots)
        and all(fit(part) for fit, part in zip(fits, name.split("."), strict=False))
    ]


def alternatives(text: str) -> list[str]:
    """Return the patterns that a part with ``{a,b}`` stands for; raises ``TooMany``."""
    found, rest = [""], text
    while True:
        before, brace, behind = rest.partition("{")
        inside, end, after = behind.partition("}")
        if not brace or not end:
            return [each + rest for each in found]
        if len(found) * (inside.count(",") + 1) > MOST_PATTERNS:
            raise TooMany(f"{text[:200]!r} stands for more than {MOST_PATTERNS} names.")
        found = [each + before + one for each in found for one in inside.split(",")]
        rest = after


def _fitting(part: str) -> Callable[[str], object]:
    """Return what tells whether a part of a name fits."""
    if part == "*":
        return _anything
    patterns = alternatives(part)
    plain = frozenset(each for each in patterns if not _GLOB.search(each))
    if len(plain) == len(patterns):
        return plain.__contains__
    globs = re.compile("|".join(fnmatch.translate(each) for each in patterns if each not in plain)).match
    return lambda text: text in plain or globs(text)


def _anything(_text: str) -> bool:
    return True
