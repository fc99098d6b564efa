"""A picture in points, by Pillow and its own letters: drawn larger and made smaller, so that edges are smooth."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from math import hypot, sqrt

from PIL import Image, ImageDraw, ImageFont

from opensky.stats.pictures.canvas import Anchor, Colour, Point

_FINEST = 3
_MOST = 9_000_000
"""Points that are drawn: 27 MB of them."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


class Png:
    """Takes the same as an SVG."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self._size = (width, height)
        self._times = max(1, min(_FINEST, int(sqrt(_MOST / (width * height)))))
        self._image = Image.new("RGB", (width * self._times, height * self._times), background[:3])
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        self._draw.polygon(self._scaled(points), fill=_paint(colour))

    def line(self, points: Sequence[Point], colour: Colour, width: float, dash: float = 0) -> None:
        wide, paint = max(1, round(width * self._times)), _paint(colour)
        if not dash:
            self._draw.line(self._scaled(points), fill=paint, width=wide, joint="curve" if wide > self._times else None)
            return
        for part in _dashes(self._scaled(points), dash * self._times):
            self._draw.line(part, fill=paint, width=wide)

    def text(
        self, at: Point, text: str, colour: Colour, size: float, anchor: Anchor = "start", *, upright: bool = False
    ) -> None:
        font = ImageFont.load_default(size * self._times)
        [(x, y)] = self._scaled([at])
        if not upright:
            self._draw.text((x, y), text, fill=_paint(colour), font=font, anchor=_ANCHORS[anchor])
            return
        left, top, right, bottom = (int(edge) for edge in font.getbbox(text, anchor="ls"))
        letters = Image.new("L", (right - left + 2, bottom - top + 2))
        ImageDraw.Draw(letters).text((-left, -top), text, fill=255, font=font, anchor="ls")
        turned = letters.rotate(90, expand=True)
        above = {"start": 1.0, "middle": 0.5, "end": 0.0}[anchor] * turned.height
        self._image.paste(colour[:3], (round(x + top), round(y - above)), turned)

    def done(self) -> bytes:
        small = self._image if self._times == 1 else self._image.reduce(self._times)
        found = BytesIO()
        small.save(found, "PNG")
        return found.getvalue()

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        times = self._times
        return [(x * times, y * times) for x, y in points]


def _paint(colour: Colour) -> tuple[int, int, int, int]:
    red, green, blue, opaque = colour
    return red, green, blue, round(opaque * 255)


def _dashes(points: Sequence[Point], dash: float) -> list[list[Point]]:
    """Return the parts of a line that are drawn: a dash, and none for as long."""
    found: list[list[Point]] = []
    gone = 0.0
    for (x, y), (to_x, to_y) in pairwise(points):
        long = hypot(to_x - x, to_y - y)
        at = 0.0
        while at < long:
            nth, inside = divmod(gone + at, dash)
            step = min(dash - inside, long - at) or dash
            if nth % 2 == 0:
                ends = [(x + (to_x - x) * share, y + (to_y - y) * share) for share in (at / long, (at + step) / long)]
                found.append(ends)
            at += step
        gone += long
    return found
