"""Large graphs: several series with axes and a legend, as SVG, and as what a script draws them from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from opensky.stats.series import Series
from opensky.tactical import drawing
from opensky.tactical.readings import Line, Mark

WIDTH, HEIGHT = 1200, 320
_LEFT, _BOTTOM, _TOP = 70, 30, 10
MOST_SERIES = 12
"""More lines in one picture nobody tells apart."""
MOST_POINTS = 600


@dataclass(frozen=True, slots=True)
class Drawn:
    """A graph that is ready: its picture, its lines for a legend and a table, and the numbers for a script."""

    title: str
    unit: str
    target: str
    picture: Markup
    legend: tuple[tuple[str, str, str, str], ...]
    """Of each series: name, newest, least and most."""
    left_out: int = 0


def drawn(
    title: str, target: str, unit: str, found: Sequence[Series], since: float, until: float, marks: Sequence[Mark]
) -> Drawn:
    """Return the graph of what a target gave, between two instants."""
    shown = [(each.name, _line(each)) for each in found[:MOST_SERIES]]
    legend = tuple(
        (
            name,
            drawing.short(line.last()),
            drawing.short(min(line.known(), default=None)),
            drawing.short(max(line.known(), default=None)),
        )
        for name, line in shown
    )
    picture = _picture([line for _, line in shown], since, until, marks)
    return Drawn(title, unit, target, picture, legend, max(0, len(found) - MOST_SERIES))


def told(found: Sequence[Series], marks: Sequence[Mark]) -> dict[str, object]:
    """Return the same for a script: series as Graphite's JSON has them, and what happened meanwhile."""
    lines = [(each.name, _line(each)) for each in found[:MOST_SERIES]]
    return {
        "series": [
            {
                "target": name,
                "datapoints": [(value, line.start + at * line.step) for at, value in enumerate(line.values)],
            }
            for name, line in lines
        ],
        "marks": [{"when": each.when, "what": each.what, "kind": drawing.kind_of(each)} for each in marks],
    }


def _line(series: Series) -> Line:
    return drawing.thinned(Line(series.start, series.step, tuple(series.values)), MOST_POINTS)


def _picture(lines: Sequence[Line], since: float, until: float, marks: Sequence[Mark]) -> Markup:
    found = drawing.framing(*(lines or (Line(),)), width=WIDTH - _LEFT, height=HEIGHT - _BOTTOM - _TOP)
    frame = drawing.Frame(since, until, found.low, found.high, found.width, found.height)
    parts = [
        Markup('<svg class="graph" viewBox="0 0 {} {}" aria-hidden="true"><g transform="translate({} {})">').format(
            WIDTH, HEIGHT, _LEFT, _TOP
        )
    ]
    for value in drawing.ticks(frame.low, frame.high, 6):
        y = round(frame.y(value), 1)
        parts.append(
            Markup('<path class="rule" d="M0 {}H{}"/><text class="value" x="-10" y="{}">{}</text>').format(
                y, frame.width, y + 5, drawing.short(value)
            )
        )
    for when, words in drawing.instants(since, until):
        x = round(frame.x(when), 1)
        parts.append(Markup('<text class="when" x="{}" y="{}">{}</text>').format(x, frame.height + 24, words))
    for mark in marks:
        x = round(frame.x(mark.when), 1)
        said = f"{datetime.fromtimestamp(mark.when, UTC):%d %b %H:%M} {mark.what}"
        parts.append(
            Markup('<path class="mark {}" d="M{} 0V{}"><title>{}</title></path>').format(
                drawing.kind_of(mark), x, frame.height, said
            )
        )
    for number, line in enumerate(lines):
        parts.append(Markup('<path class="series of-{}" d="{}"/>').format(number, drawing.points(line, frame)))
    return Markup("").join([*parts, Markup("</g></svg>")])
