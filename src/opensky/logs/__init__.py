"""Logs: one JSON object a line, with the request, the journey and the actor that it is about, and nothing personal in it.

``docs/logs.md`` says what stands in them, and how one request is followed from the page to the letter.
"""

from opensky.logs.configuring import LEVELS, collected, configure, standard, tells, write
from opensky.logs.lines import failure, security, tell

__all__ = ["LEVELS", "collected", "configure", "failure", "security", "standard", "tell", "tells", "write"]
