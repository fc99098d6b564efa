"""Functions of targets, each on a few points whose outcome can be worked out in the head."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path as File
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.stats.functions import FUNCTIONS
from opensky.stats.functions_forecast import forecast
from opensky.stats.graphite import Graphite
from opensky.stats.moments import moment
from opensky.stats.store import Store
from opensky.stats.targets import Call, Path, WrongTarget, read_target

NOON = 1_360_324_800
Points = list[float | None]


@pytest.fixture
def graphite(tmp_path: File) -> Iterator[Graphite]:
    """Six points a minute apart of each of these; one of ``gap``'s is not there."""
    with Store(tmp_path, "60s:1d,1h:1y") as store:
        for n in range(7):
            points = {
                "shop.a.hits": 10.0 * n,
                "shop.b.hits": 5.0,
                "shop.a.ms": float((n * 3) % 4),
                "up": float([0, 1, 3, 6, 2, 4, 5][n]),
                "neg": -2.0 * n,
                "web.hits;host=a;zone=x": 1.0 * n,
            }
            if n != 3:
                points["gap"] = float(n)
            store.put(points, NOON + 60 * n)
        yield Graphite(store, lambda: NOON + 360)


def drawn(graphite: Graphite, target: str) -> dict[str, Points]:
    """Return the points of each series that a target is, from five minutes ago."""
    return {each.name: each.values for each in graphite.series([target], "-6min")}


