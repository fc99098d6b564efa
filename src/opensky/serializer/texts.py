"""Texts that repeat: ids and prices of a shop are shown over and over, so most are found here without reckoning.

Each memory is bounded: when it is full it starts anew, which costs less than to know what was used last.
"""

from typing import Annotated, Any, Generic, TypeVar

import msgspec

from opensky.kernel.money import Money

K = TypeVar("K")
V = TypeVar("V")

MOST_IDS = 8192
MOST_PRICES = 4096
MOST_CURRENCIES = 64


class MoneyView(msgspec.Struct, frozen=True, gc=False):
    """An amount in decimal text, and its ISO 4217 currency."""

    amount: Annotated[str, msgspec.Meta(examples=["24.00"])]
    currency: Annotated[str, msgspec.Meta(examples=["USD"])]


class _Memory(dict[K, V], Generic[K, V]):
    """A mapping that makes what it does not hold."""

    most = MOST_IDS

    def make(self, key: K) -> V:
        raise NotImplementedError

    def __missing__(self, key: K) -> V:
        if len(self) >= self.most:
            self.clear()
        made = self[key] = self.make(key)
        return made


class _Ids(_Memory[int, str]):
    def make(self, key: int) -> str:
        return str(key)


class _Prices(_Memory[int, Any]):
    most = MOST_PRICES

    def __init__(self, currency: str, *, encoded: bool) -> None:
        super().__init__()
        self._currency, self._encoded = currency, encoded

    def make(self, key: int) -> Any:
        shown = MoneyView(Money(key, self._currency).text, self._currency)
        return msgspec.Raw(msgspec.json.encode(shown)) if self._encoded else shown


class _Currencies(_Memory[str, _Prices]):
    most = MOST_CURRENCIES

    def __init__(self, *, encoded: bool) -> None:
        super().__init__()
        self._encoded = encoded

    def make(self, key: str) -> _Prices:
        return _Prices(key, encoded=self._encoded)


IDS = _Ids()
PRICES = _Currencies(encoded=False)
"""Currency, then minor units, to a ``MoneyView``."""
ENCODED_PRICES = _Currencies(encoded=True)
"""Currency, then minor units, to the JSON of a ``MoneyView``."""


def forget() -> None:
    """Forget all texts: for measurements of the first time."""
    for memory in (IDS, PRICES, ENCODED_PRICES):
        memory.clear()
