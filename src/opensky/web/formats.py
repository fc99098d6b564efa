"""How money, numbers and times are written on pages."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from opensky.kernel.clock import Clock
from opensky.kernel.money import Money

LOCALE = "en_US"
_FULL_BELOW = 10_000
_RELATIVE_DAYS = 30
_SECOND = timedelta(seconds=1)


def money(amount: Money | tuple[int, str]) -> str:
    """Write an amount with its currency sign, such as $12.50."""
    minor, currency = (amount.minor, amount.currency) if isinstance(amount, Money) else amount
    return _money(minor, currency)


@lru_cache(maxsize=20_000)
def _money(minor: int, currency: str) -> str:
    return format_currency(Money(minor, currency).amount, currency, locale=LOCALE)


@lru_cache(maxsize=20_000)
def count(number: int) -> str:
    """Write a count: whole up to 9,999, then short, such as 12.3k or 4.1M. It is cut, never rounded up."""
    if number < _FULL_BELOW:
        return format_decimal(number, locale=LOCALE)
    for size, sign in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if number >= size:
            tenths = number * 10 // size
            return f"{tenths // 10}.{tenths % 10}{sign}".replace(".0", "")
    raise AssertionError(number)


class Ago:
    """Writes a moment relative to now, as a ``<time>`` that also bears the exact instant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, moment: datetime | None) -> Markup:
        """Return ``3 hours ago``, or the date when it is more than a month away."""
        if moment is None:
            return Markup()
        away = moment - self._clock.now()
        near = abs(away.days) < _RELATIVE_DAYS
        words = _away(away // _SECOND) if near else format_datetime(moment, "MMM d, y", locale=LOCALE)
        exact = _exact(moment.astimezone(UTC).replace(second=0, microsecond=0))
        return Markup(f'<time datetime="{moment.isoformat()}" title="{exact}">{words}</time>')  # noqa: S704 - numbers and names of months


# What a page says of times is mostly what the page before said: working it out costs more than the rest of a small page.


@lru_cache(maxsize=4_096)
def _away(seconds: int) -> str:
    return format_timedelta(timedelta(seconds=seconds), add_direction=True, locale=LOCALE)


@lru_cache(maxsize=4_096)
def _exact(minute: datetime) -> str:
    return format_datetime(minute, "MMMM d, y 'at' HH:mm 'UTC'", locale=LOCALE)


FILTERS: dict[str, Any] = {"money": money, "count": count}
