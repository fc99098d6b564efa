"""The builder in the admin, without JavaScript: each button sends the form, which is shown anew; nothing is kept before it is saved."""

import re
from html import unescape

from dishka import Container
from tests.devo.rewards.conftest import press

from opensky.devo.rewards.manager import RewardManager
from opensky.testing.browser import Browser

NEW = "/admin/rewards/new"


def said(staff: Browser) -> str:
    """Return the sentence of the rule so far."""
    assert staff.page is not None
    found = re.search(r'id="rule-said"[^>]*>(.*?)</p>', staff.page.text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_a_condition_is_put_together_by_buttons(staff: Browser) -> None:
    """A clause, a group in it, a list; the sentence grows with it, and what is saved says just that."""
    staff.open(NEW)
    press(staff, "clause:when", name="Big", credit__amount="5")
    assert said(staff).startswith("When an order is paid and …, they get 5.00 USD of credit.")
    press(staff, "shown", **{"when-0-fact": "order.total"})
    press(staff, "group:when", **{"when-0-operator": "greater_than", "when-0-value": "50"})
    press(staff, "clause:when-1", **{"when-1-0-fact": "order.country"})
    press(staff, "shown", **{"when-1-0-operator": "set_contains", "when-1-1-fact": "member.days"})
    press(staff, "group:when", **{"when-1-0-value": "US, CA", "when-1-1-value": "30"})
    press(staff, "shown", **{"when-2-kind": "some:order.lines"})
    press(staff, "shown", **{"when-2-0-fact": "line.sku"})
    press(staff, "shown", **{"when-2-0-value": "BOWL"})
    whole = (
        "When an order is paid and the order's total is more than 50 and (the country is one of 'US', 'CA' or days since "
        "they joined is at least 30) and any of the lines is such that line sku is 'BOWL', they get 5.00 USD of credit."
    )
    assert said(staff) == f"{whole} At most once to one member."
    staff.submit(NEW)
    assert staff.heading == "Big"
    assert whole in staff.text().replace("&#39;", "'")

    # it is shown as fields again, and a clause is taken out
    staff.open(f"{staff.path}/edit")
    press(staff, "remove:when-1")
    staff.submit(staff.forms()[-1].action)
    assert "and the order's total is more than 50 and any of the lines is such" in staff.text()


def test_nothing_is_kept_by_looking(staff: Browser, jobs: Container) -> None:
    """A button of the form makes no rule."""
    staff.open(NEW)
    press(staff, "clause:when", name="Never")
    press(staff, "look")
    with jobs() as job:
        assert job.get(RewardManager).all() == []


def test_what_is_wrong_is_said_beside_its_field(staff: Browser) -> None:
    """When it is looked at, and when it is saved; what was typed is still there."""
    staff.open(NEW)
    press(staff, "clause:when")
    press(staff, "shown", **{"when-0-fact": "order.total"})
    wrong = {"when-0-value": "Please give a number such as 30 or 7.50.", "name": "What is this reward called?"}
    for answer in (press(staff, "look", **{"when-0-value": "much"}), staff.submit(NEW)):
        assert answer.status_code in (200, 422)
        assert {name: staff.errors().get(name) for name in wrong} == wrong
        assert 'value="much"' in answer.text


def test_fields_and_text_are_changed_for_each_other(staff: Browser) -> None:
    """Both ways, with what the fields have no place for as a part of text; a text that is none stays one."""
    staff.open(NEW)
    press(staff, "text")
    answer = press(staff, "fields", condition="order.total >")
    assert staff.errors() == {"condition": "line 2, column 1: This is no condition: check brackets, quotes and signs."}
    press(staff, "fields", condition="order.total > 20 and order.total + 5 > order.items")
    form = next(each for each in staff.forms() if "when-kind" in each.names)
    assert (form.fields["when-0-value"], form.fields["when-1-text"]) == ("20", "(order.total + 5) > order.items")
    answer = press(staff, "text")
    assert "order.total &gt; 20 and (order.total + 5) &gt; order.items" in answer.text


def test_a_button_that_there_is_not_changes_nothing(staff: Browser) -> None:
    """Whatever its place says."""
    staff.open(NEW)
    press(staff, "clause:when")
    for act in (
        "remove:when-7",
        "clause:when-0",
        "group:what",
        "remove:when",
        "remove:",
        "clause:when-9-9",
        "x:when--1",
    ):
        assert press(staff, act).status_code == 200
        assert 'name="when-0-fact"' in (staff.page.text if staff.page else "")


def test_a_form_beyond_all_measure_is_refused_and_harms_nobody(staff: Browser) -> None:
    """Deep ones are cut, large ones go on as text."""
    staff.open(NEW)
    deep = {f"when{'-0' * depth}-kind": "all" for depth in range(1, 40)}
    assert press(staff, "look", **deep).status_code == 200
    staff.open(NEW)
    wide = {f"when-{n}-fact": "order.total" for n in range(60)}
    assert "This is as much as fields can show" in press(staff, "clause:when", **wide).text


def test_another_event_has_other_facts(staff: Browser) -> None:
    """What was asked of the first one is asked anew."""
    staff.open(NEW)
    press(staff, "clause:when")
    press(staff, "shown", **{"when-0-fact": "order.total"})
    answer = press(staff, "look", event="seller.follow")
    assert "When a member follows an insider, and" in answer.text
    assert staff.errors()["when-0-fact"] == "Please choose what to ask about."
