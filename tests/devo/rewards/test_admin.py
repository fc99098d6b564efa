"""Rewards in the admin: the talk's rule is made, tried, switched on and paused in the browser, without code and without JavaScript."""

import pytest
from httpx import Response
from tests.devo.rewards.conftest import Buy, press

from opensky.devo.members.objects import Member
from opensky.testing.browser import Browser

RULES = "/admin/rewards"
TALK = {"name": "First purchase", "reward": "credit", "order.require_first_purchase": "yes", "credit.amount": "5"}


def on(staff: Browser, path: str, act: str) -> None:
    """Press a button of a rule's page."""
    staff.open(path)
    staff.submit(f"{path}/{act}")


def as_text(staff: Browser) -> Response:
    """Go on with the condition as text."""
    return press(staff, "text")


def made(staff: Browser, **typed: str) -> str:
    """Make a rule and return its path."""
    staff.open(f"{RULES}/new")
    return str(staff.submit(f"{RULES}/new", **(TALK | typed)).url.path)


def test_the_first_purchase_gets_five_dollars_without_code(staff: Browser, buy: Buy, ben: Member) -> None:
    """Made as a draft, tried on a past order, switched on, and paid with the next order."""
    past = buy(ben)
    path = made(staff, limit_each="1")
    shown = staff.open(path)
    assert "When an order is paid and it is their first purchase, they get 5.00 USD of credit." in shown.text
    assert "<dd>draft</dd>" in shown.text

    tried = staff.open(f"{path}?order={past.number}").text
    assert "yes: it is their first purchase" in tried
    assert "Yes: if it were on, they would get 5.00 USD of credit." in tried

    on(staff, path, "activate")
    assert "Yes: they would get 5.00 USD of credit." in staff.open(f"{path}?order={past.number}").text
    assert "No: the condition does not hold." in staff.open(f"{path}?order={buy(ben).number}").text


def test_what_was_granted_is_shown_with_its_reason(staff: Browser, buy: Buy, ben: Member) -> None:
    """Each with what its clauses found; the same order is not granted for again."""
    path = made(staff)
    on(staff, path, "activate")
    order = buy(ben)
    shown = staff.open(path).text
    assert f"order.paid:{order.id}" in shown
    assert "yes: it is their first purchase" in shown
    assert f"/admin/members/{ben.id}" in shown
    assert "It has granted for this order already." in staff.open(f"{path}?order={order.number}").text


def test_what_is_wrong_is_said_and_nothing_is_lost(staff: Browser) -> None:
    """An unknown fact, an amount below zero, an end before the beginning: each beside its field."""
    staff.open(f"{RULES}/new")
    as_text(staff)
    answer = staff.submit(
        f"{RULES}/new",
        name="",
        reward="credit",
        condition="order.totel > 100",
        starts_at="2026-12-24T18:00",
        ends_at="2026-12-24T17:00",
        limit_total="0",
        priority="high",
        **{"credit.amount": "-5", "order.minimum_total": "much"},
    )
    assert answer.status_code == 422
    for sentence in (
        "What is this reward called?",
        "There is no fact",
        "Please give an amount above zero",
        "It ends before it starts.",
        "Please give a number from 1, or nothing for no limit.",
        "Please give a whole number.",
        "Please give a number such as 7.50.",
        "order.totel &gt; 100",
    ):
        assert sentence in answer.text, sentence


def test_a_rule_is_edited_by_its_text(staff: Browser) -> None:
    """The condition comes back as it was typed, a form that is older than the rule is refused."""
    staff.open(f"{RULES}/new")
    as_text(staff)
    typed = TALK | {"condition": "order.total >= 19.99 or order.items > 3"}
    path = staff.submit(f"{RULES}/new", **typed).url.path
    staff.open(f"{path}/edit")
    form = as_text(staff).text
    assert "(order.total &gt;= 19.99 or order.items &gt; 3) and order.first_purchase" in form
    changed = {"name": "Big", "reward": "points", "condition": "order.total >= 50", "points.points": "20"}
    staff.submit(f"{path}/edit", **changed)
    shown = staff.open(path).text
    assert "When an order is paid and the order&#39;s total is at least 50, they get 20 points." in shown
    staff.open(f"{path}/edit")
    as_text(staff)
    answer = staff.submit(f"{path}/edit", version="0", **changed)
    assert answer.status_code == 422
    assert "Somebody has changed this meanwhile" in answer.text


def test_rules_are_listed_paused_and_archived(staff: Browser) -> None:
    """An archived rule stays, and is not switched on again."""
    path = made(staff)
    on(staff, path, "activate")
    on(staff, path, "pause")
    assert "First purchase" in staff.get(f"{RULES}?state=paused").text
    on(staff, path, "archive")
    assert "First purchase" not in staff.open(f"{RULES}?state=active").text
    shown = staff.open(path).text
    assert "Switch it on" not in shown


@pytest.mark.parametrize("event", ["order.paid", "member.created", "seller.follow"])
def test_each_event_has_its_form(staff: Browser, event: str) -> None:
    """With the facts that can be asked of it."""
    assert 'name="when-kind"' in staff.open(f"{RULES}/new?event={event}").text
    form = as_text(staff).text
    assert "member.days" in form
    assert ("insider.slug" in form) == (event == "seller.follow")


def test_an_unknown_event_or_rule_is_not_found(staff: Browser) -> None:
    """And says so."""
    assert staff.get(f"{RULES}/new?event=order.eaten").status_code == 404
    assert staff.get(f"{RULES}/17").status_code == 404
    assert staff.get(f"{RULES}/seventeen").status_code == 404


def test_rewards_are_for_staff(browser: Browser) -> None:
    """Nobody else sees or makes any."""
    assert browser.get(RULES, follow_redirects=False).status_code == 303
