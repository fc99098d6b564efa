"""The lines of statsd's protocol: ``name:value|type|@rate|#tag:value,…``, several to a datagram, several values to a name.

After Etsy's statsd 0.9.0, without what is wrong there: a type that is not known, a rate of 0 or above 1, and a number that is none
or infinite make a line bad; a negative time does there, too.
"""

import re
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

COUNTER, TIMER, GAUGE, SET = "c", "ms", "g", "s"
_KINDS = {b"c": COUNTER, b"ms": TIMER, b"g": GAUGE, b"s": SET, b"h": TIMER, b"d": TIMER}
"""The histograms and distributions of other clients are timers here."""
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PLAIN = rb"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\|ms"  # read in one way alone: whoever sends nonsense costs no time
_TIMES = re.compile(_PLAIN + rb"((?:\|@[\d.]+)?)(?::" + _PLAIN + rb"\1)*")
_TAGS = re.compile(rb"\|#([^|]*)")
_SPACE, _DROPPED = re.compile(r"\s+"), re.compile(r"[^a-zA-Z_\-0-9.;=]")
LONGEST_NAME = 500
PROCESS = "process"
"""The tag of a gauge that several processes have: a server of ours adds up what each of them says."""


class Sample(NamedTuple):
    """One value: of a set a text, else a number. A gauge whose number had a sign is a ``step``. ``rate``: it stands for 1/rate."""

    name: str
    kind: str
    value: float | str
    rate: float = 1.0
    step: bool = False


class BadLine(NamedTuple):
    """A line, or one value of a line, that says nothing."""

    text: bytes


class Times(NamedTuple):
    """Many times of one name; each stands for 1/rate."""

    name: str
    values: list[float]
    rate: float = 1.0


def read_times(line: bytes) -> Times | None:
    """Read a line of nothing but times, all of one rate and without tags, at a tenth of what ``read`` takes; nothing for any other."""
    raw, _, rest = line.partition(b":")
    found = _TIMES.fullmatch(rest)
    if found is None:
        return None
    rate = _rate(found[1][1:]) if found[1] else 1.0
    values = [*map(float, rest.replace(b"|ms" + found[1], b"").split(b":"))]
    name = sanitized(raw.decode("utf-8", "replace").strip())[:LONGEST_NAME]
    return Times(name, values, rate) if rate is not None and name and isfinite(sum(values)) else None


def read(datagram: bytes) -> Iterator[Sample | BadLine]:
    """Read all values of a datagram; what cannot be read is a ``BadLine``, and the rest counts."""
    for line in datagram.split(b"\n"):
        if line.strip():
            yield from _line(line)


def sanitized(name: str) -> str:
    """Return a name as it is kept: white space becomes ``_``, a slash ``-``, and what else Graphite could misread is dropped."""
    return _DROPPED.sub("", _SPACE.sub("_", name).replace("/", "-"))


def tagged(name: str, tags: dict[str, str]) -> str:
    """Return the name of a series with tags, as Graphite writes it: ``name;key=value;key=value``, by key."""
    kept = sorted((_word(key), _word(value)) for key, value in tags.items())
    return name + "".join(f";{key}={value}" for key, value in kept if key and value)


def _line(line: bytes) -> Iterator[Sample | BadLine]:
    tags: dict[str, str] = {}
    if b"|#" in line:
        for found in _TAGS.findall(line):
            pairs = (each.partition(":") for each in found.decode("utf-8", "replace").split(",") if each)
            tags |= {key: value for key, _, value in pairs}
        line = _TAGS.sub(b"", line)
    raw, *values = line.split(b":")
    name = sanitized(raw.decode("utf-8", "replace").strip())[:LONGEST_NAME]
    if tags:
        name = tagged(name, tags)
    if not name or not values:
        yield BadLine(line)
        return
    for value in values:
        yield _value(name, value.strip()) or BadLine(line)


def _value(name: str, text: bytes) -> Sample | None:
    value, *rest = text.split(b"|")
    kind = _KINDS.get(rest[0].strip()) if rest else None
    rate = _rate(rest[1].strip()) if rest[1:] else 1.0
    if kind is None or rate is None:
        return None
    if kind == SET:
        return Sample(name, kind, value.decode("utf-8", "replace"), rate)
    number = _number(value)
    if number is None or (kind == TIMER and number < 0):
        return None
    return Sample(name, kind, number, rate, step=kind == GAUGE and value[:1] in {b"+", b"-"})


def _number(text: bytes) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    found = float(text)
    return found if isfinite(found) else None


def _rate(text: bytes) -> float | None:
    found = _number(text[1:]) if text[:1] == b"@" else None
    return found if found is not None and 0 < found <= 1 else None


def _word(text: str) -> str:
    return sanitized(text).replace(";", "").replace("=", "")
