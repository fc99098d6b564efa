"""How money, numbers and times are written on pages."""

from datetime import UTC, datetime
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
        if abs(away.days) < _RELATIVE_DAYS:
            words = format_timedelta(away, add_direction=True, locale=LOCALE)
        else:
            words = format_datetime(moment, "MMM d, y", locale=LOCALE)
        exact = format_datetime(moment.astimezone(UTC), "MMMM d, y 'at' HH:mm 'UTC'", locale=LOCALE)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), exact, words)


FILTERS: dict[str, Any] = {"money": money, "count": count}