@pytest.mark.parametrize(
    ("target", "name", "points"),
    [
        ("shop.a.hits", "shop.a.hits", [10, 20, 30, 40, 50, 60]),
        ("sumSeries(shop.*.hits)", "sumSeries(shop.*.hits)", [15, 25, 35, 45, 55, 65]),
        ("averageSeries(shop.{a,b}.hits)", "averageSeries(shop.{a,b}.hits)", [7.5, 12.5, 17.5, 22.5, 27.5, 32.5]),
        ("maxSeries(shop.*.hits)", "maxSeries(shop.*.hits)", [10, 20, 30, 40, 50, 60]),
        ("minSeries(shop.*.hits)", "minSeries(shop.*.hits)", [5, 5, 5, 5, 5, 5]),
        ("diffSeries(shop.a.hits,shop.b.hits)", "diffSeries(shop.a.hits,shop.b.hits)", [5, 15, 25, 35, 45, 55]),
        ("multiplySeries(shop.a.hits,shop.b.hits)", "multiplySeries(shop.a.hits,shop.b.hits)", [50, 100, 150, 200, 250, 300]),
        ("rangeOfSeries(shop.*.hits)", "rangeOfSeries(shop.*.hits)", [5, 15, 25, 35, 45, 55]),
        ("stddevSeries(shop.b.hits,shop.b.hits)", "stddevSeries(shop.b.hits)", [0] * 6),
        ("medianSeries(shop.*.hits,gap)", "medianSeries(shop.*.hits,gap)", [5, 5, 17.5, 5, 5, 6]),
        ("countSeries(shop.*.hits)", "countSeries(shop.*.hits)", [2] * 6),
        ("aggregate(shop.*.hits, 'max')", "maxSeries(shop.*.hits)", [10, 20, 30, 40, 50, 60]),
        ("divideSeries(shop.a.hits,shop.b.hits)", "divideSeries(shop.a.hits,shop.b.hits)", [2, 4, 6, 8, 10, 12]),
        ("asPercent(shop.a.hits, 200)", "asPercent(shop.a.hits,200)", [5, 10, 15, 20, 25, 30]),
        ("asPercent(shop.b.hits, shop.a.hits)", "asPercent(shop.b.hits,shop.a.hits)", [50, 25, pytest.approx(100 / 6), 12.5, 10, pytest.approx(25 / 3)]),
        ("percentileOfSeries(shop.*.hits, 50)", "percentileOfSeries(shop.*.hits,50)", [10, 20, 30, 40, 50, 60]),
        ("scale(up, 2)", "scale(up,2)", [2, 6, 12, 4, 8, 10]),
        ("up|scale(0.5)|alias('half')", "half", [0.5, 1.5, 3, 1, 2, 2.5]),
        ("scaleToSeconds(up, 1)", "scaleToSeconds(up,1)", [round(v / 60, 6) for v in (1, 3, 6, 2, 4, 5)]),
        ("offset(up, -1)", "offset(up,-1)", [0, 2, 5, 1, 3, 4]),
        ("absolute(neg)", "absolute(neg)", [2, 4, 6, 8, 10, 12]),
        ("invert(shop.b.hits)", "invert(shop.b.hits)", [0.2] * 6),
        ("squareRoot(neg)", "squareRoot(neg)", [None] * 6),
        ("log(shop.a.hits, 10)", "log(shop.a.hits, 10)", [1, *(pytest.approx(v) for v in (1.30103, 1.47712, 1.60206, 1.69897, 1.77815))]),
        ("pow(up, 2)", "pow(up,2)", [1, 9, 36, 4, 16, 25]),
        ("round(scale(up, 0.35), 1)", "round(scale(up,0.35),1)", [pytest.approx(v, abs=0.051) for v in (0.35, 1.05, 2.1, 0.7, 1.4, 1.75)]),
        ("derivative(up)", "derivative(up)", [None, 2, 3, -4, 2, 1]),
        ("nonNegativeDerivative(up)", "nonNegativeDerivative(up)", [None, 2, 3, None, 2, 1]),
        ("nonNegativeDerivative(up, maxValue=9)", "nonNegativeDerivative(up)", [None, 2, 3, 6, 2, 1]),
        ("perSecond(shop.a.hits)", "perSecond(shop.a.hits)", [None, *[0.166667] * 5]),
        ("integral(up)", "integral(up)", [1, 4, 10, 12, 16, 21]),
        ("gap", "gap", [1, 2, None, 4, 5, 6]),
        ("multiplySeries(up, gap)", "multiplySeries(up,gap)", [1, 6, None, 8, 20, 30]),
        ("keepLastValue(gap)", "keepLastValue(gap)", [1, 2, 2, 4, 5, 6]),
        ("keepLastValue(gap, 0)", "keepLastValue(gap)", [1, 2, None, 4, 5, 6]),
        ("transformNull(gap, -1)", "transformNull(gap,-1)", [1, 2, -1, 4, 5, 6]),
        ("isNonNull(gap)", "isNonNull(gap)", [1, 1, 0, 1, 1, 1]),
        ("minMax(shop.a.hits)", "minMax(shop.a.hits)", [0, 0.2, 0.4, pytest.approx(0.6), 0.8, 1]),
        ("removeAboveValue(up, 3)", "removeAboveValue(up, 3)", [1, 3, None, 2, None, None]),
        ("removeBelowValue(up, 3)", "removeBelowValue(up, 3)", [None, 3, 6, None, 4, 5]),
        ("nPercentile(up, 50)", "nPercentile(up, 50)", [4] * 6),
        ("summarize(up, '2min')", 'summarize(up, "2min", "sum")', [1, 9, 6, 5]),
        ("summarize(up, '2min', 'max', true)", 'summarize(up, "2min", "max", true)', [3, 6, 5]),
        ("hitcount(scale(up,1), '4min')", 'hitcount(scale(up,1), "4min")', [240, 1020]),
        ("timeShift(up, '2min')", 'timeShift(up, "-2min")', [None, 0, 1, 3, 6, 2]),
        ("movingAverage(up, 2)", "movingAverage(up,2)", [0, 0.5, 2, 4.5, 4, 3]),
        ("movingMax(up, '2min')", 'movingMax(up,"2min")', [0, 1, 3, 6, 6, 4]),
        ("movingSum(up, 2)", "movingSum(up,2)", [0, 1, 4, 9, 8, 6]),
        ("movingMedian(up, 3)", "movingMedian(up,3)", [0, 0.5, 1, 3, 3, 4]),
        ("movingWindow(up, 2, 'min')", "movingMin(up,2)", [0, 0, 1, 3, 2, 2]),
        ("exponentialMovingAverage(up, 1)", "exponentialMovingAverage(up,1)", [1, 3, 6, 2, 4, 5]),
        ("aliasByNode(shop.a.ms, 1, 2)", "a.ms", [3, 2, 1, 0, 3, 2]),
        ("aliasByNode(scale(shop.a.ms,1), -1)", "ms", [3, 2, 1, 0, 3, 2]),
        ("aliasByMetric(shop.a.ms)", "ms", [3, 2, 1, 0, 3, 2]),
        ("aliasByTags(web.hits;host=a;zone=x, 'host')", "a", [1, 2, 3, 4, 5, 6]),
        (r"aliasSub(shop.a.ms, '^shop\.(.)', '\1!')", "a!.ms", [3, 2, 1, 0, 3, 2]),
        ("substr(shop.a.ms, 1)", "a.ms", [3, 2, 1, 0, 3, 2]),
        ("color(up, 'red')", "up", [1, 3, 6, 2, 4, 5]),
        ("threshold(7, 'too many')", "too many", [7, 7, 7]),
        ("constantLine(7.5)", "7.5", [7.5] * 3),
        ("group(up)", "up", [1, 3, 6, 2, 4, 5]),
        ("nonNegativeDerivative(up, None, 1)", "nonNegativeDerivative(up)", [None, 2, 3, 1, 2, 1]),
        ("nonNegativeDerivative(up, maxValue=5)", "nonNegativeDerivative(up)", [None, 2, None, None, 2, 1]),
        ("transformNull(gap, 7, group(up))", "transformNull(gap,7,referenceSeries)", [1, 2, 7, 4, 5, 6]),
        ("timeShift(up, timeShift='2min')", 'timeShift(up, "-2min")', [None, 0, 1, 3, 6, 2]),
        ("interpolate(gap)", "interpolate(gap)", [1, 2, 3, 4, 5, 6]),
        ("interpolate(gap, 0)", "interpolate(gap)", [1, 2, None, 4, 5, 6]),
        ("delay(up, 2)", "delay(up,2)", [None, None, 1, 3, 6, 2]),
        ("delay(up, 9)", "delay(up,9)", [None] * 6),
        ("add(neg, 3)", "add(neg,3)", [1, -1, -3, -5, -7, -9]),
        ("logit(up)", "logit(up)", [None] * 6),
        ("sigmoid(scale(neg, 1000))", "sigmoid(scale(neg,1000))", [0] * 6),
        ("offsetToZero(neg)", "offsetToZero(neg)", [10, 8, 6, 4, 2, 0]),
        ("changed(gap)", "changed(gap)", [0, 1, 0, 1, 1, 1]),
        ("stdev(up, 2)", "stdev(up,2)", [0, 1, 1.5, 2, 1, 0.5]),
        ("removeAbovePercentile(up, 50)", "removeAbovePercentile(up, 50)", [1, 3, None, 2, 4, None]),
        ("timeSlice(up, '-4min', '-2min')", f"timeSlice(up, {NOON + 120}, {NOON + 240})", [None, None, 6, 2, 4, None]),
        ("smartSummarize(up, '2min', 'max')", 'smartSummarize(up, "2min", "max")', [3, 6, 5]),
        ("filterSeries(group(up, neg), 'min', '>=', 0)", "up", [1, 3, 6, 2, 4, 5]),
        ("fallbackSeries(nobody, up)", "up", [1, 3, 6, 2, 4, 5]),
        ("aggregateLine(up, 'max', true)", "aggregateLine(up, 6)", [6] * 6),
        ("legendValue(up, 'max')", "up (max: 6.0)", [1, 3, 6, 2, 4, 5]),
        ("multiplySeriesWithWildcards(shop.*.hits, 1)", "shop.hits", [50, 100, 150, 200, 250, 300]),
        ("divideSeriesLists(shop.a.hits, shop.b.hits)", "divideSeries(shop.a.hits,shop.b.hits)", [2, 4, 6, 8, 10, 12]),
        ("powSeries(shop.b.hits, scale(shop.b.hits, 0.4))", "powSeries(shop.b.hits,scale(shop.b.hits,0.4))", [25] * 6),
        ("weightedAverage(shop.*.hits, shop.*.hits, 1)", "weightedAverage(shop.*.hits, shop.*.hits, 1)", [pytest.approx((v * v + 25) / (v + 5)) for v in range(10, 70, 10)]),
        ("applyByNode(shop.a.*, 1, 'sumSeries(%.hits)', 'of %')", "of shop.a", [10, 20, 30, 40, 50, 60]),
        ("useSeriesAbove(shop.*.hits, 20, 'hits', 'ms')", "shop.a.ms", [3, 2, 1, 0, 3, 2]),
        ("linearRegression(shop.a.hits)", f"linearRegression(shop.a.hits, {NOON}, {NOON + 360})", [pytest.approx(v) for v in range(10, 70, 10)]),
        ("seriesByTag('name=web.hits', 'host!=b', 'zone=~[xy]', 'room=')", "web.hits;host=a;zone=x", [1, 2, 3, 4, 5, 6]),
        ("verticalLine('-2min', 'then')", "then", [1]),
    ],
)  # fmt: skip
def test_a_function_of_one_outcome(graphite: Graphite, target: str, name: str, points: Points) -> None:
    assert drawn(graphite, target) == {name: points}


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("shop.*.*", ["shop.a.hits", "shop.a.ms", "shop.b.hits"]),
        ("highestMax(shop.*.*, 2)", ["shop.a.hits", "shop.b.hits"]),
        ("lowestAverage(shop.*.*, 1)", ["shop.a.ms"]),
        ("highestCurrent(shop.*.*)", ["shop.a.hits"]),
        ("highest(shop.*.*, 1, 'min')", ["shop.a.hits"]),
        ("lowest(shop.*.*, 2, 'max')", ["shop.a.ms", "shop.b.hits"]),
        ("averageAbove(shop.*.*, 4)", ["shop.a.hits", "shop.b.hits"]),
        ("maximumBelow(shop.*.*, 5)", ["shop.a.ms", "shop.b.hits"]),
        ("currentAbove(shop.*.*, 5)", ["shop.a.hits"]),
        ("limit(shop.*.*, 2)", ["shop.a.hits", "shop.a.ms"]),
        ("grep(shop.*.*, 'b')", ["shop.b.hits"]),
        ("exclude(shop.*.*, 'a')", ["shop.b.hits"]),
        ("mostDeviant(shop.*.*, 1)", ["shop.a.hits"]),
        ("sortByMaxima(shop.*.*)", ["shop.a.hits", "shop.b.hits", "shop.a.ms"]),
        ("sortByMinima(shop.*.*)", ["shop.a.ms", "shop.b.hits", "shop.a.hits"]),
        ("sortByTotal(shop.*.*)", ["shop.a.hits", "shop.b.hits", "shop.a.ms"]),
        ("sortByName(shop.*.*, reverse=true)", ["shop.b.hits", "shop.a.ms", "shop.a.hits"]),
        ("groupByNode(shop.*.*, 1, 'sum')", ["a", "b"]),
        ("groupByNodes(shop.*.*, 'max', 0, 2)", ["shop.hits", "shop.ms"]),
        ("sumSeriesWithWildcards(shop.*.*, 1)", ["shop.hits", "shop.ms"]),
        ("aggregateWithWildcards(shop.*.*, 'avg', 2)", ["shop.a", "shop.b"]),
        ("groupByTags(web.*, 'sum', 'zone')", ["sum;zone=x"]),
        (
            "asPercent(shop.*.*, None, 1)",
            [
                "asPercent(shop.a.hits,sumSeries(shop.*.*))",
                "asPercent(shop.a.ms,sumSeries(shop.*.*))",
                "asPercent(shop.b.hits,shop.b.hits)",
            ],
        ),
        (
            "asPercent(shop.a.*, shop.*.hits)",
            ["asPercent(shop.a.hits,shop.a.hits)", "asPercent(shop.a.ms,shop.b.hits)"],
        ),
        ("asPercent(up, shop.b.hits, 1)", ["asPercent(up,MISSING)", "asPercent(MISSING,shop.b.hits)"]),
        ("removeEmptySeries(group(up, removeAboveValue(up, -1)))", ["up"]),
        ("nobody.*", []),
        ("sumSeries(nobody.*)", []),
    ],
)
def test_functions_choose_order_and_group(graphite: Graphite, target: str, names: list[str]) -> None:
    assert list(drawn(graphite, target)) == names


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("", "should stand"),
        ("sumSeries(a", "a comma or a bracket"),
        ("sumSeries(a))", "behind the end"),
        ("a|b", "After a | stands a function"),
        ("1", "is a name or a function"),
        ("nothing(a)", "There is no function 'nothing'"),
        ("scale(up)", "scale: "),
        ("scale(up, 'x', 'y')", "scale: "),
        ("scale(up, nonsense=1)", "scale: "),
        ("summarize(up, 'soon')", "no span of time"),
        ("aggregate(up, 'magic')", "no way 'magic'"),
        ("divideSeries(up, shop.*.*)", "by one series, not by 3"),
        ("movingAverage(up, 0)", "at least one point"),
        ("grep(up, '(')", "is no pattern"),
        ("grep(up, '(a+)+$')", "neither repetitions"),
        ("up" + "|invert()" * 60, "deep"),
        ("alias(up, '" + "x" * 20_000 + "')", "at most 20,000 characters"),
        ("add(up, " + "9" * 5_000 + ")", "at most 300 digits"),
        ("asPercent(up, shop.*.*)", "one series as the whole, or as many as there are, not 3"),
        ("asPercent(up, 5, 1)", "the whole is series"),
        ("areaBetween(shop.*.*)", "between two series, not 3"),
        ("verticalLine('-2d')", "not in the time that is drawn"),
        ("filterSeries(up, 'max', '~', 1)", "one compares with"),
        ("sumSeriesLists(shop.*.*, up)", "takes pairs, not 3"),
        ("seriesByTag('host=')", "at least one tag has to be there"),
        ("seriesByTag('host')", "one asks tag=value"),
        ("time('t', 0)", "too fine"),
        ("timeStack(up, '1min', 0, 1000)", "at most 100 times"),
        ("holtWintersForecast(up, '5min', '1min')", "at least two points"),
        ("f(" * 80 + "a" + ")" * 80, "deep"),
    ],
)
def test_what_cannot_be_drawn_is_said(graphite: Graphite, target: str, says: str) -> None:
    with pytest.raises(WrongTarget, match=says.replace("(", r"\(").replace("|", r"\|")):
        graphite.series([target])


