"""Which events rules are asked about is a setting."""

from dataclasses import replace
from typing import Any

import pytest
from dishka import Provider, Scope
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member
from opensky.devo.rewards.facts import EVENTS, looked_up
from opensky.devo.rewards.manager import Typed
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.wiring.containers import container

HELLO = Typed(name="Hello", event="member.created", reward="points", more={"points.points": "20"})


def test_rules_are_asked_about_the_events_that_the_settings_name(
    settings: Settings, clock: SetClock, ready: Ready, buy: Buy, ben: Member
) -> None:
    """A rule on another is silent, and costs nothing."""
    ready(TALK)
    ready(HELLO)
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    quiet = container(replace(settings, events={"rewards": ["order.paid"]}), test)
    with quiet() as job:
        ada = job.get(MemberManager).sign_up("ada@example.org", "Ada", "seven blue cacti")
        job.get(UnitOfWork).commit()
    buy(ben)
    with quiet() as job:
        assert job.get(CreditManager).balance(ada.id).points == 0
        assert job.get(CreditManager).balance(ben.id).credit == Money(500)
    quiet.close()


def test_all_are_asked_about_where_the_settings_say_nothing(settings: Settings) -> None:
    """The default."""
    assert looked_up(settings) == EVENTS


@pytest.mark.parametrize("named", ["order.paid", ["order.eaten"], [7]])
def test_an_event_that_rules_cannot_be_made_for_is_refused(settings: Settings, named: Any) -> None:
    """Before the shop opens."""
    with pytest.raises(Misconfigured, match=r"events\.rewards"):
        looked_up(replace(settings, events={"rewards": named}))
