"""Ids are unique, sort by the time of their making, and fit into 63 bits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.clock import SetClock, SystemClock
from opensky.kernel.ids import EPOCH, NODES, IdGenerator, first_id_at, made_at


def test_many_threads_never_get_the_same_id_and_each_gets_them_in_order() -> None:
    """Eight threads that ask at once get 40,000 different ids, each thread growing ones."""
    ids = IdGenerator(7, SystemClock())

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: [ids.next() for _ in range(5_000)], range(8)))

    assert len({one for some in taken for one in some}) == 40_000
    assert all(some == sorted(some) for some in taken)


@given(st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=200))
def test_a_clock_that_jumps_makes_no_doubled_id(jumps: list[int]) -> None:
    """Whatever the clock does, the next id is greater than all before."""
    clock = SetClock(datetime(2013, 2, 8, tzinfo=UTC))
    ids = IdGenerator(1, clock)
    made = []

    for milliseconds in jumps:
        clock.advance(milliseconds=milliseconds)
        made.append(ids.next())

    assert made == sorted(set(made))


def test_more_ids_in_a_millisecond_than_there_are_numbers_borrow_from_the_next(clock: SetClock) -> None:
    """The 4,097th id of a millisecond belongs to the next one."""
    ids = IdGenerator(0, clock)

    made = [ids.next() for _ in range(4_097)]

    assert made_at(made[4_095]) == clock.now()
    assert made_at(made[4_096]) == clock.now() + timedelta(milliseconds=1)


def test_several_ids_at_once_are_as_those_made_one_by_one(clock: SetClock) -> None:
    """Rising, and above all that were made before; a millisecond that is full borrows from the next."""
    ids = IdGenerator(0, clock)

    made = [ids.next(), *ids.several(4_096), ids.next()]

    assert made == sorted(set(made))
    assert [made_at(one) - clock.now() for one in (made[4_095], made[4_096])] == [
        timedelta(0),
        timedelta(milliseconds=1),
    ]
    assert ids.several(0) == []


def test_two_nodes_never_make_the_same_id(clock: SetClock) -> None:
    """At one moment, each node has ids of its own."""
    made = [IdGenerator(node, clock).next() for node in range(NODES)]

    assert len(set(made)) == NODES


@pytest.mark.parametrize("node", [-1, NODES])
def test_a_node_outside_its_ten_bits_is_refused(node: int, clock: SetClock) -> None:
    """A node number that would spill into the time is an error at start, not a doubled id later."""
    with pytest.raises(ValueError, match="node must be 0 to 1023"):
        IdGenerator(node, clock)


@given(st.datetimes(datetime(2010, 1, 1), datetime(2079, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_an_id_tells_when_it_was_made_and_is_bounded_by_the_first_of_its_moment(moment: datetime) -> None:
    """Queries by time can use the id."""
    made = IdGenerator(1023, SetClock(moment)).next()

    assert first_id_at(moment) <= made < first_id_at(moment + timedelta(milliseconds=1))
    assert made_at(made) == EPOCH + (moment - EPOCH) // timedelta(milliseconds=1) * timedelta(milliseconds=1)
    assert made < 1 << 63
