"""Texts that repeat: ids and prices of a shop are shown over and over, so most are found here without reckoning.

Each memory is bounded: when it is full it starts anew, which costs less than to know what was used last.
"""

from functools import lru_cache
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


Prices = dict[int, Any]
"""Minor units of one currency to what shows them."""


class _Currencies(dict[str, Prices]):
    """A currency to its prices."""

    def __missing__(self, key: str) -> Prices:
        if len(self) >= MOST_CURRENCIES:
            self.clear()
        made: Prices = {}
        self[key] = made
        return made


# Plain dictionaries: the interpreter reads them faster than a mapping that makes what it lacks.
IDS: dict[int, str] = {}
PRICES, ENCODED_PRICES = _Currencies(), _Currencies()
"""To a ``MoneyView``, and to the JSON of one."""


def new_id(key: int) -> str:
    """Return the text of an id that is not remembered, and remember it."""
    if len(IDS) >= MOST_IDS:
        IDS.clear()
    made = IDS[key] = str(key)
    return made


def new_price(currency: str, minor: int) -> MoneyView:
    """Return the view of a price that is not remembered, and remember it."""
    made = MoneyView(_amount(currency, minor), currency)
    _remember(PRICES[currency], minor, made)
    return made


def new_encoded_price(currency: str, minor: int) -> msgspec.Raw:
    """Return the JSON of a price that is not remembered, and remember it."""
    made = msgspec.Raw(f'{{"amount":"{_amount(currency, minor)}","currency":{_quoted(currency)}}}'.encode())
    _remember(ENCODED_PRICES[currency], minor, made)
    return made


def price(money: Money, *, encoded: bool) -> Any:
    """Return what shows an amount."""
    known = (ENCODED_PRICES if encoded else PRICES)[money.currency].get(money.minor)
    if known is not None:
        return known
    return (new_encoded_price if encoded else new_price)(money.currency, money.minor)


def forget() -> None:
    """Forget all texts: for measurements of the first time."""
    for memory in (IDS, PRICES, ENCODED_PRICES):
        memory.clear()


def _amount(currency: str, minor: int) -> str:
    if minor > 99 and _has_cents(currency):  # noqa: PLR2004 - the usual price, a little faster
        digits = str(minor)
        return f"{digits[:-2]}.{digits[-2:]}"
    return Money(minor, currency).text


@lru_cache(maxsize=MOST_CURRENCIES)
def _has_cents(currency: str) -> bool:
    return Money(5, currency).text == "0.05"


@lru_cache(maxsize=MOST_CURRENCIES)
def _quoted(currency: str) -> str:
    return msgspec.json.encode(currency).decode()


def _remember(prices: Prices, minor: int, shown: Any) -> None:
    if len(prices) >= MOST_PRICES:
        prices.clear()
    prices[minor] = shown
