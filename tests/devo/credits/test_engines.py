"""Many at once, on each engine: nothing is granted twice, and nothing is spent that is not there."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dishka import Container, Provider, Scope
from sqlalchemy import func, select

from opensky.devo.credits.errors import NotEnough
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.objects import LedgerEntry
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork, table
from opensky.settings import Settings
from opensky.wiring.containers import container

MAYA, TOMAS = MemberId(11), MemberId(12)
AT_ONCE = 6
entries = table(LedgerEntry)


@pytest.fixture
def jobs(engine: Any, settings: Settings, clock: SetClock) -> Iterator[Container]:
    """The shop's own container on each engine."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    with container(replace(settings, **engine), test) as made:
        made.get(Database).create()
        yield made


def booked(jobs: Container, what: Callable[[CreditManager], bool]) -> bool:
    """Book in a transaction of its own; says whether it happened."""
    with jobs() as job:
        try:
            done = what(job.get(CreditManager))
        except NotEnough:
            return False
        job.get(UnitOfWork).commit()
    return done


def test_many_at_once_book_what_is_right(jobs: Container, clock: SetClock) -> None:
    """Each of 30 grants comes three times, 60 try to spend what is enough for 45, and what is taken back is so once."""
    tomorrow = clock.now() + timedelta(days=1)

    def grant(number: int) -> bool:
        ends = tomorrow if number % 2 else None
        return booked(
            jobs, lambda it: it.grant(MAYA, Money(150), key=f"grant {number % 30}", why="Race", expires_at=ends)
        )

    def spend(number: int) -> bool:
        return booked(jobs, lambda it: it.spend(MAYA, Money(100), f"spend {number}", ""))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(grant, range(90))) == 30
        assert sum(pool.map(spend, range(60))) == 45
        back = [pool.submit(booked, jobs, lambda it: it.reverse("grant 7", "Cancelled")) for _ in range(AT_ONCE)]
        assert sum(each.result() for each in back) == 1
        assert booked(jobs, lambda it: it.adjust(TOMAS, 7, key="by hand", why="Support"))

    with jobs() as job:
        assert job.get(CreditManager).balance(MAYA) == (Money(-150), 0)
        assert job.get(CreditManager).balance(TOMAS) == (Money(0), 7)
        uneven = select(entries.c.transaction_id).group_by(entries.c.transaction_id)
        assert job.get(UnitOfWork).execute(uneven.having(func.sum(entries.c.amount_minor) != 0)).all() == []


def test_what_expires_and_how_it_is_listed_is_the_same_everywhere(jobs: Container, clock: SetClock) -> None:
    """Expiry, reversal and pages as on the embedded database."""
    ends = clock.now() + timedelta(days=1)
    assert booked(jobs, lambda it: it.grant(MAYA, 5, key="a", why="First", expires_at=ends, rule="7.2"))
    assert booked(jobs, lambda it: it.spend(MAYA, 2, "b", "Used"))
    assert booked(jobs, lambda it: it.reverse("b", "Back"))
    clock.advance(days=1)
    assert booked(jobs, lambda it: it.expire() == 1)
    assert not booked(jobs, lambda it: it.expire() > 0)
    assert not booked(jobs, lambda it: it.reverse("a", ""))
    with jobs() as job:
        ledger = job.get(CreditManager)
        first = ledger.entries(MAYA, limit=2)
        rest = ledger.entries(MAYA, first.older, 2)
        assert ledger.balance(MAYA).points == 0
    said = [(each.act, each.amount, each.why, each.expires_at) for each in (*first.entries, *rest.entries)]
    assert said == [
        ("expired", -5, "Not used in time", None),
        ("reversed", 2, "Back", None),
        ("spent", -2, "Used", None),
        ("granted", 5, "First", ends),
    ]