def test_a_forecast_learns_what_comes_again_and_sees_what_does_not() -> None:
    """A day of four points, three days long: what comes as always is expected, and lies in narrow bands; a jump lies outside."""
    day: Points = [1.0, 5.0, 9.0, 5.0]
    expected, wrong = forecast(day * 100, 4)
    assert [pytest.approx(value, abs=0.1) for value in expected[-4:]] == day
    assert max(wrong[-4:]) < 0.1
    jumped, _ = forecast(day * 100 + [50.0], 4)
    assert jumped[-1] == pytest.approx(1.0, abs=0.1)


def test_what_lies_outside_of_its_bands_is_seen(tmp_path: File) -> None:
    """A wave of ten minutes, and one point far above it."""
    with Store(tmp_path, "60s:1d") as store:
        for n in range(600):
            store.put({"wave": (100.0 if n == 595 else 10.0) + 5 * (n % 10)}, NOON + 60 * n)
        graphite = Graphite(store, lambda: NOON + 60 * 599)
        [found] = graphite.series(["holtWintersAberration(wave,3,'9h','10min')"], "-10min")
        above = [n for n, value in enumerate(found.values) if value is not None and value > 0]
        assert (above, max(found.known()) > 50) == ([5], True)  # then it is expected to stay there, and does not
        lower, upper = graphite.series(["holtWintersConfidenceArea(wave,3,'9h','10min')"], "-10min")
        drawn = graphite.series(["wave"], "-10min")[0]
        inside = [
            low <= value <= high for low, value, high in zip(lower.known(), drawn.known(), upper.known(), strict=True)
        ]
        assert inside[:6] == [True] * 5 + [False]
        assert (lower.look, upper.look) == ({"stacked": 1, "invisible": 1}, {"stacked": 1})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["n.a", "n.b", "n.c", "n.d"]), st.integers(-1000, 1000), min_size=1),
        max_size=40,
    ),
    st.integers(1, 40),
)
def test_a_sum_is_that_of_its_series(
    tmp_path_factory: pytest.TempPathFactory, came: list[dict[str, float]], back: int
) -> None:
    """It is made in another way than other functions are: it comes out the same, wherever series begin, pause or end."""
    with Store(tmp_path_factory.mktemp("sums"), "60s:10m,120s:2h") as store:
        for n, points in enumerate(came):
            store.put(points, NOON + 60 * n)
        graphite = Graphite(store, lambda: NOON + 60 * len(came))
        since = f"-{back}min"
        assert graphite.series(["sumSeries(n.*)"], since) == graphite.series(["sumSeries(group(n.*))"], since)


