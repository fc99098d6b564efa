"""The same points in a real Graphite and in our store: each function comes out the same, name by name and point by point.

Where it does not, docs/stats.md says so, and why.
"""

import json
import math
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from opensky.cli.servers.graphite import RETENTION
from opensky.cli.servers.graphite import Graphite as RealGraphite
from opensky.stats.graphite import Graphite
from opensky.stats.moments import moment
from opensky.stats.store import Store

pytestmark = [pytest.mark.services, pytest.mark.slow]
MINUTES = 40
TAGGED = ("web.hits;host=a;zone=x", "web.hits;host=b;zone=x", "web.hits;host=c", "web.ms;host=b;zone=y")
Drawn = dict[str, list[list[float | None]]]

TARGETS = (
    "shop.a.hits",
    "shop.*.{hits,ms}",
    "sumSeries(shop.*.hits)",
    "sum(shop.*.*)",
    "averageSeries(shop.{a,b}.hits)",
    "maxSeries(shop.*.hits)",
    "minSeries(shop.*.hits)",
    "multiplySeries(shop.up,shop.gap)",
    "diffSeries(shop.*.*)",
    "stddevSeries(shop.*.*)",
    "rangeOfSeries(shop.*.hits)",
    "countSeries(shop.*.hits)",
    "aggregate(shop.*.hits,'median')",
    "aggregateWithWildcards(shop.*.*,'avg',2)",
    "sumSeriesWithWildcards(shop.*.*,1)",
    "averageSeriesWithWildcards(shop.*.*,1)",
    "groupByNode(shop.*.*,1,'sum')",
    "groupByNodes(shop.*.*,'max',0,2)",
    "group(shop.up,shop.gap)",
    "divideSeries(shop.a.hits,shop.b.hits)",
    "divideSeries(shop.up,shop.gap)",
    "asPercent(shop.a.hits,200)",
    "asPercent(shop.*.hits)",
    "asPercent(shop.b.hits,shop.a.hits)",
    "asPercent(shop.*.*,None,1)",
    "asPercent(shop.a.*,shop.*.hits)",
    "asPercent(shop.*.hits,shop.*.ms,1)",
    "nonNegativeDerivative(shop.up,None,1)",
    "perSecond(shop.up,5)",
    "transformNull(shop.gap,7,group(shop.up))",
    "timeShift(shop.a.hits,timeShift='10min')",
    "groupByNode(shop.*.*,nodeNum=1,callback='max')",
    "percentileOfSeries(shop.*.*,50)",
    "percentileOfSeries(shop.*.*,90,true)",
    "scale(shop.up,2)",
    "scaleToSeconds(shop.up,1)",
    "offset(shop.up,-1)",
    "absolute(shop.neg)",
    "invert(shop.b.hits)",
    "squareRoot(shop.neg)",
    "log(shop.a.hits,10)",
    "pow(shop.up,2)",
    "round(scale(shop.up,0.35),1)",
    "derivative(shop.gap)",
    "nonNegativeDerivative(shop.up)",
    "nonNegativeDerivative(shop.up,maxValue=9)",
    "perSecond(shop.gap)",
    "integral(shop.gap)",
    "keepLastValue(shop.gap)",
    "keepLastValue(shop.gap,0)",
    "transformNull(shop.gap,-1)",
    "isNonNull(shop.gap)",
    "minMax(shop.neg)",
    "removeAboveValue(shop.up,3)",
    "removeBelowValue(shop.up,3)",
    "nPercentile(shop.a.hits,95)",
    "summarize(shop.up,'2min')",
    "summarize(shop.up,'5min','avg')",
    "summarize(shop.gap,'10min','last')",
    "summarize(shop.up,'2min','max',true)",
    "hitcount(shop.b.hits,'10min')",
    "hitcount(shop.up,'6min')",
    "timeShift(shop.a.hits,'10min')",
    "movingAverage(shop.up,2)",
    "movingAverage(shop.up,'5min')",
    "movingMedian(shop.gap,5)",
    "movingSum(shop.up,2)",
    "movingMin(shop.up,2)",
    "movingMax(shop.up,'2min')",
    "movingWindow(shop.up,5,'max')",
    "highestMax(shop.*.*,2)",
    "highestAverage(shop.*.*,1)",
    "highestCurrent(shop.*.*,1)",
    "lowestAverage(shop.*.*,1)",
    "lowestCurrent(shop.*.*,1)",
    "highest(shop.*.*,1,'min')",
    "lowest(shop.*.*,2,'max')",
    "averageAbove(shop.*.*,4)",
    "averageBelow(shop.*.*,5)",
    "currentAbove(shop.*.*,5)",
    "currentBelow(shop.*.*,5)",
    "maximumAbove(shop.*.*,5)",
    "maximumBelow(shop.*.*,5)",
    "minimumAbove(shop.*.*,1)",
    "limit(shop.*.*,2)",
    "grep(shop.*.*,'b')",
    "exclude(shop.*.*,'b')",
    "mostDeviant(shop.*.*,1)",
    "averageOutsidePercentile(shop.*.*,30)",
    "sortByName(shop.*.*)",
    "sortByMaxima(shop.*.*)",
    "sortByMinima(shop.*.hits)",
    "sortByTotal(shop.*.*)",
    "alias(shop.up,'up')",
    "aliasByNode(shop.a.ms,1,2)",
    "aliasByNode(scale(shop.a.ms,1),-1)",
    "aliasByMetric(shop.a.ms)",
    r"aliasSub(shop.a.ms,'^shop\.(.)','\1!')",
    "substr(shop.a.ms,1)",
    "substr(scale(shop.a.ms,2),1,2)",
    "consolidateBy(shop.up,'max')",
    "constantLine(7.5)",
    "threshold(7,'too many')",
    "shop.up|scale(0.5)|alias('half')",
    "sumSeries(scale(shop.up,2),shop.neg)",
    "averageSeries(groupByNode(shop.*.*,1,'sum'))",
    "holtWintersForecast(shop.up,'15min','10min')",
    "holtWintersForecast(shop.gap,'15min','10min')",
    "holtWintersConfidenceBands(shop.up,2,'15min','7min')",
    "holtWintersAberration(shop.a.ms,1,'15min','8min')",
    "holtWintersAberration(shop.gap,1,'15min','8min')",
    "linearRegression(shop.up)",
    "interpolate(shop.gap)",
    "interpolate(shop.gap,0)",
    "delay(shop.up,3)",
    "delay(shop.up,-2)",
    "add(shop.neg,7)",
    "exp(shop.neg)",
    "logit(scale(shop.a.ms,0.3))",
    "sigmoid(shop.neg)",
    "offsetToZero(shop.neg)",
    "changed(shop.gap)",
    "changed(shop.b.hits)",
    "stdev(shop.up,4)",
    "stdev(shop.gap,3)",
    "removeAbovePercentile(shop.up,60)",
    "removeBelowPercentile(shop.up,60)",
    "removeBetweenPercentile(shop.*.*,30)",
    "timeStack(shop.up,'5min',0,3)",
    "smartSummarize(shop.up,'4min')",
    "smartSummarize(shop.up,'6min','max')",
    "unique(shop.*.*,shop.a.*)",
    "sortBy(shop.*.*,'max')",
    "sortBy(shop.*.*,'sum',true)",
    "filterSeries(shop.*.*,'max','>',4)",
    "filterSeries(shop.*.*,'min','=',5)",
    "fallbackSeries(nobody.*,shop.up)",
    "fallbackSeries(shop.neg,shop.up)",
    "aggregateLine(shop.up,'max')",
    "aggregateLine(shop.up,'avg',true)",
    "legendValue(shop.up,'max','last')",
    "cumulative(shop.up)",
    "multiplySeriesWithWildcards(shop.*.hits,1)",
    "sumSeriesLists(shop.{a,b}.hits,shop.{a,b}.hits)",
    "diffSeriesLists(shop.{a,b}.hits,shop.{b,a}.hits)",
    "divideSeriesLists(shop.{a,b}.hits,shop.{b,a}.hits)",
    "aggregateSeriesLists(shop.{a,b}.hits,shop.{b,a}.hits,'max')",
    "powSeries(shop.a.ms,shop.up)",
    "weightedAverage(shop.*.hits,shop.*.hits,1)",
    "applyByNode(shop.*.hits,1,'sumSeries(%.*)')",
    "applyByNode(shop.*.hits,1,'sumSeries(%.*)','all of %')",
    "useSeriesAbove(shop.*.hits,100,'hits','ms')",
    "color(shop.up,'red')",
    "lineWidth(shop.up,3)",
    "alpha(shop.up,0.5)",
    "dashed(shop.up)",
    "dashed(shop.up,2.5)",
    "secondYAxis(shop.up)",
    "drawAsInfinite(shop.gap)",
    "stacked(shop.*.hits)",
    "stacked(shop.*.hits,'pile')",
    "identity('clock')",
    "time('clock',120)",
    "setXFilesFactor(shop.up,0.5)",
    "events('deploy')",
    "events('deploy','web')",
    "events('*')",
    "seriesByTag('name=web.hits')",
    "seriesByTag('name=web.hits','host=~a|b')",
    "seriesByTag('name=~web','host!=a')",
    "seriesByTag('name=~web','zone=')",
    "sumSeries(seriesByTag('name=web.hits','zone=x'))",
    "aliasByTags(seriesByTag('name=web.hits'),'host','name')",
    "groupByTags(seriesByTag('name=~web','zone=~.'),'sum','zone')",
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Graphite, int]]:
    """A Graphite and a store with the same points, of the last forty minutes, and when the last was."""
    if missing := RealGraphite.missing():
        pytest.skip(f"needs Graphite ({missing} is not installed)")
    folder = tmp_path_factory.mktemp("graphite")
    now = int(time.time()) // 60 * 60
    real = RealGraphite(folder / "real")
    try:
        real.prepare()
        real.start()
        real.wait()
        with (
            httpx.Client(base_url=real.url, trust_env=False, timeout=60) as client,
            Store(folder / "ours", RETENTION) as store,
        ):
            lines = []
            for second, points in written(now):
                store.put(points, second)
                lines += [f"{name} {value} {second}\n" for name, value in points.items()]
            with socket.create_connection(("127.0.0.1", real.line)) as carbon:
                carbon.sendall("".join(lines).encode())
            wait_for(client, now)
            for number, (tags, ago) in enumerate(((["deploy"], 300), (["deploy", "web"], 120), (["note"], 120))):
                store.marks.add(f"mark {number}", tags, when=now - ago)
                event = {"what": f"mark {number}", "tags": tags, "when": now - ago}
                assert client.post("/events/", json=event).status_code == 200
            for name in TAGGED:
                assert client.post("/tags/tagSeries", data={"path": name}).status_code == 200
            yield client, Graphite(store, lambda: now + 30), now
    finally:
        real.stop()


