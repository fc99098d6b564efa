"""Colours as ``#rrggbb``. Light and shade are mixed towards warm tones, which is what holds the pictures together."""

from functools import lru_cache

SUN = "#fffaf0"
"""What lit surfaces lean towards."""
DUSK = "#2a1e1c"
"""What shaded surfaces lean towards."""


@lru_cache(maxsize=4096)
def mix(one: str, other: str, share: float) -> str:
    """Return ``one`` with ``share`` (0 to 1) of ``other`` in it."""
    parts = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def lit(colour: str, share: float = 0.25) -> str:
    """Return the colour in the light."""
    return mix(colour, SUN, share)


def dim(colour: str, share: float = 0.2) -> str:
    """Return the colour in the shade."""
    return mix(colour, DUSK, share)


def luminance(colour: str) -> float:
    """Return how bright a colour looks, 0 to 1: enough to choose between light and dark decoration."""
    red, green, blue = _channels(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
