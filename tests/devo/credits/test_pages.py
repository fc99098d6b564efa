"""Credit and points on the web: each member's own, in the API too, and given by staff with a reason."""

import re
from datetime import timedelta
from typing import Any

import pytest

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import MemberId
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser

SENTENCE = "seven blue cacti"


def sign_up(browser: Browser, email: str, name: str) -> Browser:
    browser.open("/sign-up")
    browser.submit("/sign-up", email=email, name=name, password=SENTENCE)
    return browser


@pytest.fixture
def maya(browser: Browser) -> Browser:
    """Maya, signed in."""
    return sign_up(browser, "maya@example.org", "Maya Stone")


@pytest.fixture
def maya_id(maya: Browser, members: MemberManager, unit: UnitOfWork) -> MemberId:
    found = members._members.credentials_of("maya@example.org")
    assert found is not None
    return found.id


@pytest.fixture
def staff(another: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    sign_up(another, "ada@example.org", "Ada Byron")
    members.make_staff("ada@example.org")
    unit.commit()
    another.open("/log-in")
    another.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return another


def test_a_member_sees_what_they_have_and_how_it_came(
    maya: Browser, maya_id: MemberId, ledger: CreditManager, unit: UnitOfWork, clock: SetClock
) -> None:
    """Each booking with its reason, and until when it can be used; nobody else's."""
    maya.open("/account/credit")
    assert "Nothing yet" in maya.text()

    ledger.grant(maya_id, Money(500), key="a", why="Your first purchase", expires_at=clock.now() + timedelta(days=9))
    ledger.grant(maya_id, 1, key="b", why="For <sharing>")
    ledger.grant(MemberId(5), Money(900), key="a", why="Somebody else's")
    unit.commit()
    maya.open("/account/credit")
    text = maya.text()
    assert "You have $5.00 of credit and 1 point" in text
    for said in ("Your first purchase", "expires in 1 week", "+ $5.00", "For <sharing>", "+ 1 point"):
        assert said.replace(" ", "") in text.replace(" ", "")
    assert "Somebody" not in text

    clock.advance(days=9)
    maya.open("/account/credit")
    assert "You have $0.00 of credit" in maya.text()
    assert "has expired" in maya.text()


def test_a_long_list_has_a_way_to_what_is_older(
    maya: Browser, maya_id: MemberId, ledger: CreditManager, unit: UnitOfWork
) -> None:
    """Without JavaScript it is a page of its own."""
    for number in range(1, 33):
        ledger.grant(maya_id, number, key=str(number), why=f"Reason {number}.")
    unit.commit()
    maya.open("/account/credit")
    assert "Reason 3." in maya.text()
    assert "Reason 2." not in maya.text()
    [older] = set(re.findall(r'href="(\?before=[^"]+)"', maya.page.text))  # type: ignore[union-attr]
    maya.open(f"/account/credit{older}")
    assert "Reason 2." in maya.text()
    assert "Reason 3." not in maya.text()


def test_a_program_reads_the_same(
    maya: Browser, maya_id: MemberId, ledger: CreditManager, unit: UnitOfWork, another: Browser
) -> None:
    """With the member's token, page by page."""
    ledger.grant(maya_id, Money(500), key="a", why="Your first purchase")
    ledger.spend(maya_id, Money(200), "order", "Order 7")
    ledger.grant(maya_id, 20, key="b", why="For sharing")
    unit.commit()
    asked = {"email": "maya@example.org", "password": SENTENCE}
    token = another.post("/api/v1/tokens", json=asked).json()["token"]

    def listed(query: str) -> Any:
        return another.get(f"/api/v1/me/credit?{query}", headers={"authorization": f"Bearer {token}"}).json()

    first = listed("limit=2")
    assert first["credit"] == {"amount": "3.00", "currency": "USD"}
    assert first["points"] == 20
    assert [(e["act"], e["credit"], e["points"], e["why"]) for e in first["entries"]] == [
        ("granted", None, 20, "For sharing"),
        ("spent", {"amount": "-2.00", "currency": "USD"}, None, "Order 7"),
    ]
    second = listed(f"limit=2&after={first['after']}")
    assert [e["why"] for e in second["entries"]] == ["Your first purchase"]
    assert second["after"] == ""
    assert another.get("/api/v1/me/credit").status_code == 401


def test_staff_give_and_take_with_a_reason(staff: Browser, maya_id: MemberId, ledger: CreditManager) -> None:
    """The member reads it, and the change history knows who did it."""
    path = f"/admin/members/{maya_id}/credit/edit"
    staff.open(path)
    staff.submit(path, credit="5.00", points="20", why="A scratch on the mug", reason="Ticket 12")
    assert staff.path == f"/admin/members/{maya_id}"
    assert "A scratch on the mug" in staff.text()
    assert ledger.balance(maya_id) == (Money(500), 20)

    staff.open(path)
    staff.submit(path, credit="-1.50", why="It was a small scratch")
    assert ledger.balance(maya_id) == (Money(350), 20)
    staff.open("/admin/history?kind=LedgerEntry")
    assert "Ada Byron" in staff.text()
    assert "Ticket 12" in staff.text()


def test_a_form_that_is_sent_twice_books_once(staff: Browser, maya_id: MemberId, ledger: CreditManager) -> None:
    """The second is a form from before."""
    path = f"/admin/members/{maya_id}/credit/edit"
    staff.open(path)
    [form] = [each for each in staff.forms() if each.action == path]
    sent = {**form.fields, "credit": "5.00", "why": "Sorry"}
    assert staff.post(path, data=sent).url.path == f"/admin/members/{maya_id}"
    again = staff.post(path, data=sent)
    assert again.status_code == 422
    assert "Somebody has changed this meanwhile" in again.text
    assert ledger.balance(maya_id).credit == Money(500)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"credit": "five", "why": "x"}, "Please give an amount"),
        ({"credit": "0.001", "why": "x"}, "Please give an amount"),
        ({"credit": "-1", "why": "x"}, "There is only 0.00 USD to take."),
        ({"points": "1.5", "why": "x"}, "Please give a whole number"),
        ({"points": "-1", "why": "x"}, "There are only 0 points to take."),
        ({"credit": "0", "why": "x"}, "Please say how much"),
        ({"credit": "1"}, "Please give the reason"),
        ({"credit": "1", "why": "x" * 301}, "at most 300 characters"),
    ],
)
def test_a_mistake_of_staff_books_nothing(
    staff: Browser, maya_id: MemberId, ledger: CreditManager, typed: dict[str, str], said: str
) -> None:
    """It says what was wrong."""
    path = f"/admin/members/{maya_id}/credit/edit"
    staff.open(path)
    assert staff.submit(path, **typed).status_code == 422
    assert said in staff.text()
    assert ledger.entries(maya_id).entries == []


def test_members_open_no_form_of_staff(maya: Browser, maya_id: MemberId) -> None:
    """Nobody gives themselves anything."""
    assert maya.open(f"/admin/members/{maya_id}/credit/edit").status_code in {403, 404}
