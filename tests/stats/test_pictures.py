"""Pictures of series: what is drawn where, in vectors, and the same in points."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from opensky.stats.graphite import Graphite
from opensky.stats.pictures import Look, draw, ticks
from opensky.stats.pictures.look import colour_of
from opensky.stats.series import Series
from opensky.stats.store import Store
from opensky.stats.targets import WrongTarget

NOON = 1_360_324_800
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def graphite(tmp_path: Path) -> Iterator[Graphite]:
    with Store(tmp_path, "60s:1d") as store:
        for n in range(61):
            points = {"up": float(n), "wave": 5.0 + n % 10}
            if not 20 < n < 30:
                points["gap"] = 10.0
            store.put(points, NOON + 60 * n)
        store.marks.add("deploy", ["deploy"], when=NOON + 1800)
        yield Graphite(store, lambda: NOON + 3600)


def drawn(graphite: Graphite, target: str | list[str], **look: str) -> ET.Element:
    """Return a picture of an hour."""
    targets = [target] if isinstance(target, str) else target
    asked = {"target": targets, "from": ["-1h"], "format": ["svg"]}
    found = graphite.answer("/render", asked | {name: [value] for name, value in look.items()})
    assert found is not None
    assert found[0] == "image/svg+xml"
    return ET.fromstring(found[1])  # noqa: S314 - ours


def lines(picture: ET.Element, colour: str) -> list[list[tuple[float, float]]]:
    """Return the lines of a colour, each as its points."""
    found = [each.attrib["points"] for each in picture.iter(f"{SVG}polyline") if each.attrib["stroke"] == colour]
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in each.split())] for each in found]


def words(picture: ET.Element) -> list[str]:
    """Return what is written."""
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_a_line_goes_from_the_first_point_to_the_last(graphite: Graphite) -> None:
    """From below on the left to above on the right, over round numbers and moments, with its name below."""
    picture = drawn(graphite, "color(up,'#ff8800')", width="600", height="300", title="Up & away")
    [line] = lines(picture, "#ff8800")
    assert line[0][0] < line[-1][0] <= 590
    assert line[0][1] > line[-1][1] >= 10
    assert all(one[1] > other[1] for one, other in pairwise(line))
    said = words(picture)
    assert {"Up & away", "up", "0", "20", "40", "60", "12:00", "12:30"} <= set(said)
    assert picture.find(f"{SVG}title") is not None


def test_gaps_are_left_open_bridged_or_drawn_as_nothing(graphite: Graphite) -> None:
    for look, parts in (({}, 2), ({"lineMode": "connected"}, 1), ({"drawNullAsZero": "true"}, 1)):
        assert len(lines(drawn(graphite, "color(gap,'#ff8800')", **look), "#ff8800")) == parts


def test_a_staircase_has_steps(graphite: Graphite) -> None:
    [line] = lines(drawn(graphite, "color(wave,'#ff8800')", lineMode="staircase"), "#ff8800")
    assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(line))


def test_areas_stand_upon_each_other(graphite: Graphite) -> None:
    """Asked for by the target or by the picture, they come out the same."""
    for target, look in ((["stacked(up)", "stacked(wave)"], {}), (["up", "wave"], {"areaMode": "stacked"})):
        picture = drawn(graphite, target, hideLegend="true", **look)
        assert len(list(picture.iter(f"{SVG}polygon"))) == 2
        [top], [bottom] = lines(picture, "#f59632"), lines(picture, "#5c8aff")
        assert all(upper[1] < lower[1] for upper, lower in zip(top, bottom, strict=True))
        assert "0" in words(picture)


def test_marks_are_lines_from_bottom_to_top(graphite: Graphite) -> None:
    picture = drawn(graphite, ["up", "color(drawAsInfinite(events('deploy')),'#ff8800')"], width="600")
    [[low, high]] = lines(picture, "#ff8800")
    assert low[0] == high[0] == pytest.approx(318, abs=15)
    assert abs(low[1] - high[1]) > 100


def test_an_axis_of_its_own_stands_on_the_right(graphite: Graphite) -> None:
    picture = drawn(graphite, ["wave", "secondYAxis(scale(up,100000000))"], yUnitSystem="binary", vtitleRight="bytes")
    said = words(picture)
    assert {"0", "bytes", "2Gi", "4Gi"} <= set(said)


def test_what_is_not_wanted_is_left_out(graphite: Graphite) -> None:
    bare = drawn(graphite, "up", graphOnly="true", title="no")
    assert words(bare) == []
    assert "up" not in words(drawn(graphite, "up", hideLegend="true"))
    assert [word for word in words(drawn(graphite, "up", hideAxes="1")) if ":" in word] == []
    many = drawn(graphite, [f"alias(up,'n{n}')" for n in range(40)], hideLegend="false", width="300")
    assert words(many)[-1].endswith("more")
    assert words(drawn(graphite, [f"alias(up,'n{n}')" for n in range(11)]))[-1] != "n10"
    assert words(drawn(graphite, "nobody")) == ["No data"]


def test_names_cannot_draw(graphite: Graphite) -> None:
    """What a name says is text, whatever it looks like."""
    picture = drawn(graphite, "alias(up,'<script>alert(1)</script>&')", title="</title><script>", width="800")
    assert not list(picture.iter(f"{SVG}script"))
    assert "<script>alert(1)</script>&" in words(picture)


def test_the_same_comes_out_in_points(graphite: Graphite) -> None:
    """The line is where the vectors have it, in its colour, on the ground that was asked for."""
    asked = {"target": ["color(threshold(30),'#ff0000')", "up"], "from": ["-1h"], "bgcolor": ["#102030"]}
    size = {"width": ["400"], "height": ["220"], "lineWidth": ["3"], "vtitle": ["upright"], "title": ["Ä title"]}
    found = graphite.answer("/render", asked | size | {"format": ["png"]})
    assert found is not None
    assert found[0] == "image/png"
    with Image.open(BytesIO(found[1])) as picture:
        assert (picture.size, picture.format) == ((400, 220), "PNG")
        assert picture.getpixel((2, 2)) == (0x10, 0x20, 0x30)
        [line] = lines(drawn(graphite, asked["target"], **{k: v[0] for k, v in size.items()}), "#ff0000")
        pixel = picture.getpixel((200, round(line[0][1])))
        assert isinstance(pixel, tuple)
        assert (pixel[0] > 180, pixel[2] < 60) == (True, True)


@pytest.mark.parametrize(
    ("look", "says"),
    [
        ({"width": "10"}, "width is a number from 50 to 4000, not 10"),
        ({"height": "many"}, "height is a number, not 'many'"),
        ({"lineMode": "wild"}, "lineMode is one of slope, staircase, connected"),
        ({"bgcolor": "dark"}, "no colour"),
        ({"tz": "Nowhere/At_all"}, "no time zone"),
        ({"tz": "../../etc/passwd"}, "no time zone"),
        ({"yMin": "9", "yMax": "3"}, "yMin is below yMax"),
        ({"yMax": "nan"}, "yMax is a number"),
    ],
)
def test_what_cannot_be_drawn_is_said(graphite: Graphite, look: dict[str, str], says: str) -> None:
    with pytest.raises(WrongTarget, match=says):
        drawn(graphite, "up", **look)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.none() | st.floats(width=32), max_size=12), max_size=4),
    st.sampled_from(["slope", "staircase", "connected"]),
    st.sampled_from(["none", "first", "all", "stacked"]),
    st.sampled_from([{}, {"stacked": 1.0}, {"infinite": 1.0}, {"second": 1.0, "dashed": 3.0}]),
    st.sampled_from(["svg", "png"]),
)
def test_whatever_the_points_are_a_picture_comes_out(
    points: list[list[float | None]], line: str, area: str, look: dict[str, str | float], form: str
) -> None:
    """Without points, with numbers that are none, with the largest there are."""
    several = [Series(f"s{n}", NOON, 60, values, look=look) for n, values in enumerate(points)]
    asked = {"lineMode": [line], "areaMode": [area], "width": ["60"], "height": ["60"]}
    with suppress(WrongTarget):
        assert len(draw(form, several, Look.read(asked), NOON, NOON + 600)) > 50


@pytest.mark.parametrize(
    ("low", "high", "many", "units", "expected"),
    [
        (0, 60, 6, "si", ["0", "10", "20", "30", "40", "50", "60"]),
        (-3, 3, 4, "si", ["-4", "-2", "0", "2", "4"]),
        (0.11, 0.19, 4, "si", ["0.1", "0.12", "0.14", "0.16", "0.18", "0.2"]),
        (0, 9_000, 5, "si", ["0", "2K", "4K", "6K", "8K", "10K"]),
        (0, 3 * 2**30, 3, "binary", ["0", "1Gi", "2Gi", "3Gi"]),
        (5, 5, 4, "none", ["4.5", "4.75", "5", "5.25", "5.5"]),
    ],
)
def test_axes_have_round_numbers(low: float, high: float, many: int, units: str, expected: list[str]) -> None:
    found = ticks.levels(low, high, many, units)
    assert [ticks.said(value, found[1] - found[0], units) for value in found] == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (60, ["12:00:00", "12:00:15", "12:00:30", "12:00:45", "12:01:00"]),
        (4 * 3600, ["12:00", "13:00", "14:00", "15:00", "16:00"]),
        (3 * 86_400, ["09 Feb", "10 Feb", "11 Feb"]),
    ],
)
def test_axes_have_round_moments(span: int, expected: list[str]) -> None:
    zone = ZoneInfo("UTC")
    seconds, step = ticks.moments(NOON, NOON + span, zone, 4)
    assert [ticks.moment_said(second, step, span, zone) for second in seconds] == expected


def test_moments_are_round_where_one_lives() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    seconds, step = ticks.moments(NOON, NOON + 7200, zone, 2)
    assert [ticks.moment_said(second, step, 7200, zone) for second in seconds] == ["18:00", "19:00"]


def test_colours_have_names_and_numbers() -> None:
    assert colour_of("%23ff880080") == (255, 136, 0, 128 / 255)
    assert colour_of("Black") == (0, 0, 0, 1.0)


def test_a_moment_is_written_of_characters_that_there_are() -> None:
    with pytest.raises(WrongTarget, match="xFormat"):
        ticks.moment_said(NOON, 60, 600, ZoneInfo("UTC"), "\ud800%H")


@pytest.mark.parametrize("length", ["0.000000001", "-3"])
def test_dashes_are_as_long_as_can_be_seen(graphite: Graphite, length: str) -> None:
    """Shorter ones would be drawn for hours."""
    asked = {"target": [f"dashed(up,{length})"], "from": ["-1h"], "format": ["png"]}
    assert graphite.answer("/render", asked) is not None
