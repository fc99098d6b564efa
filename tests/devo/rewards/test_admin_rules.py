"""What staff do with rules that there are: copy, compare, approve, try, and see what they granted."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from dishka import Container
from tests.devo.rewards.conftest import TALK, Buy, Ready, works_here

from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardRule, RuleId
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import SetClock
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

RULES = "/admin/rewards"
FOLLOWED = Typed(name="Follows", event="seller.follow", reward="points", more={"points.points": "20"})
HELLO = replace(FOLLOWED, name="Hello", event="member.created")


def on(staff: Browser, path: str, act: str) -> str:
    """Press a button of a rule's page, and return what the page says then."""
    staff.open(path)
    staff.submit(f"{path}/{act}")
    return staff.text()


def test_the_list_says_what_each_rule_granted_and_has_left(staff: Browser, ready: Ready, buy: Buy, ben: Member) -> None:
    """State, event, grants, cost, and what is left of limits and budget."""
    ready(replace(TALK, limit_total="100", terms={"budget": "50"}))
    buy(ben)
    staff.open(RULES)
    listed = staff.text()
    assert "First purchase active an order is paid" in listed
    assert "1 $5.00 99 $45.00" in listed


def test_many_rules_are_listed_a_page_at_a_time_and_found_by_name(staff: Browser, jobs: Container) -> None:
    """The newest first, each once."""
    with jobs() as job:
        rewards = job.get(RewardManager)
        for number in range(53):
            rewards.create(replace(HELLO, name=f"Number {number:02}"))
        job.get(UnitOfWork).commit()
    page = staff.open(RULES).text
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    rest = staff.open(RULES + older[1]).text
    seen = re.findall(r"Number \d\d", page) + re.findall(r"Number \d\d", rest)
    assert seen == [f"Number {number:02}" for number in range(52, -1, -1)]
    assert 'rel="next"' not in rest
    found = staff.open(f"{RULES}?q=NUMBER+1&state=draft").text
    assert len(re.findall(r"Number \d\d", found)) == 10
    assert "Nothing found for" in staff.open(f"{RULES}?q=boat").text


def test_the_page_of_a_rule_draws_what_it_granted(
    staff: Browser, ready: Ready, buy: Buy, ben: Member, clock: SetClock, make: Factory, unit: UnitOfWork
) -> None:
    """Bars for the last thirty days, and who got most; what was taken back does not count."""
    rule = ready(replace(TALK, more={"credit.amount": "5"}, terms={"budget": "50"}))
    ann = make.member(name="Ann")
    unit.commit()
    buy(ben)
    clock.advance(days=2)
    buy(ben)
    buy(ann)
    staff.open("/log-in")  # nobody who works here stays logged in for two days
    staff.submit("/log-in", email="ada@example.org", password="seven blue cacti")
    page = staff.open(f"{RULES}/{rule.id}").text
    assert page.count("<rect") == 4  # two charts of two days
    assert ": 10.00 USD</title>" in page
    assert "Cost $15.00" in staff.text()
    assert "Budget left $35.00" in staff.text()
    assert "Ben 2 $10.00" in staff.text()
    assert "Ann 1 $5.00" in staff.text()


def test_a_copy_is_a_draft_that_says_the_same(staff: Browser, ready: Ready) -> None:
    """Down to its terms."""
    rule = ready(replace(TALK, terms={"weekdays": "sat, sun", "share": "50"}, limit_each="1"))
    staff.open(f"{RULES}/{rule.id}")
    staff.submit(f"{RULES}/{rule.id}/duplicate")
    assert staff.heading == "Edit reward"
    staff.open(staff.path.removesuffix("/edit"))
    said = staff.text()
    assert staff.heading == "Copy of First purchase"
    assert "State draft" in said
    assert "At most once to one member. Only on Saturday, Sunday, in UTC. To 50 of 100 members" in said


def test_revisions_say_what_was_changed(staff: Browser, ready: Ready) -> None:
    """The words that differ, the newest first."""
    rule = ready(replace(TALK, condition="order.total > 20", limit_each="1"))
    staff.open(f"{RULES}/{rule.id}/edit")
    staff.submit(f"{RULES}/{rule.id}/edit", **{"when-0-value": "30", "limit_each": "2", "credit.amount": "7.50"})
    page = staff.open(f"{RULES}/{rule.id}/revisions").text
    assert page.index("Revision 2") < page.index("Revision 1")
    for piece in ("<del>20</del>", "<ins>30</ins>", "<del>5.00</del>", "<ins>7.50</ins>", "<ins>twice</ins>"):
        assert piece in page


