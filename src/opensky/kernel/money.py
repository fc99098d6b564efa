"""Money: an integer of minor units and an ISO 4217 currency. Never a float, never lost by rounding."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from opensky.kernel.currencies import DECIMALS
from opensky.kernel.errors import OpenSkyError


class CurrencyMismatch(OpenSkyError):
    """Two currencies were mixed in one sum."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount, such as ``Money(1250, "USD")`` for $12.50."""

    minor: int
    currency: str = "USD"

    @classmethod
    def of(cls, amount: str | Decimal | int, currency: str = "USD") -> "Money":
        """Read a decimal amount (``"12.50"``); what is finer than the minor unit is rounded half to even."""
        scaled = Decimal(amount).scaleb(DECIMALS.get(currency, 2))
        return cls(int(scaled.quantize(Decimal(1), ROUND_HALF_EVEN)), currency)

    @property
    def amount(self) -> Decimal:
        """The exact decimal amount."""
        return Decimal(self.minor).scaleb(-DECIMALS.get(self.currency, 2))

    @property
    def text(self) -> str:
        """The exact amount as plain text with all decimals of the currency, such as ``12.50``, for machines to read."""
        decimals = DECIMALS.get(self.currency, 2)
        if decimals == 0:
            return str(self.minor)
        whole, rest = divmod(abs(self.minor), 10**decimals)
        return f"{'-' if self.minor < 0 else ''}{whole}.{rest:0{decimals}}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"

    def times(self, factor: Decimal) -> "Money":
        """Multiply by a decimal (a rate, a share), rounded half to even to the minor unit."""
        return Money(int((self.minor * factor).quantize(Decimal(1), ROUND_HALF_EVEN)), self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Share the amount by ``weights`` so that the parts sum to it exactly (largest remainder, first come first).

        Raises:
            ValueError: no weight, a negative one, or all zero.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            message = f"weights must be non-negative with a positive sum, not {list(weights)}"
            raise ValueError(message)
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * w, total) for w in weights]
        left = abs(self.minor) - sum(whole for whole, _ in shares)
        extra = set(sorted(range(len(shares)), key=lambda i: -shares[i][1])[:left])
        return [Money(sign * (whole + (i in extra)), self.currency) for i, (whole, _) in enumerate(shares)]

    def split(self, parts: int) -> list["Money"]:
        """Split into ``parts`` that differ by at most one minor unit and sum to the amount."""
        return self.allocate([1] * parts)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            message = f"cannot reckon {self.currency} with {other.currency}"
            raise CurrencyMismatch(message, currencies=(self.currency, other.currency))
        return other.minor


def total(amounts: Sequence[Money], currency: str = "USD") -> Money:
    """Sum amounts of one currency; an empty sum is zero of ``currency``."""
    return sum(amounts[1:], amounts[0]) if amounts else Money(0, currency)
