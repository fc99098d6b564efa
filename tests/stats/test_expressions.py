"""Regular expressions of targets: what people write works, and none keeps a process busy for good."""

import time

import pytest

from opensky.stats.expressions import pattern
from opensky.stats.tagged import by_tag
from opensky.stats.targets import WrongTarget

NAMES = ["stats.timers.web.routes.product_page.upper_95", "stats.counters.order.paid.rate", "a.b"]
ENOUGH_SECONDS = 8.0
"""Of one core: what an evil pattern and name may cost before they are refused."""


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("upper", 1),
        (r"^stats\.(timers|counters)\.", 2),
        (r"^stats\.[^.]+\.([^.]+)\.([^.]+)\.(rate|count)$", 1),
        (r"^.*\.([^.]+)\.([^.]+)$", 2),
        (r".*\.routes\..*\.upper_\d+", 1),
        ("order.*rate", 1),
        ("(?i)PAID", 1),
        (r"^(?!stats).+", 1),
        (r"web\.(?P<what>\w+)\.", 1),
        (r"upper_9[59]$|rate$", 2),
        ("[]x]|[^]a-z._0-9]", 0),
        (r"\x61\.b", 1),
        ("a{1,2}[.]b", 1),
        ("", 3),
    ],
)
def test_usual_patterns_find_what_they_always_found(text: str, fits: int) -> None:
    assert sum(pattern(text).search(name) for name in NAMES) == fits


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|aa)+$",
        "(a|a)*b",
        "((a+))+b",
        "([a-z]+.?)+!",
        "(?:a+){10}b",
        "(?P<x>a+)*b",
        "(.*a){12}b",
        "(a+b?)*c",
        "((ab)*c*)*d",
        "(?=(a+)+b)a",
        r"(a+)\1+b",
        "(?P<x>a+)(?P=x)b",
        "(?x)(a+ # )\n)+b",
        "(?(1)a|b)",
        "(a{1,9}){1,9}b",
        "[(](a+)+[)]",
        r"\((a+)+b",
        "a" * 201,
        "(",
        "[a",
        "a{99999999999}",
    ],
)
def test_patterns_that_may_take_for_ever_are_refused_unseen(text: str) -> None:
    with pytest.raises(WrongTarget):
        pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        ".*" * 8 + "!",
        "a?" * 40 + "a" * 40,
        "(a|a)" * 35 + "b",
        "a*" * 20 + "b",
        r"\w*\w*\w*\w*!",
        "[^.]*a[^.]*a[^.]*a[^.]*!",
        "^(.*),(.*),(.*),(.*),(.*)!",
        "(?:a|b|ab)" * 12 + "c",
        "a{0,50}" * 9 + "b",
        ".*.*",
        ".*a.*b",
    ],
)
@pytest.mark.parametrize("name", ["a" * 60, "a" * 2_000, "," * 2_000, "ab" * 200])
def test_a_pattern_that_fits_in_very_many_ways_is_soon_given_up(text: str, name: str) -> None:
    """However many names there are."""
    begun = time.thread_time()
    try:
        found = pattern(text)
        for _ in range(1_000):
            found.search(name)
    except WrongTarget as error:
        assert "too many ways" in str(error)  # noqa: PT017 - either is well
    assert time.thread_time() - begun < ENOUGH_SECONDS


def test_what_takes_the_place_of_a_pattern_does_not_grow_without_end() -> None:
    found = pattern("^(.*)$")
    name = "x" * 100
    for _ in range(20):
        name = found.sub(r"\1\1\1\1", name)
    assert len(name) == 2_000
    with pytest.raises(WrongTarget, match="at most 200"):
        found.sub("x" * 201, name)


def test_tags_are_asked_for_by_the_same_patterns() -> None:
    assert by_tag(["web.hits;host=a", "web.hits;host=b"], ["host=~[a]"]) == ["web.hits;host=a"]
    with pytest.raises(WrongTarget, match="neither repetitions"):
        by_tag(["web.hits;host=a"], ["host=~(a+)+$"])
