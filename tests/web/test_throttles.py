"""How often somebody may try."""

from datetime import timedelta
from typing import Any

import pytest

from opensky.kernel.errors import TooMany
from opensky.web import Limit, Throttles
from opensky.web.objects import Throttle

_LIMIT = Limit(3, timedelta(minutes=2))


@pytest.fixture
def throttles(shop: Any) -> Throttles:
    return Throttles(shop.database, shop.clock, shop.settings.secret_key)


def _tries(throttles: Throttles, key: str = "log-in:ann@example.com") -> int:
    """Return how many tries pass until one is refused."""
    for passed in range(100):
        try:
            throttles.take((key, _LIMIT))
        except TooMany:
            return passed
    raise AssertionError


def test_a_burst_passes_and_then_one_try_each_interval(throttles: Throttles, shop: Any) -> None:
    """The wait is said to the second."""
    assert _tries(throttles) == 3
    with pytest.raises(TooMany) as refused:
        throttles.take(("log-in:ann@example.com", _LIMIT))
    assert refused.value.retry_after == 120
    shop.clock.advance(seconds=119)
    assert _tries(throttles) == 0
    shop.clock.advance(seconds=1)
    assert _tries(throttles) == 1
    shop.clock.advance(hours=1)
    assert _tries(throttles) == 3


def test_keys_do_not_touch_each_other(throttles: Throttles) -> None:
    """One account under attack locks no other."""
    assert (_tries(throttles, "log-in:ann"), _tries(throttles, "log-in:ben")) == (3, 3)


def test_nothing_is_counted_when_one_of_several_is_used_up(throttles: Throttles) -> None:
    """An address that is locked out does not lock accounts."""
    _tries(throttles, "address:1")
    with pytest.raises(TooMany):
        throttles.take(("log-in:ann", _LIMIT), ("address:1", _LIMIT))
    assert _tries(throttles, "log-in:ann") == 3


def test_the_allowance_is_given_back(throttles: Throttles, shop: Any) -> None:
    """In the transaction of what went well."""
    _tries(throttles, "log-in:ann")
    with shop.database.unit_of_work() as unit_of_work:
        throttles.forget(unit_of_work, "log-in:ann")
        unit_of_work.commit()
    assert _tries(throttles, "log-in:ann") == 3


def test_processes_share_the_count_and_nobody_can_read_the_key(throttles: Throttles, shop: Any) -> None:
    """Another process is another object over the same database."""
    throttles.take(("log-in:ann", _LIMIT))
    assert _tries(Throttles(shop.database, shop.clock, shop.settings.secret_key), "log-in:ann") == 2
    with shop.database.unit_of_work() as unit_of_work:
        assert [len(t.key) for t in unit_of_work.find(Throttle)] == [64]
        assert "ann" not in unit_of_work.find(Throttle)[0].key


def test_who_waited_long_enough_is_forgotten(throttles: Throttles, shop: Any) -> None:
    """The table holds those alone who are ahead of their allowance."""
    throttles.take(("log-in:ann", _LIMIT))
    shop.clock.advance(minutes=2)
    throttles.take(("log-in:ben", _LIMIT))
    with shop.database.unit_of_work() as unit_of_work:
        assert len(unit_of_work.find(Throttle)) == 1
