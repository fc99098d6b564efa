"""What came of it all: answers, deeds, failures, summed up for a line now and then and for the end."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field

_SERVER_ERROR = 500
_VARYING = re.compile(r"^/(products|insiders|shelves|orders|s|media|static)/[^?]+")
_NAMED = 3
_PARTS = ("/static/", "/media/")
_WORDS = (
    ("order", "orders"),
    ("declined card", "declined cards"),
    ("sign-up", "sign-ups"),
    ("log-in", "log-ins"),
    ("wrong password", "wrong passwords"),
    ("follow", "follows"),
    ("share", "shares"),
    ("bag left behind", "bags left behind"),
)


@dataclass
class Stretch:
    """What was counted in some time."""

    began: float = field(default_factory=time.monotonic)
    requests: int = 0
    took: Counter[float] = field(default_factory=Counter)
    """How many pages took so many milliseconds, to two digits: a day of them fits."""
    deeds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """What went wrong, as ``500 at /products/…``, and how often."""

    def percentile(self, percent: int) -> float:
        """Return how many milliseconds so many in a hundred pages took at most; 0 if there was none."""
        left = self.took.total() * percent / 100
        for milliseconds in sorted(self.took):
            left -= self.took[milliseconds]
            if left <= 0:
                return milliseconds
        return 0.0


class Tally:
    """Counts for the line that is printed next, and for the end."""

    def __init__(self) -> None:
        self.whole = Stretch()
        self.lately = Stretch()
        self.here = 0
        """How many visitors are in the shop now."""
        self.came = 0

    def heard(self, path: str, status: int, seconds: float) -> None:
        """Note an answer; a status of 0 says that there was none."""
        took = float(f"{1000 * seconds:.2g}")
        page = not path.startswith(_PARTS)
        for each in (self.whole, self.lately):
            each.requests += 1
            each.took[took] += page
            if status == 0 or status >= _SERVER_ERROR:
                each.failed[f"{status or 'no answer'} at {place(path)}"] += 1

    def did(self, deed: str) -> None:
        """Note what a visitor has done: one of the words of a line."""
        for each in (self.whole, self.lately):
            each.deeds[deed] += 1

    def line(self) -> str:
        """Say what happened since the last line, and begin anew."""
        said = f"{self.here} here, {_said(self.lately)}"
        self.lately = Stretch()
        return said

    def end(self) -> str:
        """Say what happened in all."""
        return f"{self.came} visitors came: {_said(self.whole)}"

    @property
    def failures(self) -> int:
        """How many requests have failed in all."""
        return self.whole.failed.total()


def _said(stretch: Stretch) -> str:
    lasted = max(time.monotonic() - stretch.began, 0.001)
    parts = [f"{stretch.requests / lasted:.1f} requests/s"]
    if stretch.took:
        parts[0] += (
            f" (half of the pages within {stretch.percentile(50):g} ms, 95 % within {stretch.percentile(95):g} ms)"
        )
    for one, many in _WORDS:
        if count := stretch.deeds[one]:
            parts.append(f"{count} {one if count == 1 else many}")
    if stretch.failed:
        parts.append("FAILED: " + _failures(stretch.failed))
    return "; ".join(parts)


def _failures(failed: Counter[str]) -> str:
    worst = failed.most_common(_NAMED)
    others = failed.total() - sum(count for _, count in worst)
    said = ", ".join(f"{count} times {what}" for what, count in worst)
    return f"{said}, {others} others" if others else said


def place(path: str) -> str:
    """Return a path without what varies in it, so that failures of one page are counted together."""
    return _VARYING.sub(r"/\1/…", path.partition("?")[0])
