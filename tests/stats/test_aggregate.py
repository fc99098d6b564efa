"""What a statsd server makes of an interval: the numbers of Etsy's, by both of its ways to name them."""

from math import inf, isclose, isfinite

from hypothesis import given
from hypothesis import strategies as st

from opensky.stats.aggregate import BAD, CUT, OWN, Aggregate, Rules, Timer, summed_up
from opensky.stats.samples import Sample, read


def kept(*lines: str, rules: Rules | None = None, seconds: float = 10.0) -> dict[str, float]:
    """Return what is kept of an interval, without what the server says of itself."""
    aggregate = Aggregate(rules)
    for line in lines:
        for sample in read(line.encode()):
            assert isinstance(sample, Sample)
            aggregate.add(sample)
    return {path: value for path, value in aggregate.flush(seconds).items() if "statsd." not in path}


def test_counters_are_counted_and_rated() -> None:
    """A tenth that was sent stands for ten."""
    assert kept("gorets:1|c", "gorets:2|c|@0.1") == {
        "stats.counters.gorets.rate": 2.1,
        "stats.counters.gorets.count": 21,
    }


def test_the_older_name_space_is_there_for_older_graphs() -> None:
    assert kept("gorets:5|c", "t:1|ms", "g:1|g", rules=Rules(legacy=True, percentiles=())).keys() >= {
        "stats.gorets",
        "stats_counts.gorets",
        "stats.timers.t.mean",
        "stats.gauges.g",
    }


def test_what_is_said_of_a_series_stands_before_its_tags() -> None:
    assert set(kept("web:1|c|#route:a")) == {"stats.counters.web.rate;route=a", "stats.counters.web.count;route=a"}


def test_timers_are_summed_up_as_etsys_are() -> None:
    """Numbers worked out by hand from its documentation: ten times, of which nine are the lowest 90 in a hundred."""
    timer = Timer([450, 120, 553, 994, 334, 844, 675, 496, 1, 2], 10)
    found = summed_up(timer, 10, (90, -10))
    assert found["count"] == 10
    assert found["count_ps"] == 1
    assert (found["lower"], found["upper"], found["median"]) == (1, 994, (450 + 496) / 2)
    assert (found["count_90"], found["upper_90"], found["sum_90"]) == (9, 844, 3475)
    assert isclose(found["mean_90"], 3475 / 9)
    assert (found["count_top10"], found["lower_top10"], found["mean_top10"]) == (1, 994, 994)
    assert found["sum_squares_top10"] == 994**2


def test_one_time_is_all_there_is_to_say() -> None:
    found = summed_up(Timer([100], 1), 10, (90,))
    assert (found["mean_90"], found["upper_90"], found["count_90"], found["std"]) == (100, 100, 1, 0)


def test_a_percentile_of_too_few_is_left_out() -> None:
    assert "mean_10" not in summed_up(Timer([1, 2], 2), 10, (10,))


def test_percentiles_with_a_fraction_have_names_without_a_dot() -> None:
    assert "upper_99_9" in summed_up(Timer([1, 2, 3], 3), 10, (99.9,))


def test_a_sampled_timer_counts_for_more_and_is_summed_up_as_it_came() -> None:
    found = kept("t:100|ms|@0.1", "t:200|ms|@0.1")
    assert (found["stats.timers.t.count"], found["stats.timers.t.mean"]) == (20, 150)


def test_histograms_count_below_their_limits() -> None:
    """The first text that fits a name says which limits; the last may have no end."""
    found = kept(
        "web.ms:5|ms:10|ms:99|ms:500|ms",
        "other:1|ms",
        rules=Rules(percentiles=(), bins=(("web", (10, 100, inf)), ("", ()))),
    )
    assert [found[f"stats.timers.web.ms.histogram.bin_{limit}"] for limit in ("10", "100", "inf")] == [1, 2, 1]
    assert not any("histogram" in path for path in found if "other" in path)


def test_a_gauge_keeps_its_value_and_takes_steps_from_wherever_it_is() -> None:
    """From nothing and from zero, too, so that it can go below."""
    aggregate = Aggregate()
    for line in ("g:333|g", "g:-10|g", "g:+4|g", "new:-5|g", "zero:0|g", "zero:-4|g"):
        for sample in read(line.encode()):
            assert isinstance(sample, Sample)
            aggregate.add(sample)
    found = aggregate.flush(10)
    assert [found[f"stats.gauges.{name}"] for name in ("g", "new", "zero")] == [327, -5, -4]
    assert aggregate.flush(10)["stats.gauges.g"] == 327


def test_a_set_counts_who_was_different() -> None:
    assert kept("u:ada|s", "u:ben|s", "u:ada|s") == {"stats.sets.u.count": 2}


def test_what_does_not_come_is_nothing_or_is_not_sent() -> None:
    """As the operator wishes; what the server says of itself is always there."""
    for forget, there in ((False, True), (True, False)):
        aggregate = Aggregate(Rules(forget=forget))
        for sample in read(b"c:1|c\nt:1|ms\nu:a|s\ng:4|g"):
            assert isinstance(sample, Sample)
            aggregate.add(sample)
        aggregate.flush(10)
        second = aggregate.flush(10)
        assert second.get("stats.gauges.g") == 4
        assert ("stats.counters.c.count" in second) == there
        assert (second.get("stats.timers.t.count") == 0) == there
        assert (second.get("stats.sets.u.count") == 0) == there
        assert f"stats.counters.{OWN[0]}.count" in second


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.sampled_from([50.0, 90.0, 99.9, 100.0, -10.0, -50.0]))
def test_percentiles_are_of_times_that_came(values: list[float], percentile: float) -> None:
    """A bound is one of them; the sums of the lowest and of the highest lie within the whole."""
    found = summed_up(Timer(list(values), len(values)), 10, (percentile,))
    name = f"{percentile:g}".replace(".", "_").replace("-", "top")
    if f"count_{name}" in found:
        assert found[f"{'upper' if percentile > 0 else 'lower'}_{name}"] in values
        assert found[f"sum_{name}"] <= found["sum"] * (1 + 1e-9) + 1e-6