def written(now: int) -> Iterator[tuple[int, dict[str, float]]]:
    """Yield the points of each minute."""
    for n in range(MINUTES + 1):
        points = {
            "shop.a.hits": 10.0 * n,
            "shop.b.hits": 5.0,
            "shop.a.ms": float((n * 3) % 4),
            "shop.up": float((0, 1, 3, 6, 2, 4, 5)[n % 7]),
            "shop.neg": -2.0 * n,
        }
        points |= {name: float(n * place) for place, name in enumerate(TAGGED)}
        if n % 5 != 3:
            points["shop.gap"] = float(n)
        yield now - 60 * (MINUTES - n), points


def wait_for(client: httpx.Client, now: int) -> None:
    """Wait until carbon has taken in all; what it keeps in memory is asked for, too."""
    until = time.monotonic() + 60
    asked: dict[str, str | int] = {
        "target": "countSeries(shop.*.*,shop.{up,neg,gap})",
        "from": now - 90,
        "until": now,
        "format": "json",
    }
    while not (found := client.get("/render", params=asked).json()) or found[0]["datapoints"][-1][0] != 6:
        assert time.monotonic() < until, found
        time.sleep(0.2)


def drawn(answer: bytes) -> Drawn:
    """Return what was drawn: by name, points and their seconds."""
    return {each["target"]: each["datapoints"] for each in json.loads(answer)}


