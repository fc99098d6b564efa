"""Regular expressions that somebody asks with. One may try more ways than there are seconds, so each is looked at before it is tried.

What is repeated holds neither repetitions nor alternatives, nothing points back at a group, and how many ways there are to fit it
into a name is counted beforehand, from above: a request has only so many of them.
"""

import re
from dataclasses import dataclass, field
from math import comb

from opensky.stats.targets import WrongTarget

LONGEST_PATTERN, LONGEST_NAME = 200, 2_000
"""Characters."""
MOST_WAYS, MOST_WAYS_OF_ALL = 3_000_000, 100_000_000
"""Ways to fit a pattern into one name, and into all names of a request: a hundred million are some seconds."""
_TOKEN = re.compile(
    r"""(?P<back>\\[1-9])
    |(?P<atom>\\(?:x..|u.{4}|U.{8}|N\{[^}]*\}|0[0-7]{0,2}|.)|\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<look>\(\?<?[=!])
    |(?P<open>\((?:\?:|\?P<\w+>|(?!\?)))
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<count>[*+?]|\{(?=[\d,])\d*,?\d*\})[?+]?
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Ways:
    """How many ways a request may still try."""

    left: int = MOST_WAYS_OF_ALL

    def take(self, ways: int, pattern: str) -> None:
        """Take some; raises ``WrongTarget`` where there are too many."""
        self.left -= ways
        if ways > MOST_WAYS or self.left < 0:
            raise WrongTarget(f"{pattern!r} can fit in too many ways: begin it with ^, or write [^.]* for .* within.")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, looked at. ``open``: its repetitions whose length is not given by what follows; ``ways``: of one length each."""

    compiled: re.Pattern[str]
    open: int
    ways: int
    left: Ways

    def search(self, name: str) -> bool:
        """Tell whether it is found in a name."""
        return bool(self.compiled.search(self._paid(name)))

    def match(self, name: str) -> bool:
        """Tell whether a name begins with it."""
        return bool(self.compiled.match(self._paid(name)))

    def sub(self, by: str, name: str) -> str:
        """Return a name with something else in its place."""
        if len(by) > LONGEST_PATTERN:
            raise WrongTarget(f"What takes a pattern's place has at most {LONGEST_PATTERN} characters.")
        return self.compiled.sub(by, self._paid(name))[:LONGEST_NAME]

    def _paid(self, name: str) -> str:
        name = name[:LONGEST_NAME]
        self.left.take(comb(len(name) + self.open, self.open) * self.ways, self.compiled.pattern)
        return name


def pattern(text: str, left: Ways | None = None) -> Pattern:
    """Read a regular expression.

    Raises:
        WrongTarget: it is none, or one that may take for ever.
    """
    if len(text) > LONGEST_PATTERN:
        raise WrongTarget(f"A pattern is a text of at most {LONGEST_PATTERN} characters.")
    try:
        compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise WrongTarget(f"{text!r} is no pattern: {error}.") from error
    found = _Looking(text)
    return Pattern(compiled, found.open, found.ways, Ways() if left is None else left)


@dataclass(slots=True)
class _Group:
    bars: int = 0
    busy: bool = False
    """Whether something in it is repeated, or stands for one of several."""


@dataclass(slots=True)
class _Looking:
    """A look at a pattern from its beginning to its end."""

    text: str
    open: int = 0
    ways: int = 1
    _groups: list[_Group] = field(default_factory=lambda: [_Group()])
    _tokens: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        text = self.text.removeprefix("(?i)")
        self._tokens = [(each.lastgroup or "", each[0]) for each in _TOKEN.finditer(text)]
        kinds = {kind for kind, _ in self._tokens}
        if "back" in kinds or ("other", "(") in self._tokens:
            raise WrongTarget(f"{self.text!r}: nothing points back here, and groups are (…), (?:…) and (?P<name>…).")
        plain = not kinds & {"bar", "look"}
        last, scanned = _Group(), False
        for at, (kind, token) in enumerate(self._tokens):
            if kind in {"open", "look"}:
                self._groups.append(_Group())
            elif kind == "close" and len(self._groups) > 1:
                last = self._closed()
            elif kind == "bar":
                self._groups[-1].bars += 1
                self._groups[-1].busy = True
            elif kind == "count":
                scanned |= self._counted(at, token, last if self._tokens[at - 1][0] == "close" else None, plain=plain)
        self.ways *= self._groups[0].bars + 1
        begins = plain and text.startswith(("^", r"\A"))
        self.open += int(scanned) + int(not begins)

    def _closed(self) -> _Group:
        group = self._groups.pop()
        self.ways *= group.bars + 1
        self._groups[-1].busy |= group.busy
        return group

    def _counted(self, at: int, token: str, group: _Group | None, *, plain: bool) -> bool:
        """Count a repetition; return whether it only goes over what it fits."""
        self._groups[-1].busy = True
        if token[0] == "?":
            self.ways *= 2
            return False
        if group is not None and group.busy:
            raise WrongTarget(f"{self.text!r}: what is repeated holds neither repetitions nor alternatives here.")
        if group is None and self._ends(at, plain=plain):
            return True
        self.open += 1
        return False

    def _ends(self, at: int, *, plain: bool) -> bool:
        """Tell whether what follows a repeated character says where it ends, as in ``[^.]*[.]``; nothing at all does as well."""
        after = at + 1
        while after < len(self._tokens) and self._tokens[after][0] == "close":
            after += 1
        if after == len(self._tokens):
            return plain
        kind, sign = self._tokens[after]
        if after + 1 < len(self._tokens) and self._tokens[after + 1][0] == "count":
            return False
        if sign[0] == "\\" and len(sign) == 2 and not sign[1].isalnum():  # noqa: PLR2004 - \ and a character
            sign = sign[1]
        elif kind != "other" or sign in ".^$":
            return False
        return not re.fullmatch(self._tokens[at - 1][1], sign, re.IGNORECASE | re.DOTALL)
