"""The drawing: areas and lines of series over a grid, with axes, titles and a legend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import isfinite

from opensky.stats.pictures import ticks
from opensky.stats.pictures.canvas import Canvas, Colour, Point, Svg, width_of
from opensky.stats.pictures.look import Look, colour_of
from opensky.stats.series import Points, Series
from opensky.stats.targets import WrongTarget

_MOST_IN_LEGEND, _MOST_ROWS_SHARE = 10, 0.4
_LONGEST_FORMAT, _LARGEST = 40, 1e300
_AREA = 0.35
"""How opaque areas are that lie upon each other."""
MOST_POINTS = 400_000


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A series, its colour, and on what it stands: the points below its area, if it has one. ``side``: 0 left, 1 right."""

    series: Series
    colour: Colour
    side: int
    area: bool = False
    below: Points | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the plot lies, and of what it is: from when until when, and from which to which number on either side."""

    left: float
    right: float
    top: float
    bottom: float
    since: int
    until: int
    levels: tuple[list[float], list[float]]

    def x(self, second: float) -> float:
        return self.left + (second - self.since) / (self.until - self.since) * (self.right - self.left)

    def y(self, value: float, side: int) -> float:
        low, high = self.levels[side][0], self.levels[side][-1]
        share = (min(max(value, low), high) - low) / (high - low)
        return self.bottom - share * (self.bottom - self.top)


def draw(form: str, several: Sequence[Series], look: Look, since: int, until: int) -> bytes:
    """Return a picture of series, as ``svg`` or ``png``.

    Raises:
        WrongTarget: they cannot be drawn.
    """
    if sum(len(each.values) for each in several) > MOST_POINTS:
        raise WrongTarget(f"A picture has at most {MOST_POINTS:,} points.")
    if form == "svg":
        canvas: Canvas = Svg(look.width, look.height, look.background, look.title)
    else:
        from opensky.stats.pictures.png import Png  # noqa: PLC0415 - it brings a library that few need

        canvas = Png(look.width, look.height, look.background)
    drawn = _coloured(several, look)
    if not drawn:
        _empty(canvas, look)
        return canvas.done()
    rows = _legend(drawn, look)
    frame = _framed(drawn, look, (since, until), len(rows))
    _grid(canvas, look, frame, {each.side for each in drawn})
    for each in drawn:
        _area(canvas, each, frame, look)
    for each in drawn:
        _lines(canvas, each, frame, look)
    _titles(canvas, look, frame)
    _write_legend(canvas, look, rows)
    return canvas.done()


def _coloured(several: Sequence[Series], look: Look) -> list[_Drawn]:
    """Return series with colours, by turns, and what each stands on."""
    found: list[_Drawn] = []
    height = Points()
    pile: Points | None = None
    turn = 0
    for each in several:
        given, infinite = each.look.get("color"), each.look.get("infinite")
        if given:
            colour = colour_of(str(given))
        else:
            colour = look.colours[turn % len(look.colours)]
            turn += not each.look.get("invisible")
        if look.null_as_zero and not infinite:
            each = replace(each, values=[v or 0.0 for v in each.values])  # noqa: PLW2901
        side = 1 if each.look.get("second") else 0
        one = _Drawn(each, _faded(colour, each.look.get("alpha")), side)
        if infinite:
            pass
        elif each.look.get("stacked"):
            one = replace(one, area=True, below=pile)
            pile = [top if top is not None else low for top, low in zip_longest(each.values, pile or ())]
        elif look.area_mode == "stacked":
            below = height + [0.0] * (len(each.values) - len(height))
            height = [(low or 0.0) + (v or 0.0) for low, v in zip(below, each.values, strict=False)]
            there = [None if v is None else top for v, top in zip(each.values, height, strict=False)]
            one = replace(one, series=replace(each, values=there), area=True, below=below)
        elif look.area_mode == "all" or (look.area_mode == "first" and not found):
            one = replace(one, area=True)
        found.append(one)
    return found


def _faded(colour: Colour, alpha: str | float | None) -> Colour:
    return colour if alpha is None else (*colour[:3], min(1.0, max(0.0, float(alpha))))


def _framed(drawn: Sequence[_Drawn], look: Look, time: tuple[int, int], rows: int) -> _Frame:
    line = look.font * 1.5
    top = look.margin + (line * 1.4 if look.title else 0)
    bottom = look.height - look.margin - rows * line - (line if look.x_axis else 0)
    many = max(1, int((bottom - top) / (look.font * 3)))
    scales = [_scale(drawn, look, side, many) for side in (0, 1)]
    wide = [0.0, 0.0]
    for side in {each.side for each in drawn} if look.y_axis else ():
        step = scales[side][1] - scales[side][0]
        labels = [ticks.said(value, step, look.units) for value in scales[side]]
        wide[side] = max(width_of(label, look.font) for label in labels) + look.font * 0.8
    left = look.margin + wide[0] + (line if look.left_title else 0)
    right = look.width - look.margin - wide[1] - (line if look.right_title else 0)
    return _Frame(left, max(left + 1, right), top, max(top + 1, bottom), *time, (scales[0], scales[1]))


def _scale(drawn: Sequence[_Drawn], look: Look, side: int, many: int) -> list[float]:
    """Return the numbers at which the lines of an axis lie; areas stand on 0."""
    mine = [each for each in drawn if each.side == side and not each.series.look.get("infinite")]
    known = [value for each in mine for value in each.series.known() if isfinite(value)]
    if any(each.area and (each.below is None or look.area_mode == "stacked") for each in mine):
        known.append(0.0)
    least, highest = look.least[side], look.highest[side]
    low = least if least is not None else min(known, default=0.0)
    high = highest if highest is not None else max(known, default=1.0)
    if low > high or (low == high and None not in {least, highest}):
        raise WrongTarget(f"The axis cannot go from {low:g} to {high:g}: yMin is below yMax.")
    if max(abs(low), abs(high)) > _LARGEST:
        raise WrongTarget(f"An axis goes to {_LARGEST:g} at most, not from {low:g} to {high:g}.")
    found = ticks.levels(low, high, many, look.units)
    if least is not None:
        found = [least, *(value for value in found if value > least)]
    if highest is not None:
        found = [*(value for value in found if value < highest), highest]
    return found


def _grid(canvas: Canvas, look: Look, frame: _Frame, sides: set[int]) -> None:
    span = frame.until - frame.since
    seconds, step = ticks.moments(
        frame.since, frame.until, look.zone, int((frame.right - frame.left) / (look.font * 6))
    )
    for second in seconds:
        x = frame.x(second)
        if look.grid_shown:
            canvas.line([(x, frame.top), (x, frame.bottom)], look.grid, 1)
        label = ticks.moment_said(second, step, span, look.zone, look.time_format[:_LONGEST_FORMAT])
        if look.x_axis and x + width_of(label, look.font) / 2 <= look.width:
            canvas.text((x, frame.bottom + look.font * 1.3), label, look.foreground, look.font, "middle")
    main = min(sides)
    for side in sides:
        levels = frame.levels[side]
        for value in levels:
            y = frame.y(value, side)
            if look.grid_shown and side == main:
                canvas.line([(frame.left, y), (frame.right, y)], look.grid, 1)
            if look.y_axis:
                x, anchor = (frame.right + look.font * 0.5, "start") if side else (frame.left - look.font * 0.5, "end")
                text = ticks.said(value, levels[1] - levels[0], look.units)
                canvas.text((x, y + look.font * 0.35), text, look.foreground, look.font, anchor)  # type: ignore[arg-type]


def _area(canvas: Canvas, each: _Drawn, frame: _Frame, look: Look) -> None:
    if not each.area or each.series.look.get("invisible"):
        return
    alpha = look.area_alpha if look.area_alpha is not None else _AREA
    colour = (*each.colour[:3], min(1.0, max(0.0, alpha)) * each.colour[3])
    low = frame.levels[each.side][0]
    below = each.below or []
    ground = [0.0 if low < 0 else low] * len(each.series.values) if each.below is None else below
    floor = replace(each.series, values=[v if v is not None else low for v in ground])
    for first, part in _parts(each.series, look):
        bottom = [v for v in floor.values[first : first + len(part)] if v is not None]
        bottom += [low] * (len(part) - len(bottom))
        tops = _line(each.series, first, part, frame, each.side, look)
        bottoms = _line(each.series, first, bottom, frame, each.side, look)
        if len(tops) > 1:
            canvas.area([*tops, *reversed(bottoms)], colour)


def _lines(canvas: Canvas, each: _Drawn, frame: _Frame, look: Look) -> None:
    series, width = each.series, float(each.series.look.get("width", look.line_width))
    if series.look.get("invisible"):
        return
    dash = float(series.look.get("dashed", 0))
    if series.look.get("infinite"):
        for n, value in enumerate(series.values):
            at = series.start + n * series.step
            if value and frame.since <= at <= frame.until:
                x = frame.x(at)
                canvas.line([(x, frame.top), (x, frame.bottom)], each.colour, width, dash)
        return
    for first, part in _parts(series, look):
        points = _line(series, first, part, frame, each.side, look)
        if len(points) == 1:  # alone between gaps: a dot, or nobody would see it
            [(x, y)] = points
            points = [(x - width, y), (x + width, y)]
        canvas.line(points, each.colour, width, dash)


def _parts(series: Series, look: Look) -> Iterator[tuple[int, list[float]]]:
    """Yield stretches without gaps, and where each begins; all as one if lines are connected."""
    if look.line_mode == "connected":
        bridged = list(_bridged(series.values))
        if bridged:
            first = next(n for n, value in enumerate(series.values) if value is not None)
            yield first, bridged
        return
    start, part = 0, list[float]()
    for n, value in enumerate([*series.values, None]):
        if value is not None and isfinite(value):
            if not part:
                start = n
            part.append(value)
        elif part:
            yield start, part
            part = []


def _bridged(values: Iterable[float | None]) -> Iterator[float]:
    """Yield points from the first that is known to the last, with straight lines in the gaps."""
    before: float | None = None
    gap = 1
    for value in values:
        if value is None or not isfinite(value):
            gap += 1
            continue
        if before is not None:
            for step in range(1, gap):
                yield before + (value - before) * step / gap
        yield value
        before, gap = value, 1


def _line(series: Series, first: int, values: Sequence[float], frame: _Frame, side: int, look: Look) -> list[Point]:
    found: list[Point] = []
    for n, value in enumerate(values, first):
        x = frame.x(min(max(series.start + n * series.step, frame.since), frame.until))
        y = frame.y(value, side)
        if look.line_mode == "staircase" and found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    if look.line_mode == "staircase":
        end = frame.x(min(series.start + (first + len(values)) * series.step, frame.until))
        found.append((max(end, found[-1][0]), found[-1][1]))
    return found


def _titles(canvas: Canvas, look: Look, frame: _Frame) -> None:
    middle = (frame.top + frame.bottom) / 2
    if look.title:
        at = (look.width / 2, look.margin + look.font * 1.2)
        canvas.text(at, _cut(look.title, look.width, look.font * 1.2), look.foreground, look.font * 1.2, "middle")
    if look.left_title:
        at = (look.margin + look.font * 0.9, middle)
        canvas.text(at, look.left_title, look.foreground, look.font, "middle", upright=True)
    if look.right_title:
        at = (look.width - look.margin - look.font * 0.2, middle)
        canvas.text(at, look.right_title, look.foreground, look.font, "middle", upright=True)


def _legend(drawn: Sequence[_Drawn], look: Look) -> list[list[tuple[str, Colour, float]]]:
    """Return rows of names with their colours, and where each begins."""
    shown = look.legend if look.legend is not None else len(drawn) <= _MOST_IN_LEGEND
    if not shown:
        return []
    names = [(each.series.name, each.colour) for each in drawn if not each.series.look.get("invisible")]
    if look.unique_legend:
        names = list(dict(reversed(names)).items())[::-1]
    room = look.width - 2 * look.margin
    widest = max((width_of(name, look.font) for name, _ in names), default=0.0) + look.font * 2.6
    columns = max(1, int(room / widest))
    rows = [names[at : at + columns] for at in range(0, len(names), columns)]
    most = max(1, int(look.height * _MOST_ROWS_SHARE / (look.font * 1.5)))
    if len(rows) > most:
        left = sum(map(len, rows[most - 1 :]))
        rows = [*rows[: most - 1], [(f"and {left} more", look.foreground)]]
    return [[(name, colour, look.margin + n * room / columns) for n, (name, colour) in enumerate(row)] for row in rows]


def _write_legend(canvas: Canvas, look: Look, rows: Sequence[Sequence[tuple[str, Colour, float]]]) -> None:
    line, size = look.font * 1.5, look.font
    for n, row in enumerate(rows):
        y = look.height - look.margin - (len(rows) - 1 - n) * line - size * 0.2
        for name, colour, x in row:
            box = [(x, y), (x, y - size * 0.8), (x + size * 0.8, y - size * 0.8), (x + size * 0.8, y)]
            canvas.area(box, (*colour[:3], 1.0))
            room = (row[1][2] - row[0][2] if len(row) > 1 else look.width - look.margin - x) - size * 1.6
            canvas.text((x + size * 1.3, y), _cut(name, room, size), look.foreground, size)


def _cut(text: str, room: float, size: float) -> str:
    """Return a text that has room, with dots for what is left out."""
    most = max(1, int(room / width_of("n", size)))
    return text if len(text) <= most else text[: most - 1] + "…"


def _empty(canvas: Canvas, look: Look) -> None:
    canvas.text((look.width / 2, look.height / 2), "No data", look.foreground, look.font * 1.5, "middle")
