"""How a picture looks, as a request to Graphite's ``/render`` says it; what cannot be is said in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from zoneinfo import ZoneInfo

from opensky.stats.moments import zone_of
from opensky.stats.pictures.canvas import Colour
from opensky.stats.targets import WrongTarget

MOST_WIDE, MOST_HIGH = 4000, 2200
_LEAST = 50
_BLACK, _WHITE = (0, 0, 0, 1.0), (255, 255, 255, 1.0)
_NAMES: dict[str, Colour] = {
    "black": _BLACK,
    "white": _WHITE,
    "blue": (92, 138, 255, 1.0),
    "green": (46, 190, 92, 1.0),
    "red": (228, 72, 72, 1.0),
    "yellow": (240, 212, 60, 1.0),
    "orange": (245, 150, 50, 1.0),
    "purple": (178, 112, 240, 1.0),
    "brown": (164, 110, 66, 1.0),
    "cyan": (64, 206, 224, 1.0),
    "aqua": (24, 152, 156, 1.0),
    "gray": (160, 160, 160, 1.0),
    "grey": (160, 160, 160, 1.0),
    "magenta": (230, 80, 220, 1.0),
    "pink": (250, 138, 160, 1.0),
    "gold": (204, 166, 20, 1.0),
    "rose": (214, 140, 190, 1.0),
    "darkblue": (40, 70, 190, 1.0),
    "darkgreen": (20, 120, 50, 1.0),
    "darkred": (160, 30, 30, 1.0),
    "darkgray": (100, 100, 100, 1.0),
    "darkgrey": (100, 100, 100, 1.0),
}
_USUAL = ("blue", "orange", "green", "red", "purple", "cyan", "gold", "pink", "brown", "aqua", "grey", "magenta")
_HEX = re.compile(r"#?([0-9a-fA-F]{6})([0-9a-fA-F]{2})?")
_CHOICES = {
    "lineMode": ("slope", "staircase", "connected"),
    "areaMode": ("none", "first", "all", "stacked"),
    "yUnitSystem": ("si", "binary", "none"),
    "template": ("default", "plain"),
}


def colour_of(text: str) -> Colour:
    """Return a colour by its name or as ``#ff8800`` or ``ff880080``; raises ``WrongTarget``."""
    if known := _NAMES.get(text.lower()):
        return known
    found = _HEX.fullmatch(text.replace("%23", "#"))
    if not found:
        raise WrongTarget(f"{text!r} is no colour: red, #ff8800 and ff880080 are.")
    red, green, blue = bytes.fromhex(found[1])
    return red, green, blue, int(found[2], 16) / 255 if found[2] else 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks. ``least`` and ``highest``: of the axes on the left and on the right, where they are given."""

    width: int
    height: int
    background: Colour
    foreground: Colour
    grid: Colour
    colours: tuple[Colour, ...]
    font: float
    margin: float
    line_width: float
    line_mode: str
    area_mode: str
    area_alpha: float | None
    units: str
    zone: ZoneInfo
    time_format: str
    title: str
    left_title: str
    right_title: str
    legend: bool | None
    unique_legend: bool
    grid_shown: bool
    x_axis: bool
    y_axis: bool
    null_as_zero: bool
    least: tuple[float | None, float | None]
    highest: tuple[float | None, float | None]

    @classmethod
    def read(cls, query: Mapping[str, Sequence[str]]) -> "Look":
        """Read a request; raises ``WrongTarget``."""
        ask = _Asking(query)
        plain = ask.choice("template") == "plain"
        bare = ask.flag("graphOnly")
        axes = not ask.flag("hideAxes") and not bare
        names = [each for each in ask.text("colorList").split(",") if each] or _USUAL
        legend = None if not query.get("hideLegend") else not ask.flag("hideLegend")
        return cls(
            width=int(ask.number("width", 330, _LEAST, MOST_WIDE)),
            height=int(ask.number("height", 250, _LEAST, MOST_HIGH)),
            background=colour_of(ask.text("bgcolor", "white" if plain else "black")),
            foreground=colour_of(ask.text("fgcolor", "black" if plain else "white")),
            grid=colour_of(ask.text("majorGridLineColor", "#d8d8d8" if plain else "#3c3c3c")),
            colours=tuple(colour_of(each.strip()) for each in names),
            font=ask.number("fontSize", 11, 5, 60),
            margin=0.0 if bare else ask.number("margin", 10, 0, 500),
            line_width=ask.number("lineWidth", 1.4, 0.1, 50),
            line_mode=ask.choice("lineMode"),
            area_mode=ask.choice("areaMode"),
            area_alpha=ask.optional("areaAlpha"),
            units=ask.choice("yUnitSystem"),
            zone=zone_of(ask.text("tz", "UTC")),
            time_format=ask.text("xFormat"),
            title="" if bare else ask.text("title"),
            left_title="" if bare else ask.text("vtitle"),
            right_title="" if bare else ask.text("vtitleRight"),
            legend=False if bare else legend,
            unique_legend=ask.flag("uniqueLegend"),
            grid_shown=not ask.flag("hideGrid") and not bare,
            x_axis=axes and not ask.flag("hideXAxis"),
            y_axis=axes and not ask.flag("hideYAxis"),
            null_as_zero=ask.flag("drawNullAsZero"),
            least=(ask.first("yMinLeft", "yMin"), ask.first("yMinRight", "yMin")),
            highest=(ask.first("yMaxLeft", "yMax"), ask.first("yMaxRight", "yMax")),
        )


class _Asking:
    def __init__(self, query: Mapping[str, Sequence[str]]) -> None:
        self._query = query

    def text(self, name: str, usual: str = "") -> str:
        found = self._query.get(name)
        return found[0] if found and found[0] else usual

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"1", "true", "yes", "on"}

    def choice(self, name: str) -> str:
        found = self.text(name, _CHOICES[name][0])
        if found not in _CHOICES[name]:
            raise WrongTarget(f"{name} is one of {', '.join(_CHOICES[name])}, not {found!r}.")
        return found

    def number(self, name: str, usual: float, least: float, most: float) -> float:
        found = self.optional(name)
        if found is None:
            return usual
        if not least <= found <= most:
            raise WrongTarget(f"{name} is a number from {least:g} to {most:g}, not {found:g}.")
        return found

    def optional(self, name: str) -> float | None:
        given = self.text(name)
        try:
            found = float(given) if given else None
        except ValueError:
            found = float("nan")
        if found is not None and not isfinite(found):
            raise WrongTarget(f"{name} is a number, not {given!r}.")
        return found

    def first(self, *names: str) -> float | None:
        return next((found for name in names if (found := self.optional(name)) is not None), None)
