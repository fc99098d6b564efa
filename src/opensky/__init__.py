"""OpenSky: a social network for shopping, and the whole system behind it."""

__version__ = "0.1.0"