@pytest.mark.parametrize("target", TARGETS)
def test_a_function_comes_out_as_in_graphite(both: tuple[httpx.Client, Graphite, int], target: str) -> None:
    client, graphite, now = both
    asked = {"target": target, "from": str(now - 20 * 60), "until": str(now), "format": "json"}
    theirs = client.get("/render", params=asked)
    assert theirs.status_code == 200, theirs.text[-500:]
    found = graphite.answer("/render", {key: [value] for key, value in asked.items()})
    assert found is not None
    ours, expected = drawn(found[1]), drawn(theirs.content)
    assert list(ours) == list(expected)
    for name, points in expected.items():
        assert [second for _, second in ours[name]] == [second for _, second in points]
        assert [_near(value) for value, _ in ours[name]] == [_near(value) for value, _ in points]


def test_names_are_found_as_in_graphite(both: tuple[httpx.Client, Graphite, int]) -> None:
    client, graphite, _ = both
    for query in ("sh*", "shop.*", "shop.a.*", "shop.{a,b}", "nobody.*"):
        found = graphite.answer("/metrics/find", {"query": [query]})
        assert found is not None
        ours = json.loads(found[1])
        theirs = client.get("/metrics/find", params={"query": query}).json()
        assert [(n["id"], n["leaf"]) for n in ours] == sorted((n["id"], n["leaf"]) for n in theirs)


