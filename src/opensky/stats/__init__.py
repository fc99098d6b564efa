"""Counting and timing everything: a client that costs next to nothing, and a server that speaks statsd's protocol."""

from opensky.stats.client import Stats
from opensky.stats.names import Names

__all__ = ["Names", "Stats"]
