"""What is done about rewards by the clock."""

from collections.abc import Generator
from datetime import timedelta

from opensky.devo.rewards.spans import SpanRepository
from opensky.kernel.clock import Clock
from opensky.scheduler import job

KEPT = timedelta(days=100)
"""A rule may be asked about an event days later; nobody asks about a quarter ago."""


@job("30 4 * * SUN", jitter=600)
def forget_windows(spans: SpanRepository, clock: Clock) -> Generator[None, None, str]:
    """Forget what reward rules have used of days, weeks and months that are long over."""
    forgotten = 0
    while some := spans.forget_before((clock.now() - KEPT).date()):
        forgotten += some
        yield
    return f"Counters of what is long over: {forgotten:,}."
