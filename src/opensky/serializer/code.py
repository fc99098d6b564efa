"""Generated Python: lines, names that do not clash, and the things that the lines speak of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Code:
    """One function in the making. Its text is made of names of members and of our own functions alone, never of data."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self._lines: list[str] = []
        self._level = 0
        self._names = 0
        self._started: list[str] = []

    @property
    def level(self) -> int:
        """How deep the next line stands; Python allows 20 loops within one another."""
        return self._level

    def line(self, text: str) -> None:
        """Write a line."""
        self._lines.append("    " * self._level + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a head, and what follows inside it."""
        self.line(head)
        self._level += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._level -= 1

    def name(self) -> str:
        """Return a name that nothing has yet."""
        self._names += 1
        return f"v{self._names}"

    def start(self) -> str:
        """Return a new name that holds ``None`` when the function begins."""
        name = self.name()
        self._started.append(name)
        return name

    def settle(self, expression: str) -> str:
        """Return a name that holds the value of an expression; a name is returned as it is."""
        if expression.isidentifier():
            return expression
        name = self.name()
        self.line(f"{name} = {expression}")
        return name

    def remembered(self, memory: str, key: str, otherwise: str) -> str:
        """Return a name that holds what a dictionary remembers of a key, or what ``otherwise`` (with a gap for it) makes."""
        name = self.name()
        with self.block("try:"):  # costs nothing where nothing is raised
            self.line(f"{name} = {memory}[{key}]")
        with self.block("except KeyError:"):
            self.line(f"{name} = {otherwise.format(key)}")
        return name

    def keep(self, thing: Any) -> str:
        """Return the name under which the code can speak of a thing."""
        name = f"k{len(self.scope)}"
        self.scope[name] = thing
        return name

    def function(self, name: str) -> Callable[..., Any]:
        """Compile the lines. The first says ``def name(…, {}):``, the second ``{}``: here the names of things and starts go.

        Things are parameters with a default, because local names are read faster than global ones.
        """
        head, start, *rest = self._lines
        lines = [
            head.format(", ".join(f"{thing}={thing}" for thing in self.scope)),
            start.format(" = ".join((*self._started, "None"))),
            *rest,
        ]
        exec(compile("\n".join(lines) + "\n", f"<serializer {name}>", "exec"), self.scope)  # noqa: S102 - see the class
        made: Callable[..., Any] = self.scope[name]
        return made
