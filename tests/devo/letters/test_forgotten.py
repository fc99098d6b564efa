"""A forgotten password, and another address: links that work once, for an hour, and tell a stranger nothing."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from opensky.devo.members.objects import Member
from opensky.devo.proofs.manager import ProofManager
from opensky.devo.proofs.objects import Proof
from opensky.kernel.clock import SetClock
from opensky.kernel.sealing import Signer
from opensky.mail import QUEUE
from opensky.messaging.tables import MESSAGES
from opensky.persistence import UnitOfWork
from opensky.testing.browser import Browser

Letters = Callable[[], list[EmailMessage]]
OLD, NEW = "engines of cast iron", "seven blue cacti"


def link(letter: EmailMessage, path: str) -> str:
    """The link of a letter that begins with a path, as its text has it."""
    body = letter.get_body(("plain",))
    assert body is not None
    [found] = re.findall(rf"http://127\.0\.0\.1:8000({path}\S+)", str(body.get_content()))
    return str(found)


def about(letters: list[EmailMessage], subject: str) -> list[EmailMessage]:
    """Those with this subject."""
    return [each for each in letters if each["Subject"] == subject]


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """Somebody who has an account and is signed in."""
    browser.open("/sign-up")
    browser.submit("/sign-up", name="Ada Byron", email="ada@example.org", password=OLD)
    return browser


@pytest.fixture
def asked(ada: Browser, another: Browser, letters: Letters) -> str:
    """The path of the link that Ada gets who has forgotten her password, on another device."""
    another.open("/log-in/forgotten")
    another.submit("/log-in/forgotten", email=" Ada@example.org ")
    [letter] = about(letters(), "A new password for OpenSky")
    return link(letter, "/log-in/new/")


def log_in(browser: Browser, password: str, email: str = "ada@example.org") -> bool:
    """Try to log in; say whether it worked."""
    browser.open("/log-in")
    browser.submit("/log-in", email=email, password=password)
    return "Log out" in browser.text()


def test_the_link_gives_a_new_password_and_ends_every_session(
    ada: Browser, another: Browser, asked: str, letters: Letters
) -> None:
    """The old password opens nothing, whoever was in is out, and the member is warned by letter."""
    another.open(asked)
    another.submit(asked, new_password=NEW)

    assert "Your password is changed" in another.text()
    assert ada.get("/account", follow_redirects=False).status_code == 303
    assert not log_in(another, OLD)
    assert log_in(another, NEW)
    assert len(about(letters(), "Your password was changed")) == 1


def test_the_link_works_once(another: Browser, asked: str) -> None:
    """Who finds the letter later finds nothing."""
    another.open(asked)
    another.submit(asked, new_password=NEW)

    assert another.get(asked).status_code == 410


def test_the_link_works_for_an_hour(another: Browser, asked: str, clock: SetClock) -> None:
    """And not a second longer, also where the page was open before."""
    another.open(asked)
    clock.advance(hours=1)
    answer = another.submit(asked, new_password=NEW)

    assert answer.status_code == 410
    assert log_in(another, OLD)


def test_a_refused_password_leaves_the_link_good(another: Browser, asked: str) -> None:
    """Whoever chose badly chooses again."""
    another.open(asked)
    assert another.submit(asked, new_password="short").status_code == 422
    assert another.submit(asked, new_password=NEW).status_code == 200
    assert "Your password is changed" in another.text()


def test_the_newest_link_ends_those_before_it(another: Browser, asked: str, letters: Letters) -> None:
    """One letter counts: the last."""
    another.open("/log-in/forgotten")
    another.submit("/log-in/forgotten", email="ada@example.org")
    letter = about(letters(), "A new password for OpenSky")[-1]

    assert another.get(asked).status_code == 410
    assert another.get(link(letter, "/log-in/new/")).status_code == 200


@pytest.mark.parametrize(
    "change", [lambda s: s[:-2] + "xx", lambda s: "MQ" + s[s.index(".") :], lambda _: "x", lambda _: "é.é"]
)
def test_a_link_that_is_none_of_ours_opens_nothing(another: Browser, asked: str, change: Callable[[str], str]) -> None:
    """Neither guessed nor bent."""
    path, _, sealed = asked.rpartition("/")
    assert another.get(f"{path}/{change(sealed)}").status_code == 410


def test_a_stranger_cannot_tell_whether_an_address_has_an_account(
    ada: Browser, another: Browser, letters: Letters, unit: UnitOfWork
) -> None:
    """Same answer, same work: the address is looked up later, when nobody waits."""
    said = []
    for email in ("ada@example.org", "nobody@example.org"):
        another.open("/log-in/forgotten")
        answer = another.submit("/log-in/forgotten", email=email)
        said.append((answer.status_code, str(answer.url), another.text()))
        assert unit.find(Proof) == []
        unit.rollback()

    assert said[0] == said[1]
    assert {str(each["To"]) for each in letters()} == {"Ada Byron <ada@example.org>"}


def test_no_message_holds_what_opens_the_account(asked: str, another: Browser, unit: UnitOfWork, in_shop: Any) -> None:
    """The signature is made when the letter is written: who may look into queues cannot become somebody else."""
    with in_shop() as get:
        get(ProofManager).send_password_link("ada@example.org")
    [body] = unit.execute(select(MESSAGES.c.body).where(MESSAGES.c.queue == QUEUE)).scalars().all()

    assert "/log-in/new/" in str(body)
    [number] = [each.id for each in unit.find(Proof)]
    assert another.get(f"/log-in/new/{number}").status_code == 410
    assert "." + Signer("0" * 64, "proof:password").seal(str(number)).partition(".")[2] not in str(body)


def test_asking_is_throttled_whoever_asks_for_whom(another: Browser) -> None:
    """Three letters an address at once, whether or not anybody has it."""
    codes = []
    for _ in range(4):
        another.open("/log-in/forgotten")
        codes.append(another.submit("/log-in/forgotten", email="x@example.org").status_code)
    assert codes == [200, 200, 200, 429]


def test_another_address_is_taken_once_it_is_confirmed(
    ada: Browser, another: Browser, letters: Letters, unit: UnitOfWork
) -> None:
    """Opening the link shows what would happen, pressing the button does it; the address before is warned."""
    ada.open("/account/email")
    ada.submit("/account/email", email="Countess@example.net", password=OLD)
    [letter] = about(letters(), "Is this your address?")
    assert letter["To"] == "Ada Byron <countess@example.net>"
    path = link(letter, "/account/email/")

    another.open(path)
    assert "countess@example.net" in another.text()
    assert log_in(another, OLD)
    ada.open(path)
    ada.submit(path)

    assert ada.get("/account").status_code == 200
    assert another.get("/account", follow_redirects=False).status_code == 303
    assert log_in(another, OLD, "countess@example.net")
    [warned] = about(letters(), "Your account has another address now")
    assert warned["To"] == "Ada Byron <ada@example.org>"
    assert [each.email for each in unit.find(Member)] == ["countess@example.net"]


def test_nobody_changes_the_address_without_the_password(ada: Browser, letters: Letters) -> None:
    """A session that was left open is not enough."""
    ada.open("/account/email")
    answer = ada.submit("/account/email", email="thief@example.net", password="a wrong one here")

    assert answer.status_code == 422
    assert about(letters(), "Is this your address?") == []


def test_an_address_that_somebody_has_cannot_be_taken(
    ada: Browser, another: Browser, letters: Letters, unit: UnitOfWork
) -> None:
    """That it is taken is told to its owner alone: whoever reads the letters there."""
    another.open("/sign-up")
    another.submit("/sign-up", name="Ben Reed", email="ben@example.org", password="a garden of stones")
    ada.open("/account/email")
    ada.submit("/account/email", email="ben@example.org", password=OLD)
    [letter] = about(letters(), "Is this your address?")
    path = link(letter, "/account/email/")
    ada.open(path)
    ada.submit(path)

    assert "There is an account with that address already" in ada.text()
    assert sorted(each.email for each in unit.find(Member)) == ["ada@example.org", "ben@example.org"]
