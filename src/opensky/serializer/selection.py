"""The selection: which groups, which version, how deep. One compiled view belongs to each class and selection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from opensky.kernel.errors import Misconfigured

Shown = str | Iterable[str]
"""One group, or several: what is in any of them is shown."""

DEFAULT = "default"
VersionNumber = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. ``nested`` holds groups for dotted paths; ``depth`` is how many levels of objects may still come."""

    groups: frozenset[str]
    version: VersionNumber | None = None
    nested: tuple[tuple[str, frozenset[str]], ...] = ()
    depth: int | None = None

    def below(self, name: str, levels: int | None) -> "Selection":
        """Return the selection that holds inside the objects of a member, which may itself allow only so many levels."""
        limit = shallower(self.depth, levels)
        depth = None if limit is None else limit - 1
        if not self.nested:
            return self if depth is self.depth else replace(self, depth=depth)
        groups, nested = self.groups, []
        for path, names in self.nested:
            head, _, rest = path.partition(".")
            if head == name and rest:
                nested.append((rest, names))
            elif head == name:
                groups = names
        return Selection(groups, self.version, tuple(nested), depth)

    @property
    def words(self) -> str:
        """The selection as words of a message."""
        version = "" if self.version is None else f", version {'.'.join(map(str, self.version))}"
        return f"group{'s' * (len(self.groups) > 1)} {', '.join(sorted(self.groups))}{version}"


def selection(groups: Shown, version: str, nested: Mapping[str, Shown] | None) -> Selection:
    """Read what a caller asks for."""
    return Selection(
        _names(groups),
        version_number(version) if version else None,
        tuple(sorted((path, _names(names)) for path, names in (nested or {}).items())),
    )


def version_number(text: str) -> VersionNumber:
    """Read ``1.12.3``; zeros at the end do not matter.

    Raises:
        Misconfigured: it is not numbers with dots between them.
    """
    try:
        numbers = [int(part) for part in text.split(".")]
    except ValueError:
        raise Misconfigured(f"A version is numbers with dots between them, such as 1.2, not {text!r}.") from None
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def shallower(one: int | None, other: int | None) -> int | None:
    """Return the smaller of two depths; ``None`` is no bound."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _names(groups: Shown) -> frozenset[str]:
    return frozenset((groups,) if isinstance(groups, str) else groups)
