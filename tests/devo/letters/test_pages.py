"""The pages of letters: who gets which, how one ends them, the inbox of the demo shop, and what staff see."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from dishka import Provider, Scope

from opensky.devo.letters.examples import EXAMPLES
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.sealing import Signer
from opensky.mail.rendering import Renderer
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser, browsing
from opensky.web.app import build
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

Letters = Callable[[], list[EmailMessage]]
Buy = Callable[..., Order]


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """Somebody who has an account and is signed in."""
    browser.open("/sign-up")
    browser.submit("/sign-up", name="Ada Byron", email="ada@example.org", password="engines of cast iron")
    return browser


@pytest.fixture
def demo(settings: Settings, clock: SetClock, database: Any) -> Iterator[Browser]:
    """The same shop as a demo."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    container = web_container(replace(settings, demo=True), test)
    app = build(replace(settings, demo=True), container, CONTROLLERS, templates=TEMPLATES, frame=FRAME)
    with browsing(app) as made:
        yield made
    container.close()
    app.state.pool.close()


def unsubscribe_path(unit: UnitOfWork, settings: Settings) -> str:
    """The link that ends the weekly letter of the one member."""
    [member] = unit.find(Member)
    unit.rollback()
    return "/unsubscribe/" + Signer(settings.secret_key, "unsubscribe").seal(f"{member.id}.news")


def test_nobody_gets_the_weekly_letter_who_did_not_ask(ada: Browser) -> None:
    """Nothing is ticked beforehand."""
    ada.open("/account/letters")
    assert "Send it to me" in ada.text()


def test_a_member_begins_and_ends_the_weekly_letter(ada: Browser) -> None:
    """On the account's page."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    assert "You get this letter." in ada.text()
    ada.submit("/account/letters")
    assert "You get no weekly letter any more." in ada.text()
    assert "Send it to me" in ada.text()


def test_the_link_of_a_letter_asks_and_then_ends_it(
    ada: Browser, another: Browser, unit: UnitOfWork, settings: Settings
) -> None:
    """Programs that look where links lead end nothing; a person need not log in."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    path = unsubscribe_path(unit, settings)

    another.open(path)
    assert "You get this letter." in ada.open("/account/letters").text
    another.submit(f"{path}/end")

    assert "Send it to me" in ada.open("/account/letters").text


def test_a_mail_program_ends_it_with_one_click(
    ada: Browser, another: Browser, unit: UnitOfWork, settings: Settings
) -> None:
    """RFC 8058: a post without cookie or token of a form; twice is the same as once."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    path = unsubscribe_path(unit, settings)

    for _ in range(2):
        answer = another.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code in {200, 204}
    assert "Send it to me" in ada.open("/account/letters").text


@pytest.mark.parametrize("link", ["x", "MS5uZXdz.AAAA", "é"])
def test_a_bent_link_ends_nothing(another: Browser, link: str) -> None:
    """And says what to do."""
    assert another.get(f"/unsubscribe/{link}").status_code == 404
    assert another.post(f"/unsubscribe/{link}").status_code == 422


def test_the_demo_shop_shows_its_letters(demo: Browser, buy: Buy, letters: Letters) -> None:
    """In a frame that runs and loads nothing; the text and the file are there, too."""
    order = buy()
    letters()
    demo.open("/dev/mail")
    assert f"Your order {order.number}" in demo.text()
    [path] = re.findall(r'href="(/dev/mail/\d+)"', demo.open("/dev/mail").text)
    demo.open(path)
    assert "1 x Bowl & spoon" in demo.text()
    look = demo.get(f"{path}/look")
    assert "sandbox" in look.headers["content-security-policy"]
    assert "default-src 'none'" in look.headers["content-security-policy"]
    assert "Bowl &amp; spoon" in look.text
    source = demo.get(f"{path}/source")
    assert source.headers["content-type"] == "message/rfc822"
    assert source.content.startswith(b"From: OpenSky")


def test_no_other_shop_shows_its_letters(browser: Browser, buy: Buy, letters: Letters) -> None:
    """They open accounts: not even whoever sits at the machine."""
    buy()
    letters()
    assert browser.get("/dev/mail").status_code == 404
    assert browser.get("/dev/mail/1/look").status_code == 404


def test_staff_see_what_became_of_a_letter(
    ada: Browser, buy: Buy, letters: Letters, members: MemberManager, unit: UnitOfWork
) -> None:
    """Found by the number of the order, or by the address."""
    order = buy(email="ben@example.org")
    letters()
    members.make_staff("ada@example.org")
    unit.commit()
    ada.open("/log-in")
    ada.submit("/log-in", email="ada@example.org", password="engines of cast iron")
    ada.open(f"/admin/mail?q={order.number}")
    assert "order_paid" in ada.text()
    assert "welcome" not in ada.text()
    ada.open("/admin/mail?q=ada@example.org")
    assert "welcome" in ada.text()


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_every_letter_says_the_same_in_html_and_as_text(kind: str, in_shop: Any) -> None:
    """One template makes both; no picture is loaded, no style is left behind, every link leads to the shop."""
    with in_shop() as get:
        written = get(Renderer).write(EXAMPLES[kind])

    plain = " ".join(
        re.sub(
            r"<[^>]+>", " ", re.sub(r"<style.*?</style>|<title.*?</title>", "", written.html, flags=re.DOTALL)
        ).split()
    )
    said = {word for word in re.findall(r"[A-Za-z]{4,}", written.text) if "http" not in word}
    links = re.findall(r'href="([^"]*)"', written.html)
    assert sorted(word for word in said if word not in plain and word not in written.html) == []
    assert "<img" not in written.html
    assert [each for each in links if not each.startswith("http://127.0.0.1:8000/")] == []
    assert [line for line in written.text.splitlines() if len(line) > 72 and "http" not in line] == []
    assert written.subject
    assert len(written.html) < 100_000


def test_a_letter_about_credit_alone_speaks_of_no_card(in_shop: Any) -> None:
    """Where credit had paid for all of an order that is cancelled."""
    letter = msgspec.structs.replace(
        EXAMPLES["order_refunded"],
        data={"number": "OS-1042", "amount": "", "credit": "$12.40", "captured": False, "card": ""},
    )
    with in_shop() as get:
        written = get(Renderer).write(letter)

    assert written.subject == "Your credit for order OS-1042"
    assert "$12.40 of credit is there again." in written.text
    assert "card" not in written.text.lower()


def test_every_template_of_a_letter_has_an_example(in_shop: Any) -> None:
    """So that staff can look at each, and the test above reads each."""
    with in_shop() as get:
        assert get(Renderer).kinds() == sorted(EXAMPLES)
