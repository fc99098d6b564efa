"""Which names there may be. A stat is declared; its free parts are capped, so that no visitor can fill a disk with names."""

from collections.abc import Iterable
from typing import Final

from opensky.stats.samples import sanitized, tagged

OTHER: Final = "other"
CUT, UNDECLARED = "stats.names_cut", "stats.undeclared"


class Names:
    """The declared names. ``*`` stands for one part that is free, as in ``seller.follow.*``.

    Of each pattern, ``most`` names are kept apart; whatever comes later is counted under ``other`` in the place of its free parts,
    and in ``stats.names_cut``. What nobody declared is counted in ``stats.undeclared`` alone.
    """

    def __init__(self, declared: Iterable[str], most: int = 1000) -> None:
        self._exact: set[str] = {CUT, UNDECLARED}
        self._free: list[tuple[tuple[str, ...], set[str]]] = []
        self._most = most
        self._known: dict[str, str] = {}
        for name in declared:
            self.add(name)

    def add(self, name: str) -> None:
        """Declare a further name, or pattern."""
        if "*" not in name:
            self._exact.add(name)
        elif all(name != ".".join(parts) for parts, _ in self._free):
            self._free.append((tuple(name.split(".")), set()))

    def admit(self, asked: str) -> tuple[str, str]:
        """Return under which name something counts, and the name of the counter that says so where that is another one."""
        known = self._known.get(asked)
        if known is not None:
            return known, ""
        base, _, tags = asked.partition(";")
        name, what = self._admitted(sanitized(base))
        if tags and name:
            name = tagged(name, dict(_pair(each) for each in tags.split(";")))
        if not what and len(self._known) < self._most * 10:
            self._known[asked] = name
        return name, what

    def _admitted(self, name: str) -> tuple[str, str]:
        if name in self._exact:
            return name, ""
        given = name.split(".")
        for parts, seen in self._free:
            if len(parts) == len(given) and all(p in {"*", g} for p, g in zip(parts, given, strict=True)):
                if name in seen or len(seen) < self._most:
                    seen.add(name)
                    return name, ""
                return ".".join(OTHER if p == "*" else p for p in parts), CUT
        return "", UNDECLARED


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value
