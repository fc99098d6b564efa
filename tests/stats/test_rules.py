"""The rules of a statsd server in a file."""

from math import inf
from pathlib import Path

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.stats.aggregate import Aggregate, Rules, Timer
from opensky.stats.rules import read_rules, shown


def test_a_file_says_some_of_the_rules(tmp_path: Path) -> None:
    """What it does not say stays."""
    file = tmp_path / "stats.toml"
    file.write_text(
        'percentiles = [50, 99.9]\ntimers = ["median"]\nforget = true\n[bins]\nweb = [100, 10, inf]\n', "utf-8"
    )
    rules = read_rules(file, Rules(prefix="shop"))
    assert rules == Rules(
        percentiles=(50.0, 99.9), bins=(("web", (10.0, 100.0, inf)),), forget=True, prefix="shop", timers=("median",)
    )
    assert shown(rules)["bins"] == {"web": [10.0, 100.0, "inf"]}


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "stats.toml", Rules(legacy=True)) == Rules(legacy=True)
    assert read_rules(None, Rules(legacy=True)) == Rules(legacy=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("percentiles = 5", "percentiles is a list"),
        ("percentiles = ['a']", "percentiles are numbers"),
        ("percentiles = [true]", "percentiles are numbers"),
        ("percentiles = [190]", "Percentiles are numbers from 0 to 100"),
        ("forget = 1", "forget is true or false"),
        ("prefix = 1", "prefix is a text"),
        ("bins = [1]", "bins is a table"),
        ("nonsense = 1", "nonsense is no rule; there are percentiles, bins"),
        ("=", "cannot be read"),
    ],
)
def test_what_no_server_can_do_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "stats.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Misconfigured, match=says):
        read_rules(file, Rules())


def test_only_what_is_asked_for_is_kept_of_timers() -> None:
    """Series cost room each: nineteen of a timer, or three."""
    aggregate = Aggregate(Rules(percentiles=(95.0,), timers=("count", "median", "upper_95"), bins=(("web", (10.0,)),)))
    aggregate.timers["web.ms"] = Timer([1.0, 3.0], 2.0)
    found = aggregate.flush(1.0)
    assert {name: value for name, value in found.items() if ".timers." in name} == {
        "stats.timers.web.ms.count": 2.0,
        "stats.timers.web.ms.median": 2.0,
        "stats.timers.web.ms.upper_95": 3.0,
        "stats.timers.web.ms.histogram.bin_10": 2.0,
    }
