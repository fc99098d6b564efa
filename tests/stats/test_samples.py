"""Lines of statsd's protocol, as its own documentation has them, and as nobody should send them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.stats.samples import TIMER, BadLine, Sample, read, read_times, sanitized


def of(text: str) -> list[Sample | BadLine]:
    return list(read(text.encode()))


@pytest.mark.parametrize(
    ("line", "sample"),
    [
        ("gorets:1|c", Sample("gorets", "c", 1)),
        ("gorets:1|c|@0.1", Sample("gorets", "c", 1, 0.1)),
        ("glork:320|ms|@0.1", Sample("glork", "ms", 320, 0.1)),
        ("gaugor:333|g", Sample("gaugor", "g", 333)),
        ("gaugor:-10|g", Sample("gaugor", "g", -10, step=True)),
        ("gaugor:+4|g", Sample("gaugor", "g", 4, step=True)),
        ("uniques:765|s", Sample("uniques", "s", "765")),
        ("down:-3|c", Sample("down", "c", -3)),
        ("x:1.5e3|ms", Sample("x", "ms", 1500)),
        ("latency:12|h", Sample("latency", "ms", 12)),
        ("a b/c$d:1|c", Sample("a_b-cd", "c", 1)),
        ("web.ms:7|ms|#route:/products,method:GET", Sample("web.ms;method=GET;route=-products", "ms", 7)),
        ("web.ms:7|ms|@0.5|#zone:a", Sample("web.ms;zone=a", "ms", 7, 0.5)),
    ],
)
def test_a_line_is_one_value(line: str, sample: Sample) -> None:
    assert of(line) == [sample]


def test_a_name_may_have_several_values_and_a_datagram_several_lines() -> None:
    """The second line of each is no worse for what stands before it."""
    assert of("k:1|c:2|c:3|ms\ng:7|g\n") == [
        Sample("k", "c", 1),
        Sample("k", "c", 2),
        Sample("k", "ms", 3),
        Sample("g", "g", 7),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "foo",
        "foo:",
        "foo:1",
        "foo:|c",
        ":1|c",
        "$$:1|c",
        "foo:one|c",
        "foo:1|zz",
        "foo:1|",
        "foo:-1|ms",
        "foo:1|c|@0",
        "foo:1|c|@2",
        "foo:1|c|0.5",
        "foo:1|c|@-0.5",
        "foo:nan|g",
        "foo:inf|c",
        "foo:1e999|c",
        "foo:0x10|c",
        "foo:1_000|c",
    ],
)
def test_a_line_that_says_nothing_is_bad_and_no_counter(line: str) -> None:
    """Etsy's statsd takes some of these, and counts infinitely often what came with a rate of 0."""
    assert [type(each) for each in of(line)] == [BadLine]


def test_what_is_bad_does_not_spoil_what_stands_beside_it() -> None:
    assert of("a:1|c:x|c:2|c\nnothing\nb:3|c") == [
        Sample("a", "c", 1),
        BadLine(b"a:1|c:x|c:2|c"),
        Sample("a", "c", 2),
        BadLine(b"nothing"),
        Sample("b", "c", 3),
    ]


@given(st.binary(max_size=200))
def test_no_datagram_breaks_the_reader(datagram: bytes) -> None:
    """Whatever it is, each value is finite, and each name one that Graphite can keep."""
    for each in read(datagram):
        if isinstance(each, Sample):
            assert isinstance(each.value, str) or math.isfinite(each.value)
            assert 0 < each.rate <= 1
            assert each.name
            assert set(each.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.;=")


def test_a_sanitized_name_stays_as_it_is() -> None:
    name = sanitized("order  total / by country (€)")
    assert name == sanitized(name) == "order_total_-_by_country_"


@given(
    st.lists(st.floats(0, 1e9).map(lambda value: f"{value:.6g}"), min_size=1, max_size=30),
    st.sampled_from(["", "|@0.5", "|@0.125", "|@2", "|@0", "|@x"]),
    st.sampled_from(["web.ms", "a b/c", " x ", "", "x;a=b"]),
)
def test_many_times_are_read_as_each_of_them_would_be(values: list[str], rate: str, name: str) -> None:
    """At once where that is quicker; what is not understood at once is left to the other reader."""
    line = (name + "".join(f":{value}|ms{rate}" for value in values)).encode()
    one_by_one = list(read(line))
    many = read_times(line)
    if many is not None:
        assert [Sample(many.name, TIMER, value, many.rate) for value in many.values] == one_by_one
    else:
        assert any(isinstance(each, BadLine) for each in one_by_one)


@pytest.mark.parametrize(
    "line",
    [
        b"x:1|c",
        b"x:1|ms:2|c",
        b"x:-1|ms",
        b"x:1|ms|@0.5:2|ms",
        b"x:1|ms|#a:b",
        b"x:1e999|ms",
        b"x:nan|ms",
        b"x:1_0|ms",
        b"x",
        b"",
        b"x:" + b"1" * 5000,
    ],
)
def test_what_is_not_just_times_is_left_to_the_other_reader(line: bytes) -> None:
    assert read_times(line) is None