def test_what_is_stacked_stands_upon_what_was_before(graphite: Graphite) -> None:
    """In one request, by pile."""
    found = graphite.series(["stacked(shop.b.hits)", "stacked(shop.a.hits)", "stacked(gap,'other')"], "-6min")
    assert [each.values for each in found] == [[5.0] * 6, [15, 25, 35, 45, 55, 65], [1, 2, None, 4, 5, 6]]


def test_marks_are_counted_by_the_second(graphite: Graphite) -> None:
    """With all of the tags."""
    marks = graphite._store.marks
    for ago, tags in ((10, ["deploy"]), (10, ["deploy", "web"]), (5, ["note"])):
        marks.add("it", tags, when=NOON + 360 - ago)
    for target, name, expected in (
        ("events('*')", 'events("*")', {10: 2, 5: 1}),
        ("events('deploy','web')", 'events("deploy", "web")', {10: 1}),
        ("drawAsInfinite(events('note'))", 'drawAsInfinite(events("note"))', {5: 1}),
    ):
        [found] = graphite.series([target], "-20s")
        assert found.name == name
        assert {20 - n: value for n, value in enumerate(found.values) if value} == expected
    assert len(graphite.series(["events('*')"], "-30d")[0].values) <= 100_000


@given(st.text(alphabet="abz019.*{}[]()|,='\" ;-", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It is read, or refused in words."""
    with suppress(WrongTarget):
        assert isinstance(read_target(text), Path | Call)


def test_a_series_with_tags_is_one_name() -> None:
    assert read_target("sumSeries(web.hits;host=a;zone=x, b)") == Call(
        "sumSeries", (Path("web.hits;host=a;zone=x"), Path("b"))
    )


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("now", NOON),
        ("-1h", NOON - 3600),
        ("now-1d", NOON - 86_400),
        ("+10min", NOON + 600),
        ("1360324700", NOON - 100),
        ("20130208", NOON - 12 * 3600),
        ("11:30_20130208", NOON - 1800),
        ("11:30", NOON - 1800),
        ("20130208-1h", NOON - 13 * 3600),
        ("00:30 20130208", NOON - 11 * 3600 - 1800),
        ("midnight", NOON - 12 * 3600),
        ("noon_yesterday", NOON - 86_400),
        ("teatime-1h", NOON + 3 * 3600),
        ("today", NOON - 12 * 3600),
        ("6pm_tomorrow", NOON + 30 * 3600),
        ("12am", NOON - 12 * 3600),
        ("12pm", NOON),
        ("8:30am", NOON - 3 * 3600 - 1800),
        ("02/07/13", NOON - 36 * 3600),
        ("noon 12/31/1999", 946_641_600),
        ("monday", NOON - 4 * 86_400 - 12 * 3600),
        ("noon_friday", NOON),
        ("january 31", NOON - 8 * 86_400 - 12 * 3600),
    ],
)
def test_moments_are_said_as_graphite_has_them(text: str, second: int) -> None:
    assert moment(text, NOON) == second


def test_moments_are_those_of_where_one_lives() -> None:
    assert moment("midnight", NOON, ZoneInfo("Asia/Kolkata")) == NOON - 17 * 3600 - 1800


@pytest.mark.parametrize("text", ["soon", "99:99", "20130231", "-1x", "13pm", "february 30", "midnight-soon"])
def test_what_is_no_moment_is_said(text: str) -> None:
    with pytest.raises(WrongTarget, match=r"is no (moment|span|day)"):
        moment(text, NOON)


def test_every_function_says_what_it_does() -> None:
    """In ``/functions``, of which Grafana makes its menus; those made in a loop are said by their names."""
    assert len(FUNCTIONS) > 70
    assert sum(bool(each.run.__doc__) for each in FUNCTIONS.values()) > 40


def test_every_function_stands_in_the_docs() -> None:
    """And what is written there is there."""
    page = (File(__file__).parents[2] / "docs" / "graphite.md").read_text("utf-8")
    said = page.partition("## Functions")[2].partition("They may be piped")[0]
    assert sorted(said.split("`")[1::2]) == sorted(FUNCTIONS)