class TestApproval:
    """Two approvers, and somebody who is none."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data=tmp_path, secret_key="0" * 64, reward_approvers="ada@example.org, Bea@example.org")

    @pytest.fixture
    def editor(self, browser: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
        """The browser of somebody who may edit and try."""
        return works_here(browser, "eve@example.org", members, unit)

    def made(self, staff: Browser) -> str:
        staff.open(f"{RULES}/new")
        typed = {"name": "First purchase", "order.require_first_purchase": "yes", "credit.amount": "5"}
        return str(staff.submit(f"{RULES}/new", **typed).url.path)

    def test_an_editor_drafts_and_an_approver_switches_on(self, staff: Browser, editor: Browser) -> None:
        """The editor has no such button, and is refused without it."""
        path = self.made(editor)
        assert "Only an approver switches a reward on." in editor.text()
        assert f"{path}/activate" not in [form.action for form in editor.forms()]
        token = editor.forms()[0].fields["csrf_token"]
        refused = editor.post(
            f"{path}/activate",
            data={"csrf_token": token},
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=True,
        )
        assert "Only an approver switches a reward on." in refused.text
        assert "It is on" in on(staff, path, "activate")

    def test_nobody_approves_what_they_wrote(self, staff: Browser) -> None:
        """As there is another approver."""
        self.made(staff)
        assert "You edited this reward last, so another approver has to switch it on." in staff.text()

    def test_another_name_is_no_edit_that_somebody_else_must_approve(self, staff: Browser, editor: Browser) -> None:
        """Who corrects a name may switch it on, and who wrote it may still not."""
        path = self.made(editor)
        staff.open(f"{path}/edit")
        staff.submit(f"{path}/edit", name="The first one")
        assert "It is on" in on(staff, path, "activate")

    def test_an_edit_of_a_rule_that_is_on_waits_for_approval(self, staff: Browser, editor: Browser) -> None:
        """It is paused at once, unless nothing but its name is changed."""
        path = self.made(editor)
        on(staff, path, "activate")
        editor.open(f"{path}/edit")
        editor.submit(f"{path}/edit", name="The first one")
        assert "State active" in editor.text()
        editor.open(f"{path}/edit")
        editor.submit(f"{path}/edit", **{"credit.amount": "500"})
        assert "Saved. It is paused until an approver switches it on again." in editor.text()
        assert "State paused" in editor.text()
        assert "It is on" in on(staff, path, "activate")


def test_where_nobody_is_named_all_staff_approve(staff: Browser) -> None:
    """Also what they wrote themselves: a small shop has no second person."""
    path = TestApproval().made(staff)
    assert "It is on" in on(staff, path, "activate")


def test_a_rule_about_accounts_is_tried_on_a_member(staff: Browser, ready: Ready, ben: Member) -> None:
    """By their address; somebody unknown is said to be so."""
    rule = ready(replace(HELLO, condition="member.days < 1"))
    staff.open(f"{RULES}/{rule.id}?member={ben.email}")
    assert "Yes: they would get 20 points." in staff.text()
    staff.open(f"{RULES}/{rule.id}?member=nobody@example.org")
    assert "Nobody has an account with this address." in staff.text()


def test_a_rule_about_follows_is_tried_on_a_member_and_an_insider(
    staff: Browser, ready: Ready, ben: Member, make: Factory, unit: UnitOfWork, jobs: Container
) -> None:
    """It says if they do not follow them, and what was granted already."""
    maya = make.seller(slug="maya", name="Maya")
    unit.commit()
    rule = ready(replace(FOLLOWED, condition='insider.slug == "maya"'))
    asked = f"{RULES}/{rule.id}?member={ben.email}&insider=maya"
    staff.open(asked)
    assert "Ben does not follow Maya now." in staff.text()
    with jobs() as job:
        unit_of_job = job.get(UnitOfWork)
        seller = unit_of_job.get(Seller, maya.id)
        assert seller is not None
        job.get(FollowManager).follow(ben.id, seller)
        unit_of_job.commit()
    staff.open(asked)
    assert "does not follow" not in staff.text()
    assert "It has granted for this event already." in staff.text()


def test_a_dry_run_says_what_limits_leave(
    staff: Browser, ready: Ready, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork
) -> None:
    """A budget that is too small for one more, and who is in the control group."""
    ann = make.member(name="Ann")
    unit.commit()
    rule = ready(replace(TALK, terms={"budget": "7", "period": "day", "limit_period": "1"}))
    buy(ben)
    staff.open(f"{RULES}/{rule.id}?order={buy(ann).number}")
    assert "The condition holds, but nothing would be granted now." in staff.text()
    assert "Too little of its budget is left." in staff.text()
    assert "All that there are for that day are used up." in staff.text()


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("order.created", "order=OS-1"),
        ("order.shipped", "order=OS-1"),
        ("member.logged_in", "member=x@example.org"),
        ("product.published", "product=bowl-of-nobody"),
        ("product.share", "member=x@example.org&product=bowl-of-nobody"),
        ("share.bought", "order=OS-1"),
        ("member.level_reached", "member=x@example.org&level=Silver"),
    ],
)
def test_a_rule_about_any_event_can_be_tried(staff: Browser, ready: Ready, event: str, fields: str) -> None:
    """Where nothing is found, that is said."""
    rule = ready(replace(HELLO, event=event))
    answer = staff.open(f"{RULES}/{rule.id}?{fields}")
    assert answer.status_code == 200
    assert 'class="notice problem"' in answer.text


def test_a_budget_needs_a_reward_of_known_cost(jobs: Container) -> None:
    """Points cost what nobody knows beforehand."""
    with jobs() as job:
        wrong = job.get(RewardManager).check(replace(HELLO, terms={"budget": "5"})).wrong
    assert [each.field for each in wrong] == ["budget"]


class TestEventsThatAreHeard:
    """A shop that asks rules about two events alone."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data=tmp_path, secret_key="0" * 64, events={"rewards": ["order.paid", "seller.follow"]})

    def test_only_they_are_offered(self, staff: Browser, ready: Ready) -> None:
        """A rule on another one says that nobody asks it."""
        form = staff.open(f"{RULES}/new").text
        assert re.findall(r'<option value="([a-z_]+\.[a-z_]+)"[^>]*>When', form) == ["order.paid", "seller.follow"]
        assert staff.get(f"{RULES}/new?event=member.created").status_code == 404
        staff.open(f"{RULES}/{ready(HELLO).id}")
        assert "Rules are not asked about this event in this shop" in staff.text()


