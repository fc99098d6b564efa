"""Targets of Graphite's ``/render``: what is asked for, as a tree. ``sumSeries(stats.gauges.*.depth)``, ``alias(a.b, 'x')``, piped with ``|``.

A function takes targets, numbers, texts, truths and ``None``, by place or by name. Patterns of names may have ``*``, ``?``, ``[…]``, ``{a,b}``.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"[^"]*"|'[^']*')
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=\s*[,)|]|\s*$))
    | (?P<name>(?:;[^\s,()|=;]+=[^\s,()|;"']*|[^\s,()|=\[\]{}"']|\{[^{}]*\}|\[[^\[\]]*\])+(?:=(?=[^\s,()|]))?)
    | (?P<mark>[(),|=])
    )""",
    re.VERBOSE,
)
_END = re.compile(r"\s*\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "none": None}
MOST_DEEP = 50
LONGEST, _LONGEST_NUMBER = 20_000, 300
"""Characters of a target, and of a number in it."""


class WrongTarget(ValueError):
    """A target that cannot be read or drawn; says where and what."""


@dataclass(frozen=True, slots=True)
class Path:
    """A name of series, or a pattern of names."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given."""

    name: str
    arguments: tuple[Any, ...]
    named: dict[str, Any] = field(default_factory=dict)


Target = Path | Call


def read_target(text: str) -> Target:
    """Read a target.

    Raises:
        WrongTarget: it cannot be read.
    """
    if len(text) > LONGEST:
        raise WrongTarget(f"A target has at most {LONGEST:,} characters, not {len(text):,}.")
    reader = _Reader(text)
    found = reader.piped(0)
    if reader.kind:
        raise WrongTarget(f"Something stands behind the end of the target: {reader.rest!r}.")
    if not isinstance(found, Path | Call):
        raise WrongTarget(f"A target is a name or a function of names, not {found!r}.")
    _check_depth(found)
    return found


def _check_depth(target: Target) -> None:
    """Refuse what is too deep by its pipes: each of them puts all that is before it into one function more."""
    level: list[Any] = [target]
    for _ in range(MOST_DEEP + 2):
        calls = [each for each in level if isinstance(each, Call)]
        level = [value for call in calls for value in (*call.arguments, *call.named.values())]
        if not level:
            return
    raise WrongTarget(f"Functions are more than {MOST_DEEP} deep in each other here.")


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.kind = self.token = ""
        self._next()

    @property
    def rest(self) -> str:
        return self.token + self._text[self._at : self._at + 40]

    def piped(self, depth: int) -> Any:
        """Read a value, and the functions that it is piped through: each has it as its first argument."""
        found = self._value(depth)
        while self._is("|"):
            self._next()
            call = self._value(depth)
            if not isinstance(call, Call):
                raise WrongTarget(f"After a | stands a function, not {call!r}.")
            found = Call(call.name, (found, *call.arguments), call.named)
        return found

    def _value(self, depth: int) -> Any:
        kind, token = self.kind, self.token
        if depth > MOST_DEEP:
            raise WrongTarget(f"Functions are more than {MOST_DEEP} deep in each other here.")
        if kind == "mark" or not kind:
            raise WrongTarget(f"Here a name, a function or a value should stand: {self.rest!r}.")
        self._next()
        if kind == "text":
            return token[1:-1]
        if kind == "number":
            if len(token) > _LONGEST_NUMBER:
                raise WrongTarget(f"A number has at most {_LONGEST_NUMBER} digits, not {len(token)}.")
            return float(token) if re.search(r"[.eE]", token) else int(token)
        if self._is("("):
            return self._call(token, depth)
        return _WORDS.get(token.lower(), Path(token))

    def _call(self, name: str, depth: int) -> Call:
        self._next()
        arguments: list[Any] = []
        named: dict[str, Any] = {}
        while not self._is(")"):
            if self.kind == "name" and self.token.endswith("="):
                key = self.token[:-1]
                self._next()
                named[key] = self.piped(depth + 1)
            else:
                arguments.append(self.piped(depth + 1))
            if self._is(","):
                self._next()
            elif not self._is(")"):
                raise WrongTarget(f"In {name}(…) a comma or a bracket should stand here: {self.rest!r}.")
        self._next()
        return Call(name, tuple(arguments), named)

    def _is(self, mark: str) -> bool:
        return self.kind == "mark" and self.token == mark

    def _next(self) -> None:
        if _END.match(self._text, self._at):
            self.kind = self.token = ""
            self._at = len(self._text)
            return
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            raise WrongTarget(f"This cannot be read: {self._text[self._at : self._at + 40]!r}.")
        self.kind, self.token, self._at = found.lastgroup, found[found.lastgroup], found.end()
