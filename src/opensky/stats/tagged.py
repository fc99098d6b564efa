"""Series by their tags: ``web.hits;host=a;zone=x``. What is asked for is written as Graphite writes it."""

import re
from collections.abc import Callable, Iterable, Sequence

from opensky.stats.expressions import Ways, pattern
from opensky.stats.targets import WrongTarget

_ASKED = re.compile(r"([^!=~;]+)(!=~|=~|!=|=)(.*)", re.DOTALL)


def by_tag(names: Iterable[str], asked: Sequence[str], ways: Ways | None = None) -> list[str]:
    """Return the names of series whose tags are as asked; of those without tags none is.

    Raises:
        WrongTarget: it cannot be read, or would fit where there is no such tag at all.
    """
    ways = Ways() if ways is None else ways
    tests = [_test(each, ways) for each in asked]
    if all(test("") for _, test in tests):
        raise WrongTarget("seriesByTag: at least one tag has to be there, such as 'name=web.hits'.")
    found = []
    for name in names:
        if ";" in name:
            tags = tags_of(name)
            if all(test(tags.get(tag, "")) for tag, test in tests):
                found.append(name)
    return found


def tags_of(name: str) -> dict[str, str]:
    """Return the tags of a series, with ``name`` for what stands before them."""
    base, *tags = name.split(";")
    return {"name": base} | {key: value for key, _, value in (each.partition("=") for each in tags)}


def _test(asked: str, ways: Ways) -> tuple[str, Callable[[str], bool]]:
    read = _ASKED.fullmatch(asked)
    if read is None:
        raise WrongTarget(f"seriesByTag: one asks tag=value, tag!=value, tag=~pattern or tag!=~pattern, not {asked!r}.")
    tag, how, value = read.groups()
    if how in {"=", "!="}:
        return tag, lambda there: (there == value) is (how == "=")
    wanted = pattern(value, ways)
    return tag, lambda there: wanted.match(there) is (how == "=~")


def completions(names: Iterable[str], asked: Sequence[str], tag: str = "") -> list[str]:
    """Return the tags that series have which are as asked, or the values of one of their tags."""
    fitting = by_tag(names, asked) if asked else [name for name in names if ";" in name]
    tags = [tags_of(name) for name in fitting]
    if tag:
        return sorted({each[tag] for each in tags if tag in each})
    return sorted({key for each in tags for key in each})
