"""The weekly letter: for those who asked, with what is new for them, once a week."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from dishka import Provider, Scope

from opensky.cli import letters as command
from opensky.devo.letters.news import NewsManager
from opensky.devo.products.manager import ProductManager
from opensky.kernel.clock import Clock, SetClock
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring import container

Letters = Callable[[], list[EmailMessage]]
Write = Callable[[], int]


@pytest.fixture
def maya(make: Factory, unit: UnitOfWork) -> Any:
    """An insider whom Ada follows."""
    made = make.seller(name="Maya Linden", slug="maya")
    unit.commit()
    return made


@pytest.fixture
def ada(browser: Browser, maya: Any) -> Browser:
    """A member who follows Maya, and is signed in."""
    browser.open("/sign-up")
    browser.submit("/sign-up", name="Ada Byron", email="ada@example.org", password="engines of cast iron")
    browser.open("/insiders/maya")
    browser.submit("/insiders/maya/follow")
    return browser


@pytest.fixture
def publish(make: Factory, products: ProductManager, unit: UnitOfWork, maya: Any) -> Callable[[str], None]:
    """Publishes something of Maya's."""

    def published(name: str) -> None:
        slug = name.lower()
        products.publish(make.draft(maya, slug=slug, name=name, variants=[make.variant(1250, sku=name.upper())]))
        unit.commit()

    return published


@pytest.fixture
def write(settings: Settings, clock: SetClock) -> Write:
    """Writes the weekly letters of all, as the command does: in a process of its own, which has read no feed before."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)

    def written() -> int:
        with container(settings, test) as whole, whole() as scope:
            made, _ = scope.get(NewsManager).write()
            scope.get(UnitOfWork).commit()
            return made

    return written


def news(letters: list[EmailMessage]) -> list[str]:
    """The subjects of weekly letters."""
    return [each["Subject"] for each in letters if each["List-Unsubscribe"]]


def test_what_is_new_comes_once_a_week(
    ada: Browser, publish: Callable[[str], None], write: Write, letters: Letters, clock: SetClock
) -> None:
    """However often the command is called, and only what came after the last letter."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    clock.advance(days=1)
    publish("Bowl")
    clock.advance(minutes=5)

    assert [write(), write()] == [1, 0]
    clock.advance(days=6, hours=23)
    publish("Cup")
    publish("Jug")
    clock.advance(minutes=5)
    assert write() == 1

    assert news(letters()) == ["One new find from your insiders", "2 new finds from your insiders"]


def test_a_week_without_news_brings_no_letter(ada: Browser, write: Write, letters: Letters) -> None:
    """And what others publish is no news of hers."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    assert (write(), news(letters())) == (0, [])


def test_who_did_not_ask_gets_none(ada: Browser, publish: Callable[[str], None], write: Write, clock: SetClock) -> None:
    """Following is not asking."""
    publish("Bowl")
    clock.advance(minutes=5)
    assert write() == 0


def test_who_ends_it_gets_none_that_is_on_its_way(
    ada: Browser, publish: Callable[[str], None], write: Write, letters: Letters, clock: SetClock
) -> None:
    """The letter was written, not yet sent; and who asks again gets the next one."""
    ada.open("/account/letters")
    ada.submit("/account/letters")
    publish("Bowl")
    clock.advance(minutes=5)
    write()
    ada.open("/account/letters")
    ada.submit("/account/letters")
    assert news(letters()) == []

    ada.submit("/account/letters")
    clock.advance(minutes=5)
    publish("Cup")
    clock.advance(minutes=5)
    write()
    assert news(letters()) == ["One new find from your insiders"]


def test_the_commands_say_what_they_did(
    settings: Any, database: Any, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    """For a person and for the log of a timer."""
    (tmp_path / "holiday.eml").write_text("Subject: I am on holiday\n\nBack in May.")
    command.news(data=settings.data)
    command.returned(tmp_path / "holiday.eml", data=settings.data)
    assert capsys.readouterr().out.splitlines() == [
        "Nobody is due for a letter now.",
        "No letter of ours came back with this.",
    ]
