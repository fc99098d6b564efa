"""Campaigns and coupons of the Complete Journey: lists, paused rules, and the check against what was really redeemed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dishka import Provider, Scope
from tests.importing.conftest import write_campaigns

from opensky.devo.rewards.lists import NamedList, RewardLists
from opensky.devo.rewards.manager import RewardManager
from opensky.importing import completejourney
from opensky.importing.report import Report
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring import container

Ask = Callable[[str], list[tuple[Any, ...]]]
NOTED = {
    "redemptions known": 4,
    "redemptions that their rule grants, on the day": 1,
    "redemptions with none of the coupon's goods in an order of the day": 1,
    "redemptions with no order on the day": 2,
    "of these, granted a day before or after": 2,
    "of these, granted on another day of the campaign": 0,
    "members and coupons whose rule grants, and that were not redeemed": 0,
}


@pytest.fixture
def report(database: Database, settings: Settings, journey: Path) -> Report:
    """What the import of the small journey with campaigns reports."""
    write_campaigns(journey)
    return completejourney.run(database, settings, folder=journey)


def test_redemptions_are_compared_with_what_the_rules_grant(report: Report) -> None:
    """Each stands under what became of it."""
    assert {name: number for name, number in report.noted.items() if name in NOTED} == NOTED
    assert {
        name: report.imported[name]
        for name in ("campaigns", "rules of coupons", "members on lists", "products on lists")
    } == {
        "campaigns": 2,
        "rules of coupons": 3,
        "members on lists": 3,
        "products on lists": 3,
    }


def test_a_coupon_is_a_paused_rule_over_two_lists(report: Report, settings: Settings) -> None:
    """It gives what the till took off; where the till says nothing, a dollar. Its time is that of the campaign."""
    with container(settings, Provider(scope=Scope.APP)) as shop, shop() as job:
        rewards = job.get(RewardManager)
        rules = sorted(rewards.all(), key=lambda rule: rule.name)
        assert [(rule.name, rule.state, rewards.gives(rule)) for rule in rules] == [
            ("Campaign 1, coupon 5100", "paused", "0.55 USD of credit"),
            ("Campaign 1, coupon 5200", "paused", "1.00 USD of credit"),
            ("Campaign 2, coupon 5200", "paused", "1.00 USD of credit"),
        ]
        assert rewards.sentence(rules[0]) == (
            "When an order is paid and their lists has 'Campaign 1' and its lists has 'Campaign 1, coupon 5100', "
            "they get 0.55 USD of credit."
        )
        assert [f"{rules[0].starts_at:%Y-%m-%d}", f"{rules[0].ends_at:%Y-%m-%d}"] == ["2017-01-01", "2017-01-04"]
        assert job.get(RewardLists).all() == [
            NamedList("Campaign 1", "member", 2),
            NamedList("Campaign 1, coupon 5100", "product", 1),
            NamedList("Campaign 1, coupon 5200", "product", 1),
            NamedList("Campaign 2", "member", 1),
            NamedList("Campaign 2, coupon 5200", "product", 1),
        ]


def test_data_without_campaigns_has_none(database: Database, settings: Settings, journey: Path, ask: Ask) -> None:
    """And when they come later they are added."""
    assert "campaigns" not in completejourney.run(database, settings, folder=journey).imported
    assert ask("select count(*) from reward_rules") == [(0,)]
    write_campaigns(journey)
    again = completejourney.run(database, settings, folder=journey)
    assert again.imported["rules of coupons"] == 3
    assert ask("select count(*) from reward_rules") == [(3,)]
    assert completejourney.run(database, settings, folder=journey).already_done