@pytest.mark.parametrize(
    ("event", "condition", "reward", "why"),
    [
        ("order.eaten", "", "points", "The event order.eaten is not known any more."),
        ("order.paid", "", "a boat", "The reward a boat is not known any more."),
        ("order.paid", '{"v":1,"when":{"likes":[1]}}', "points", "There is no operator"),
        ("order.paid", "not json", "points", "malformed"),
        ("order.paid", '{"v":1,"when":{"exists":[{"fact":"order.wood"}]}}', "points", "There is no fact"),
    ],
)
def test_a_rule_that_cannot_be_asked_any_more_keeps_nobody_from_the_others(
    staff: Browser, ready: Ready, unit: UnitOfWork, event: str, condition: str, reward: str, why: str
) -> None:
    """It is listed and shown with what is wrong, and can be paused, but neither edited, copied nor switched on."""
    path = f"{RULES}/{ready(HELLO).id}"
    kept = unit.get(RewardRule, RuleId(int(path.rpartition("/")[2])))
    assert kept is not None
    kept.event, kept.reward, kept.condition = event, reward, condition or kept.condition
    unit.commit()
    assert staff.open(RULES).status_code == 200
    assert "Hello" in staff.text()
    staff.open(path)
    assert "This rule cannot be asked any more, and grants nothing." in staff.text()
    assert why in staff.text()
    assert staff.open(f"{path}/revisions").status_code == 200
    assert "cannot be asked any more" in staff.open(f"{path}/edit").text
    assert "cannot be asked any more" in on(staff, path, "duplicate")
    assert "It is paused" in on(staff, path, "pause")
    assert "cannot be asked any more" in on(staff, path, "activate")