def fed(aggregate: Aggregate, *lines: str) -> dict[str, float]:
    """Return the gauges of the next interval, a second, after these lines."""
    for line in lines:
        for sample in read(line.encode()):
            assert isinstance(sample, Sample)
            aggregate.add(sample)
    return {name: value for name, value in aggregate.flush(1).items() if name.startswith("stats.gauges.")}


def test_what_each_process_has_of_something_is_added_up() -> None:
    """Under the name without the process; the other tags stay, and a step goes from what that process has said."""
    aggregate = Aggregate()
    assert fed(aggregate, "web.busy;process=1:3|g", "web.busy;process=2:4|g") == {"stats.gauges.web.busy": 7}
    assert fed(aggregate, "web.busy;process=1:+2|g") == {"stats.gauges.web.busy": 9}
    assert fed(Aggregate(), "q;a=b;process=1:1|g", "q;a=b;process=2:1|g") == {"stats.gauges.q;a=b": 2}


def test_a_process_that_says_nothing_any_more_is_gone() -> None:
    """After ten seconds; then what it had is nobody's, and the last one takes the gauge with it."""
    aggregate = Aggregate()
    fed(aggregate, "web.busy;process=1:3|g", "web.busy;process=2:4|g")
    for _ in range(9):
        assert fed(aggregate, "web.busy;process=2:1|g") == {"stats.gauges.web.busy": 4}
    fed(aggregate, "web.busy;process=2:1|g")
    assert fed(aggregate, "web.busy;process=2:1|g") == {"stats.gauges.web.busy": 1}
    for _ in range(10):
        fed(aggregate)
    assert fed(aggregate) == {}


def taken(aggregate: Aggregate, *lines: str) -> None:
    """Have it take in these lines."""
    for line in lines:
        for sample in read(line.encode()):
            assert isinstance(sample, Sample)
            aggregate.add(sample)


def test_numbers_beyond_all_measure_end_nothing() -> None:
    """Their squares are no numbers any more; what is one is kept, and the next intervals are as ever."""
    aggregate = Aggregate(Rules(percentiles=(90, -10)))
    taken(aggregate, "boom:1e200|ms:1|ms", "boom:1e308|ms:1e308|ms", "rare:1|ms|@1e-300", "rare:1|c|@1e-300", "n:1|c")
    found = aggregate.flush(0.001)
    assert all(map(isfinite, found.values()))
    assert found["stats.timers.boom.lower"] == 1
    assert found["stats.timers.boom.count"] == 4
    assert found["stats.counters.n.count"] == 1
    assert found[f"stats.counters.{BAD}.count"] == 2
    assert all(map(isfinite, aggregate.flush(1).values()))


def test_a_gauge_or_counter_that_would_become_infinite_stays_as_it_was() -> None:
    """As JSON has no such number; steps are taken from where it was."""
    aggregate = Aggregate()
    taken(aggregate, "g:7|g", "g:1e308|g", "g:+1e308|g", "g:+1|g", "c:1|c", "c:1e308|c", "c:1e308|c")
    taken(aggregate, *(f"p;process={n}:1e290|g" for n in range(3)), "p;process=1:+1e308|g")
    assert (aggregate.gauges, aggregate.counters["c"], aggregate.counters[BAD]) == ({"g": 8}, 1, 5)
    assert all(map(isfinite, aggregate.flush(1).values()))
    assert "p" not in aggregate.gauges


def test_names_beyond_the_limit_are_not_kept_but_counted() -> None:
    """Whoever makes up names fills no memory; those that are there go on."""
    aggregate = Aggregate(most=len(OWN) + 6)
    taken(aggregate, "c:1|c", "t:1|ms", "g:1|g", "s:a|s", "p;process=1:1|g", "p;process=2:1|g")
    taken(aggregate, *(f"n{n}:1|{kind}" for n, kind in enumerate(("c", "ms", "g", "s"))), "p;process=3:1|g")
    taken(aggregate, "c:1|c", "t:1|ms", "g:+1|g", "s:b|s", "p;process=1:5|g")
    found = aggregate.flush(1)
    assert not [path for path in found if ".n" in path and CUT not in path]
    assert found[f"stats.counters.{CUT}.count"] == 5
    assert (found["stats.counters.c.count"], found["stats.timers.t.count"], found["stats.gauges.g"]) == (2, 2, 2)
    assert (found["stats.sets.s.count"], found["stats.gauges.p"]) == (2, 6)


def test_names_that_went_make_room() -> None:
    """Deleted ones, and where what did not come is forgotten, those of the last interval; what it counts of itself always stays."""
    aggregate = Aggregate(Rules(forget=True), most=len(OWN) + 1)
    for name in ("a", "b"):
        taken(aggregate, f"{name}:1|c")
        assert aggregate.flush(1)[f"stats.counters.{name}.count"] == 1
    taken(aggregate, "c:1|c")
    assert set(aggregate.forget("statsd.*", of="counters")) == set(OWN)
    assert set(aggregate.counters) == {"c", *OWN}
