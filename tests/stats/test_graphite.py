"""Graphite's interfaces over HTTP: as Grafana and scripts ask them."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from opensky.stats.graphite import Graphite, GraphiteServer
from opensky.stats.store import Store

NOON = 1_360_324_800


@pytest.fixture
def graphite(tmp_path: Path) -> Iterator[httpx.Client]:
    with Store(tmp_path, "60s:1d") as store:
        for n in range(11):
            store.put({"shop.a.hits": float(n), "shop.b": 2.5, "shop.a.ms,x": 1.0}, NOON + 60 * n)
        store.put({"web.hits;host=a;zone=x": 1.0, "web.hits;host=b": 1.0}, NOON)
        server = GraphiteServer(("127.0.0.1", 0), Graphite(store, lambda: NOON + 600))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:  # machines are busy
            yield client
        server.shutdown()
        thread.join()
        server.server_close()


def test_points_come_as_json(graphite: httpx.Client) -> None:
    """By GET and, as Grafana asks, by POST."""
    asked = {"target": ["shop.a.hits", "alias(shop.b,'b')"], "from": "-3min", "format": "json"}
    expected = [
        {
            "target": "shop.a.hits",
            "tags": {"name": "shop.a.hits"},
            "datapoints": [[8, NOON + 480], [9, NOON + 540], [10, NOON + 600]],
        },
        {
            "target": "b",
            "tags": {"name": "shop.b"},
            "datapoints": [[2.5, NOON + 480], [2.5, NOON + 540], [2.5, NOON + 600]],
        },
    ]
    assert graphite.get("/render", params=asked).json() == expected
    assert graphite.post("/render", data=asked).json() == expected


def test_points_come_as_csv_and_raw(graphite: httpx.Client) -> None:
    asked = {"target": "shop.a.*", "from": "-2min", "until": "-1min"}
    csv = graphite.get("/render", params=asked | {"format": "csv"})
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.splitlines() == ["shop.a.hits,2013-02-08 12:09:00,9.0", '"shop.a.ms,x",2013-02-08 12:09:00,1.0']
    raw = graphite.get("/render", params=asked | {"format": "raw"}).text
    assert raw.splitlines()[0] == f"shop.a.hits,{NOON + 540},{NOON + 600},60|9.0"


def test_there_are_no_more_points_than_can_be_drawn(graphite: httpx.Client) -> None:
    """Averaged, or as the target says."""
    for target, values in (("shop.a.hits", [2, 5.5, 9]), ("consolidateBy(shop.a.hits,'max')", [3, 7, 10])):
        [found] = graphite.get("/render", params={"target": target, "from": "-10min", "maxDataPoints": 3}).json()
        assert [value for value, _ in found["datapoints"]] == values


def test_names_are_found_step_by_step(graphite: httpx.Client) -> None:
    """As the tree of a menu, as its completer, expanded, and all."""
    tree = graphite.get("/metrics/find", params={"query": "shop.*"}).json()
    assert [(n["text"], n["leaf"], n["expandable"], n["id"]) for n in tree] == [
        ("a", 0, 1, "shop.a"),
        ("b", 1, 0, "shop.b"),
    ]
    completer = graphite.get("/metrics/find", params={"query": "shop.*", "format": "completer"}).json()
    assert [(n["path"], n["is_leaf"]) for n in completer["metrics"]] == [("shop.a.", "0"), ("shop.b", "1")]
    assert graphite.get("/metrics/expand", params={"query": "shop.*"}).json() == {"results": ["shop.a", "shop.b"]}
    assert graphite.get("/metrics/expand", params={"query": "shop.*", "leavesOnly": "1"}).json() == {
        "results": ["shop.b"]
    }
    assert graphite.get("/metrics/index.json").json()[:3] == ["shop.a.hits", "shop.a.ms,x", "shop.b"]


def test_functions_describe_themselves(graphite: httpx.Client) -> None:
    """As Grafana makes its menus of them: what is a series is left out there, by its type."""
    found = graphite.get("/functions").json()
    series = {"name": "seriesList", "type": "seriesList", "required": True, "multiple": False}
    assert found["movingAverage"]["params"] == [
        series,
        {"name": "windowSize", "type": "intOrInterval", "required": True, "multiple": False},
    ]
    assert found["summarize"]["params"][2] == {
        "name": "func",
        "type": "aggFunc",
        "required": False,
        "multiple": False,
        "default": "sum",
    }
    assert found["sumSeries"]["group"] == "Combine"
    assert found["sumSeries"]["params"] == [series | {"name": "seriesLists", "type": "seriesLists", "multiple": True}]
    assert found["aliasByNode"]["function"] == "aliasByNode(seriesList, nodes)"
    assert graphite.get("/functions/aliasByNode").json() == found["aliasByNode"]
    assert graphite.get("/functions/nothing").status_code == 404
    grouped = graphite.get("/functions", params={"grouped": "1"}).json()
    assert grouped["Alias"]["aliasByNode"] == found["aliasByNode"]
    assert list(graphite.get("/functions", params={"group": "Sorting"}).json()) == ["Sorting"]


def test_what_is_wrong_is_said_and_harms_nothing(graphite: httpx.Client) -> None:
    for asked, says in (
        ({"target": "nothing(a)"}, "There is no function"),
        ({"target": "shop.b", "from": "soon"}, "no moment"),
        ({"target": "shop.b", "from": "-1h", "until": "-2h"}, "begins (-1h) when it has ended"),
        ({"target": "shop.b", "format": "gif"}, "not as 'gif'"),
        ({"target": "shop.b", "maxDataPoints": "many"}, "are numbers, not 'many'"),
        ({"target": "shop." + "{a,b}" * 30}, "more than 1000 names"),
        ({"target": "shop.b", "until": "9" * 20}, "before 1970 or after 2100"),
        ({"target": "hitcount(shop.b,'1s')", "from": "-99999d"}, "before 1970"),
    ):
        answer = graphite.get("/render", params=asked)
        assert (answer.status_code, says in answer.text) == (400, True), answer.text
    assert graphite.get("/nothing").status_code == 404
    assert graphite.post("/render", content=b"x" * 1_000_001).status_code == 413
    assert graphite.get("/render").json() == []


def test_marks_are_set_and_listed(graphite: httpx.Client) -> None:
    """As scripts of others do: tags as a list or as a text, now unless told otherwise."""
    deploy = {"what": "deploy 1a2b3c", "tags": ["deploy", "web"], "data": "by Ada", "when": NOON + 60}
    assert graphite.post("/events/", json=deploy).json() == {"id": 1} | deploy
    assert graphite.post("/events", content='{"what": "cold", "tags": "note office"}').status_code == 200
    note = {"id": 2, "what": "cold", "tags": ["note", "office"], "data": "", "when": NOON + 600}
    assert graphite.get("/events/get_data").json() == [{"id": 1} | deploy, note]
    assert graphite.get("/events/get_data", params={"tags": "deploy note", "set": "union"}).json() == [
        {"id": 1} | deploy,
        note,
    ]
    assert graphite.get("/events/get_data", params={"tags": "deploy", "until": "-9min"}).json() == [{"id": 1} | deploy]
    assert graphite.get("/events/get_data", params={"tags": "deploy note"}).json() == []
    assert graphite.get("/events/2/").json() == note
    assert graphite.get("/events/3").status_code == 404
    assert graphite.get("/events/none").status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "An event is such as"),
        (b"[]", "An event is such as"),
        (b'{"tags": ["deploy"]}', "what"),
        (b'{"what": ""}', "says what happened"),
        (b'{"what": "x", "tags": ["two words"]}', "one word"),
        (b'{"what": "x", "when": "soon"}', "soon"),
        (b'{"what": "x", "when": 1e300}', "after 2100"),
        (b'{"what": "x", "when": "nan"}', "before 1970 or after 2100"),
    ],
)
def test_what_is_no_mark_is_said(graphite: httpx.Client, body: bytes, says: str) -> None:
    answer = graphite.post("/events/", content=body)
    assert (answer.status_code, says in answer.text) == (400, True), answer.text
    assert graphite.get("/events/get_data").json() == []


def test_pages_of_others_set_no_marks(graphite: httpx.Client) -> None:
    """A browser on this machine may show them."""
    answer = graphite.post("/events/", content=b'{"what": "x"}', headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    own = str(graphite.base_url).rstrip("/")
    assert graphite.post("/events/", content=b'{"what": "x"}', headers={"Origin": own}).status_code == 200


def test_tags_complete_themselves(graphite: httpx.Client) -> None:
    """As Grafana asks while one types."""
    asked = {"expr": ["name=web.hits"], "tagPrefix": "h"}
    assert graphite.get("/tags").json() == [{"tag": "host"}, {"tag": "name"}, {"tag": "zone"}]
    assert graphite.get("/tags/autoComplete/tags", params=asked).json() == ["host"]
    assert graphite.get("/tags/autoComplete/values", params={"tag": "host"}).json() == ["a", "b"]
    assert graphite.get("/tags/autoComplete/values", params={"tag": "host", "valuePrefix": "b", "limit": 1}).json() == [
        "b"
    ]
    found = graphite.get("/tags/findSeries", params={"expr": ["zone=x", "name=web.hits"]}).json()
    assert found == ["web.hits;host=a;zone=x"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/render", {"target": ["constantLine(1e308)", "constantLine(-1e308)"], "format": "svg"}),
        ("/render", {"target": "shop.b", "format": "svg", "yMin": "-1e308", "yMax": "1e308"}),
        ("/render", {"target": "shop.b", "maxDataPoints": "9" * 5_000}),
        ("/render", {"target": "add(shop.b," + "9" * 5_000 + ")"}),
        ("/render", {"target": "shop.b" + "|invert()" * 400}),
        ("/render", {"target": "grep(*,'(a+)+$')"}),
        ("/render", {"target": "group(" + ",".join(["shop.b"] * 4_000) + ")"}),
        ("/render", {"target": "lineWidth(shop.b,'a')", "format": "svg"}),
        ("/render", {"target": "identity('x')", "from": "0", "until": "now"}),
        ("/render", {"target": ["time('x',1)"] * 50, "from": "-1d"}),
        ("/render", {"target": f"smartSummarize(group({','.join(['shop.b'] * 50)}),'1s')"}),
        ("/tags/findSeries", {"expr": "host=~(a+)+$"}),
        ("/events/get_data", {"tags": "a " * 3_000}),
    ],
)
def test_what_is_too_much_is_refused_with_a_sentence(graphite: httpx.Client, path: str, asked: dict[str, str]) -> None:
    found = graphite.post(path, data=asked)
    assert (found.status_code, found.text.count("\n")) == (400, 1), found.text[:300]


@pytest.mark.parametrize("text", ["{}" * 990, "{,}" * 9])
def test_braces_beside_each_other_are_read_however_many_there_are(graphite: httpx.Client, text: str) -> None:
    assert graphite.get("/render", params={"target": text}).json() == []
    assert graphite.get("/metrics/find", params={"query": text}).status_code == 200


def test_pages_of_other_sites_ask_nothing(graphite: httpx.Client) -> None:
    for site, status in (("cross-site", 403), ("same-origin", 200), ("none", 200)):
        found = graphite.get("/render", params={"target": "shop.b"}, headers={"Sec-Fetch-Site": site})
        assert found.status_code == status
        assert (
            graphite.post("/render", data={"target": "shop.b"}, headers={"Sec-Fetch-Site": site}).status_code == status
        )


def test_requests_that_are_none_are_answered(graphite: httpx.Client) -> None:
    for line, status in (("GET http://[/render", b"400"), ("POST /render", b"413")):
        with socket.create_connection((graphite.base_url.host, graphite.base_url.port or 0), timeout=10) as wire:
            wire.sendall(f"{line} HTTP/1.1\r\nHost: a\r\nContent-Length: {'9' * 5_000}\r\n\r\n".encode())
            assert wire.recv(100).split()[1] == status
