"""Spans as a collector gets them."""

import sys
from collections.abc import Iterator

import pytest

from opensky.kernel import spans
from opensky.kernel.errors import Misconfigured
from opensky.logs.telemetry import Telemetry
from opensky.settings import Settings
from opensky.testing.collector import Collector, collecting
from opensky.wiring.traces import trace, watch_spans

TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{ABOVE}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting("probe") as made:
        yield made


def closed() -> None:
    """Have what was begun sent."""
    assert spans.tracer is not None
    spans.tracer.close()


def test_a_span_stands_below_that_of_who_asked(collector: Collector) -> None:
    """Whether it is open in this thread, or was told in a header."""
    assert spans.tracer is not None
    outer = spans.tracer.begin("GET /", "server", {"http.route": "/"}, PARENT)
    inner = spans.tracer.begin("send mail", "producer", {}, "00-" + "1" * 32 + "-" + "2" * 16 + "-01")
    here = spans.tracer.here()
    spans.tracer.end(inner, {})
    spans.tracer.end(outer, {"status": 200})
    closed()

    by_name = {each.name: each for each in collector.spans}
    get, send = by_name["GET /"], by_name["send mail"]
    assert (get.trace, get.parent, get.service, get.facts) == (
        TRACE,
        ABOVE,
        "opensky-probe",
        {"http.route": "/", "status": 200},
    )
    assert (send.trace, send.parent) == (TRACE, get.id)
    assert here == f"00-{TRACE}-{send.id}-01"


@pytest.mark.parametrize("given", ["", "nonsense", "00-0-0-00", PARENT.replace("00-", "ff-", 1)])
def test_a_header_that_is_none_begins_a_trace(collector: Collector, given: str) -> None:
    """Whoever asks may be a stranger."""
    assert spans.tracer is not None
    spans.tracer.end(spans.tracer.begin("GET /", "server", {}, given), {})
    closed()
    [span] = collector.spans
    assert span.parent == ""
    assert span.trace != TRACE


def test_what_was_timed_is_a_span_of_what_is_open(collector: Collector) -> None:
    """A statement at the start of a program is part of nothing, and nobody's span."""
    watch = watch_spans()
    assert watch is not None
    watch("sql.select", 2.0, "SELECT 1")
    assert spans.tracer is not None
    open_ = spans.tracer.begin("process mail", "consumer", {})
    watch("sql.select", 2.0, "SELECT name FROM people WHERE id = ?")
    watch("third.fraud", 400.0, failed=True)
    spans.tracer.end(open_, {})
    closed()

    [sql], [third] = collector.named("sql"), collector.named("third")
    assert (sql.name, sql.facts) == ("sql select", {"db.query.text": "SELECT name FROM people WHERE id = ?"})
    assert (third.name, third.facts) == ("third fraud", {"error.type": "failed"})
    assert {sql.parent, third.parent} == {collector.named("process")[0].id}


def test_an_error_is_told_masked(collector: Collector) -> None:
    """A collector is another place to which nobody's address belongs."""
    assert spans.tracer is not None
    spans.tracer.end(spans.tracer.begin("x", "internal", {}), {}, ValueError("no ada@mail.example here"))
    closed()
    assert [each.error for each in collector.spans] == ["ValueError: no ⟦masked⟧ here"]


def test_what_is_left_out_of_the_sample_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own variables hold; what hangs below is left out with it."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with collecting() as collector:
        assert spans.tracer is not None
        span = spans.tracer.begin("GET /", "server", {})
        spans.tracer.watch("sql.select", 1.0)
        assert int(spans.tracer.here()[-2:], 16) % 2 == 0  # the flag that says that it is in the sample
        spans.tracer.end(span, {})
        closed()
    assert collector.spans == []


def test_without_a_collector_nothing_is_loaded_or_told(settings: Settings) -> None:
    """The usual shop."""
    trace(settings, "web")
    assert spans.tracer is None
    assert watch_spans() is None


def test_a_shop_without_the_extra_says_so(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """At its start, and not in the first request."""
    monkeypatch.setitem(sys.modules, "opensky.logs.telemetry", None)
    asked = Settings(data=settings.data, secret_key=settings.secret_key, traces_url="http://127.0.0.1:4318")
    with pytest.raises(Misconfigured, match="extra 'opentelemetry'"):
        trace(asked, "web")


@pytest.mark.parametrize(
    "given", ["http://127.0.0.1:4318", "http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"]
)
def test_an_address_may_name_the_path_or_not(given: str) -> None:
    """People copy either."""
    assert Telemetry(given, "x")._url == "http://127.0.0.1:4318/v1/traces"