@pytest.mark.parametrize(
    "text",
    ["midnight", "noon_yesterday", "today", "teatime-1h", "8:30am_yesterday", "6pm_yesterday", "11/22/24", "20250101",
     "00:30 20250203", "monday", "noon_friday", "january 1", "20250101-1h", "1760000000"],
)  # fmt: skip
def test_a_moment_is_the_same_as_in_graphite(both: tuple[httpx.Client, Graphite, int], text: str) -> None:
    client, _, _ = both
    theirs = client.get(
        "/render", params={"target": "constantLine(1)", "from": text, "until": "tomorrow+1d", "format": "json"}
    )
    assert moment(text, int(time.time())) == theirs.json()[0]["datapoints"][0][1], theirs.text


def test_marks_are_listed_as_in_graphite(both: tuple[httpx.Client, Graphite, int]) -> None:
    """But for the order of those of the same second."""
    client, graphite, now = both
    for asked in (
        {},
        {"tags": "deploy"},
        {"tags": "deploy web"},
        {"tags": "web note", "set": "union"},
        {"tags": "deploy web", "set": "intersection"},
        {"from": str(now - 200), "until": str(now)},
        {"until": str(now - 200), "tags": "deploy"},
    ):
        theirs = client.get("/events/get_data", params=asked).json()
        found = graphite.answer("/events/get_data", {key: [value] for key, value in asked.items()})
        assert found is not None
        ours = json.loads(found[1])
        assert sorted(ours, key=lambda e: str(e["what"])) == sorted(theirs, key=lambda e: str(e["what"]))
    one = graphite.answer("/events/2", {})
    assert one is not None
    theirs = client.get("/events/2/", headers={"Accept": "application/json"}).json()
    assert json.loads(one[1]) == theirs | {"when": now - 120}  # theirs is a text here


def _near(value: float | None) -> float | None:
    """Return a number to nine digits: sums may be added up in another order."""
    if value is None or value == 0 or not math.isfinite(value):
        return value
    return round(value, 8 - math.floor(math.log10(abs(value))))
