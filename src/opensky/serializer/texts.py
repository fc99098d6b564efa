"""Texts that repeat: ids and prices of a shop are shown over and over, so most are found here without reckoning.

Each memory is bounded: when it is full it starts anew, which costs less than to know what was used last.
"""

from typing import Annotated, Any

import msgspec

from opensky.kernel.money import Money

MOST_IDS = 8192
MOST_PRICES = 8192
MOST_CURRENCIES = 64


class MoneyView(msgspec.Struct, frozen=True, gc=False):
    """An amount in decimal text, and its ISO 4217 currency."""

    amount: Annotated[str, msgspec.Meta(examples=["24.00"])]
    currency: Annotated[str, msgspec.Meta(examples=["USD"])]


class _Ids(dict[int, str]):
    """An id to its text."""

    def __missing__(self, key: int) -> str:
        if len(self) >= MOST_IDS:
            self.clear()
        made = self[key] = str(key)
        return made


class _Prices(dict[int, Any]):
    """Minor units of one currency to what shows them."""

    def __init__(self, currency: str, *, encoded: bool) -> None:
        super().__init__()
        self._currency, self._encoded = currency, encoded
        self._rest = f'","currency":{msgspec.json.encode(currency).decode()}}}'
        self._has_cents = Money(5, currency).text == "0.05"

    def __missing__(self, key: int) -> Any:
        if len(self) >= MOST_PRICES:
            self.clear()
        if self._has_cents and key > 99:  # noqa: PLR2004 - the usual price, a little faster
            digits = str(key)
            text = f"{digits[:-2]}.{digits[-2:]}"
        else:
            text = Money(key, self._currency).text
        if self._encoded:
            made: Any = msgspec.Raw(f'{{"amount":"{text}{self._rest}'.encode())
        else:
            made = MoneyView(text, self._currency)
        self[key] = made
        return made


class _Currencies(dict[str, _Prices]):
    """A currency to its prices."""

    def __init__(self, *, encoded: bool) -> None:
        super().__init__()
        self._encoded = encoded

    def __missing__(self, key: str) -> _Prices:
        if len(self) >= MOST_CURRENCIES:
            self.clear()
        made = self[key] = _Prices(key, encoded=self._encoded)
        return made


IDS = _Ids()
PRICES = _Currencies(encoded=False)
"""Currency, then minor units, to a ``MoneyView``."""
ENCODED_PRICES = _Currencies(encoded=True)
"""Currency, then minor units, to the JSON of a ``MoneyView``."""


def forget() -> None:
    """Forget all texts: for measurements of the first time."""
    for memory in (IDS, PRICES, ENCODED_PRICES):
        memory.clear()
