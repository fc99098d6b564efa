"""Money is exact: nothing is lost by splitting, nothing is guessed by rounding, no two currencies are mixed."""

from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.currencies import CURRENCIES, DECIMALS
from opensky.kernel.money import CurrencyMismatch, Money, total

amounts = st.builds(Money, st.integers(-(10**15), 10**15), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any)


@given(amounts, st.integers(1, 200))
def test_the_parts_of_a_split_sum_to_the_amount_and_differ_by_at_most_one(amount: Money, parts: int) -> None:
    """A split loses nothing and favours nobody by more than the smallest coin."""
    split = amount.split(parts)

    assert len(split) == parts
    assert total(split, amount.currency) == amount
    assert max(p.minor for p in split) - min(p.minor for p in split) <= 1


@given(amounts, weights)
def test_an_allocation_sums_to_the_amount_and_strays_less_than_a_coin_from_its_weight(
    amount: Money, shares: list[int]
) -> None:
    """Each part is its exact share, rounded up or down; together they are the amount."""
    parts = amount.allocate(shares)

    assert total(parts, amount.currency) == amount
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part.minor * sum(shares) - amount.minor * weight) < sum(shares)


def test_the_first_parts_take_the_odd_cents() -> None:
    """Ten dollars in three parts: the first has the cent."""
    assert Money(1000).split(3) == [Money(334), Money(333), Money(333)]
    assert Money(-1000).split(3) == [Money(-334), Money(-333), Money(-333)]


@pytest.mark.parametrize("shares", [[], [0, 0], [2, -1]])
def test_an_allocation_without_sensible_weights_is_refused(shares: list[int]) -> None:
    """Nothing to share by is an error of the caller."""
    with pytest.raises(ValueError, match="non-negative with a positive sum"):
        Money(100).allocate(shares)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "USD", 1250),
        ("0.125", "USD", 12),
        ("0.135", "USD", 14),
        ("-0.125", "USD", -12),
        ("1250", "JPY", 1250),
        ("1.2345", "KWD", 1234),
    ],
)
def test_a_decimal_amount_is_rounded_half_to_even_to_its_minor_unit(text: str, currency: str, minor: int) -> None:
    """What is finer than a coin goes to the even neighbour, so that many roundings do not drift."""
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1250), "12.50"),
        (Money(5), "0.05"),
        (Money(-5), "-0.05"),
        (Money(1250, "JPY"), "1250"),
        (Money(-1250, "KWD"), "-1.250"),
    ],
)
def test_money_is_written_with_all_decimals_of_its_currency(money: Money, text: str) -> None:
    """Machines read the amount with as many decimals as the currency has."""
    assert money.text == text


@given(amounts)
def test_text_and_amount_and_money_are_one_value(amount: Money) -> None:
    """Written and read again, nothing has changed."""
    assert Money.of(amount.text, amount.currency) == amount
    assert Decimal(amount.text) == amount.amount


def test_a_rate_is_rounded_once_half_to_even() -> None:
    """Seven and a quarter percent of $10.00 is 72.5 cents, which is 72."""
    assert Money(1000).times(Decimal("0.0725")) == Money(72)
    assert Money(1000).times(Decimal("0.0735")) == Money(74)


def test_two_currencies_are_never_reckoned_together() -> None:
    """Adding, taking away and comparing dollars with euros is an error that names both."""
    dollars, euros = Money(1), Money(1, "EUR")
    for reckon in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__):
        with pytest.raises(CurrencyMismatch, match="USD with EUR"):
            reckon(dollars, euros)


def test_money_adds_multiplies_compares_and_knows_zero() -> None:
    """The arithmetic that a bag needs."""
    assert Money(250) * 3 + Money(1) - Money(51) == Money(700)
    assert -Money(5) == Money(-5)
    assert Money(1) < Money(2) <= Money(2)
    assert Money(3) > Money(2) >= Money(2)
    assert not Money(0)
    assert total([], "EUR") == Money(0, "EUR")
    assert str(Money(123456)) == "1,234.56 USD"


def test_every_currency_that_is_tender_somewhere_is_known() -> None:
    """As Babel's tables have them, which the pages are written with."""
    today = {
        currency
        for used in get_global("territory_currencies").values()
        for currency, _since, until, tender in used
        if tender and until is None
    }
    assert today == CURRENCIES
    assert DECIMALS.keys() <= CURRENCIES
