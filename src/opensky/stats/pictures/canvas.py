"""What a picture is drawn on: a small port, and SVG. A colour is red, green, blue, and how opaque; a point is from the left, and from above."""

from collections.abc import Sequence
from html import escape
from typing import Literal, Protocol

Colour = tuple[int, int, int, float]
Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
_WIDE = 0.56
"""Of the height of a letter: how wide it is, on average."""


class Canvas(Protocol):
    """Takes what is drawn, one upon the other."""

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill what lies within points."""
        ...

    def line(self, points: Sequence[Point], colour: Colour, width: float, dash: float = 0) -> None:
        """Draw through points, in dashes of a length unless it is 0."""
        ...

    def text(
        self, at: Point, text: str, colour: Colour, size: float, anchor: Anchor = "start", *, upright: bool = False
    ) -> None:
        """Write beside a point on the line that letters stand on; upright: from below to above."""
        ...

    def done(self) -> bytes:
        """Return the picture."""
        ...


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is."""
    return len(text) * size * _WIDE


class Svg:
    """A picture in vectors, which stays sharp and can be read by programs."""

    def __init__(self, width: int, height: int, background: Colour, title: str = "") -> None:
        self._parts = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
                f' role="img" font-family="DejaVu Sans, Verdana, Arial, sans-serif">'
            ),
            f"<title>{escape(_printable(title))}</title>" if title else "",
            f'<rect width="100%" height="100%" {_paint("fill", background)}/>',
        ]

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        self._parts.append(f'<polygon points="{_points(points)}" {_paint("fill", colour)}/>')

    def line(self, points: Sequence[Point], colour: Colour, width: float, dash: float = 0) -> None:
        dashes = f' stroke-dasharray="{dash:g}"' if dash else ""
        how = f'fill="none" {_paint("stroke", colour)} stroke-width="{width:g}" stroke-linejoin="round"{dashes}'
        self._parts.append(f'<polyline points="{_points(points)}" {how}/>')

    def text(
        self, at: Point, text: str, colour: Colour, size: float, anchor: Anchor = "start", *, upright: bool = False
    ) -> None:
        x, y = at
        turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if upright else ""
        how = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" {_paint("fill", colour)}{turned}'
        self._parts.append(f"<text {how}>{escape(_printable(text))}</text>")

    def done(self) -> bytes:
        return "\n".join([*filter(None, self._parts), "</svg>\n"]).encode()


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _paint(what: str, colour: Colour) -> str:
    red, green, blue, opaque = colour
    see_through = f' {what}-opacity="{opaque:g}"' if opaque < 1 else ""
    return f'{what}="#{red:02x}{green:02x}{blue:02x}"{see_through}'


def _printable(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
