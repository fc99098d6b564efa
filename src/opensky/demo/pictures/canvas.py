"""A canvas that collects SVG shapes, with the few ways of shading that give all pictures one light (from the upper left)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from opensky.demo.pictures.colour import dim, lit

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_SPACE_BEFORE_MINUS = re.compile(r"[ ,]-")
_ROUND_ABOUT_LETTER = re.compile(r" ?([A-Za-z]) ?")

# The shade that lies over anything turned or thrown: a lit stripe on the left, the turn into shadow on the right.
_SHADE = (
    '<linearGradient id="{id}"><stop stop-color="#2a1e1c" stop-opacity=".1"/><stop offset=".26" stop-color="#fffaf0" '
    'stop-opacity=".26"/><stop offset=".52" stop-color="#fffaf0" stop-opacity="0"/>'
    '<stop offset="1" stop-color="#2a1e1c" stop-opacity=".3"/></linearGradient>'
)
_CONTACT = (
    '<radialGradient id="{id}"><stop stop-color="#2a1e1c" stop-opacity=".5"/><stop offset=".55" stop-color="#2a1e1c" '
    'stop-opacity=".26"/><stop offset="1" stop-color="#2a1e1c" stop-opacity="0"/></radialGradient>'
)
_GLOW = (
    '<radialGradient id="{{id}}"><stop stop-color="{colour}" stop-opacity="{strength}"/>'
    '<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
)


class Canvas:
    """Shapes in order, and the gradients and clips that they use, each defined once."""

    def __init__(self) -> None:
        self._defs: dict[str, str] = {}
        self._body: list[str] = []

    def path(self, d: str, fill: str = "none", **more: str | float) -> None:
        """Draw a path."""
        self._put("path", d=_tight(d), fill=fill, **more)

    def stroke(self, d: str, colour: str, width: float, **more: str | float) -> None:
        """Draw a line with round ends."""
        more.setdefault("stroke_linecap", "round")
        self._put("path", d=_tight(d), fill="none", stroke=colour, stroke_width=width, **more)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, fill: str, **more: str | float) -> None:
        """Draw an ellipse."""
        self._put("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, fill=fill, **more)

    def circle(self, cx: float, cy: float, r: float, fill: str, **more: str | float) -> None:
        """Draw a circle."""
        self._put("circle", cx=cx, cy=cy, r=r, fill=fill, **more)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: str | float) -> None:
        """Draw a rectangle; ``rx`` rounds its corners."""
        self._put("rect", x=x, y=y, width=width, height=height, fill=fill, **more)

    def round(self, colour: str) -> str:
        """Return a fill that turns from light on the left to shade on the right."""
        return self._gradient(lit(colour, 0.22), colour, dim(colour, 0.22), 'x2="1" y2=".12"')

    def fall(self, colour: str) -> str:
        """Return a fill that is lit from above."""
        return self._gradient(lit(colour, 0.16), colour, dim(colour, 0.1), 'x2=".25" y2="1"')

    def metal(self, colour: str) -> str:
        """Return a fill with the two glints of polished metal."""
        stops = (lit(colour, 0.12), dim(colour, 0.12), lit(colour, 0.5), colour, dim(colour, 0.34), dim(colour, 0.1))
        marks = "".join(f'<stop offset="{i * 0.2:.1f}" stop-color="{s}"/>' for i, s in enumerate(stops))
        return self._define(f'<linearGradient id="{{id}}">{marks}</linearGradient>')

    def contact(self) -> str:
        """Return the fill of a soft shadow."""
        return self._define(_CONTACT)

    def glow(self, colour: str, strength: float = 0.8) -> str:
        """Return the fill of a soft light."""
        return self._define(_GLOW.format(colour=colour, strength=strength))

    def rim(self, r: float, y: float, colour: str, inside: str, *, flat: float, lip: float = 4, x: float = 0) -> None:
        """Draw the opening of a vessel: lip, and what one sees inside."""
        self.ellipse(x, y, r, r * flat, lit(colour, 0.3))
        self.ellipse(x, y + 0.8, r - lip, max(1.0, (r - lip) * flat), self._inside(inside))

    @contextmanager
    def group(self, transform: str = "", **more: str | float) -> Iterator[None]:
        """Draw what follows together."""
        attributes = dict(more)
        if transform:
            attributes["transform"] = transform
        start = self.mark()
        yield
        inner = self.take(start)
        if inner:
            self._body.append(f"<g{_attributes(attributes)}>{''.join(inner)}</g>")

    @contextmanager
    def within(self, d: str, fill: str, *, shade: bool = True) -> Iterator[None]:
        """Draw a solid, decorate its surface with what follows, and lay the shade over both."""
        tight = _tight(d)
        clip = self._define(f'<clipPath id="{{id}}"><path id="{{id}}p" d="{tight}"/></clipPath>')
        name = clip[5:-1]
        self._body.append(f'<use href="#{name}p" fill="{fill}"/>')
        with self.group(clip_path=clip):
            yield
        if shade:
            self._body.append(f'<use href="#{name}p" fill="{self._define(_SHADE)}"/>')

    def mark(self) -> int:
        """Return where the canvas stands now, for ``take``."""
        return len(self._body)

    def take(self, mark: int) -> list[str]:
        """Lift what was drawn since ``mark`` off the canvas."""
        lifted = self._body[mark:]
        del self._body[mark:]
        return lifted

    def give(self, drawn: list[str]) -> None:
        """Lay down again what was taken."""
        self._body.extend(drawn)

    def svg(self, title: str, width: int, height: int) -> str:
        """Return the whole picture."""
        defs = f"<defs>{''.join(m.replace('{id}', i) for m, i in self._defs.items())}</defs>" if self._defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width * 2}" '
            f'height="{height * 2}" role="img"><title>{escape(title)}</title>{defs}{"".join(self._body)}</svg>\n'
        )

    def _put(self, tag: str, **attributes: str | float) -> None:
        self._body.append(f"<{tag}{_attributes(attributes)}/>")

    def _inside(self, colour: str) -> str:
        return self._gradient(dim(colour, 0.42), dim(colour, 0.26), lit(colour, 0.04), 'x2="1" y2=".3"')

    def _gradient(self, first: str, middle: str, last: str, axis: str) -> str:
        stops = f'<stop stop-color="{first}"/><stop offset=".5" stop-color="{middle}"/><stop offset="1" stop-color="{last}"/>'
        return self._define(f'<linearGradient id="{{id}}" {axis}>{stops}</linearGradient>')

    def _define(self, markup: str) -> str:
        name = self._defs.setdefault(markup, f"a{len(self._defs)}")
        return f"url(#{name})"


def _attributes(attributes: dict[str, str | float]) -> str:
    return "".join(f' {k.replace("_", "-")}="{_written(k, v)}"' for k, v in attributes.items())


def _written(name: str, value: str | float) -> str:
    if isinstance(value, str):
        return _tight(value) if name == "transform" else value
    return _short(value)


def _short(number: float) -> str:
    text = f"{number:.2f}" if abs(number) < 1 else f"{number:.1f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return {"-0": "0", "": "0"}.get(text, text)


def _tight(d: str) -> str:
    """Round the numbers of a path or transform, and drop the spaces that it does not need."""
    rounded = _NUMBER.sub(lambda m: _short(float(m[0])), " ".join(d.split()))
    if "(" in rounded:
        return rounded
    return _SPACE_BEFORE_MINUS.sub("-", _ROUND_ABOUT_LETTER.sub(r"\1", rounded))
