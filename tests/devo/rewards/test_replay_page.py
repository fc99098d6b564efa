"""The page of a replay: started by staff, looked at again until it is done, without JavaScript; and the command that does the same."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from dishka import Container
from tests.devo.rewards.conftest import TALK, Buy

from opensky.cli.rewards import app as rewards_command
from opensky.devo.members.objects import Member
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.replay_objects import RewardReplay
from opensky.devo.rewards.replays import SILENT, Replays
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory

PATIENCE = 20.0


@pytest.fixture
def drafted(jobs: Container) -> str:
    """The path of the talk's rule, which is not switched on."""
    with jobs() as job:
        rule = job.get(RewardManager).create(TALK)
        job.get(UnitOfWork).commit()
    return f"/admin/rewards/{rule.id}"


def finished(staff: Browser, path: str) -> str:
    """Look at the page again and again, as it does by itself, until the replay is done."""
    ends = time.monotonic() + PATIENCE
    while 'http-equiv="refresh"' in (text := staff.open(path).text):
        assert time.monotonic() < ends, text
        time.sleep(0.05)
    return text


def test_a_rule_is_replayed_before_it_is_switched_on(
    staff: Browser, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork, drafted: str
) -> None:
    """Two members bought, one of them twice: two grants of $5, to whom, when and for which orders."""
    cleo = make.member(name="Cleo")
    unit.commit()
    first = buy(ben)
    buy(ben)
    buy(cleo)
    page = f"{drafted}/replay"
    assert "Nothing is granted." in staff.open(page).text
    staff.submit(page, days="30")
    text = finished(staff, page)
    assert "2 grants of 5.00 USD of credit to 2 members: 10.00 USD" in " ".join(text.split())
    assert f'<a href="/admin/orders/{first.number}">' in text
    assert f'<a href="/admin/members/{ben.id}">Ben</a>' in text
    assert staff.open(f"/admin/rewards/{drafted.rsplit('/', 1)[1]}").text.count("None.") >= 1


def test_what_is_wrong_with_a_replay_is_said(staff: Browser, drafted: str, jobs: Container) -> None:
    """Days from 1, a day that there is, a rule that there is, and an event of which the past is kept."""
    page = f"{drafted}/replay"
    staff.open(page)
    assert "Please give a number of days from 1 to 3660." in staff.submit(page, days="0").text
    assert "Please give a day such as" in staff.submit(page, days="3", until="soon").text
    assert staff.open("/admin/rewards/5/replay").status_code == 404
    assert staff.open("/admin/rewards/x/replay").status_code == 404
    with jobs() as job:
        rule = job.get(RewardManager).create(replace(TALK, event="member.logged_in", more={"credit.amount": "5"}))
        job.get(UnitOfWork).commit()
    page = f"/admin/rewards/{rule.id}/replay"
    staff.open(page)
    assert "Of this the past is not kept: When a member logs in" in staff.submit(page, days="3").text


def test_replays_are_for_staff(browser: Browser, drafted: str) -> None:
    """Nobody else sees what others would have got."""
    assert browser.open(f"{drafted}/replay").url.path == "/log-in"


def test_a_replay_that_lost_its_process_is_said_to_be_cut_off(
    staff: Browser, drafted: str, jobs: Container, clock: SetClock
) -> None:
    """As long as somebody is at it no second one begins; one that is silent keeps nobody from beginning again."""
    page, rule_id = f"{drafted}/replay", int(drafted.rsplit("/", 1)[1])
    now = clock.now()
    with jobs() as job:
        rule = job.get(RewardManager).shown(rule_id)
        lost = {"rule_id": rule_id, "revision": rule.revision, "words": "", "from_at": now, "until_at": now}
        job.get(UnitOfWork).persist(RewardReplay(id=1, **lost, events=7, events_in_all=70, started_at=now, seen_at=now))  # type: ignore[arg-type]  # a number
        job.get(UnitOfWork).commit()
    assert "7 events so far (10 %)" in " ".join(staff.open(page).text.split())
    assert "This rule is being replayed." in staff.submit(page, days="3").text
    clock.advance(seconds=SILENT.total_seconds() + 1)
    assert "It was cut off after 7 events." in staff.open(page).text
    staff.submit(page, days="3")
    assert "0 grants of 5.00 USD of credit to 0 members" in " ".join(finished(staff, page).split())


def test_few_replays_are_kept(staff: Browser, drafted: str, jobs: Container) -> None:
    """The last five of a rule."""
    page = f"{drafted}/replay"
    for _ in range(7):
        staff.open(page)
        staff.submit(page, days="3")
        finished(staff, page)
    with jobs() as job:
        assert len(job.get(Replays).of_rule(int(drafted.rsplit("/", 1)[1]))) == 5


def test_the_command_replays(
    buy: Buy, ben: Member, jobs: Container, drafted: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name or number; as a table or as JSON."""
    buy(ben)
    given = ["--data", str(settings.data), "--until", "2013-02-28"]
    rewards_command(["replay", "First purchase", *given], result_action="return_value")
    said = capsys.readouterr().out
    assert "When an order is paid and it is their first purchase, they get 5.00 USD of credit." in said
    assert "1 for 5.00 USD" in said
    rewards_command(["replay", drafted.rsplit("/", 1)[1], "--json", *given], result_action="return_value")
    assert json.loads(capsys.readouterr().out)["granted"] == 1
    with pytest.raises(NotFound, match="no reward called 'Nobody'"):
        rewards_command(["replay", "Nobody", *given], result_action="return_value")
    with pytest.raises(Misconfigured, match="no day"):
        rewards_command(
            ["replay", "First purchase", "--until", "soon", "--data", str(settings.data)], result_action="return_value"
        )
    with jobs() as job:
        job.get(RewardManager).create(
            Typed(**{name: getattr(TALK, name) for name in ("name", "event", "reward", "more")})
        )
        job.get(UnitOfWork).commit()
    with pytest.raises(NotFound, match="Several rewards"):
        rewards_command(["replay", "First purchase", *given], result_action="return_value")


def test_a_list_is_made_by_the_command(
    ben: Member, jobs: Container, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a file with an address a line."""
    file = tmp_path / "friends.txt"
    file.write_text(f"{ben.email}\n\n")
    for words in (["list", "friends", "--members", str(file)], ["lists"]):
        rewards_command([*words, "--data", str(settings.data)], result_action="return_value")
    assert capsys.readouterr().out.splitlines() == ["1 member on the list 'friends'.", "friends  1 member"]
    for wrong, said in ((["--members", str(tmp_path / "gone")], "cannot be read"), ([], "--members FILE")):
        with pytest.raises(Misconfigured, match=said):
            rewards_command(["list", "friends", *wrong, "--data", str(settings.data)], result_action="return_value")
