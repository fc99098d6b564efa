"""Series as pictures: one drawing (``graph``), of what a request asks for (``look``), on a canvas that makes SVG or PNG."""

from opensky.stats.pictures.graph import draw
from opensky.stats.pictures.look import Look

__all__ = ["Look", "draw"]
