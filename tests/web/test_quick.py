"""Quick reads are answered on the event loop where the database is a file; whatever can wait goes to a thread."""

import re
import threading
import time
from typing import Any

import pytest


def _thread(answer: Any) -> str:
    """Return the name of the thread that answered."""
    return str(re.findall(r"<p>(.*?)</p>", answer.text)[-1])


def test_a_quick_page_goes_to_no_thread(browser: Any) -> None:
    """The way there and back costs more than the questions it asks."""
    assert not _thread(browser.get("/quick")).startswith("request-")


def test_any_other_page_goes_to_a_thread(browser: Any) -> None:
    """Nobody else waits for it."""
    assert _thread(browser.get("/thorough")).startswith("request-")


def test_a_quick_page_with_words_to_search_for_goes_to_a_thread(browser: Any) -> None:
    """A search may look at many rows."""
    assert not _thread(browser.get("/quick?q=")).startswith("request-")
    assert _thread(browser.get("/quick?q=bowl")).startswith("request-")


def test_over_a_database_server_every_page_goes_to_a_thread(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server can let us wait."""
    with monkeypatch.context() as patch:
        patch.setattr(browser.shop.database, "embedded", False)
        app = browser.shop.again()

    assert _thread(app.get("/quick")).startswith("request-")


def test_a_quick_page_notes_the_use_of_a_session_in_a_thread(browser: Any, shop: Any) -> None:
    """Noting is writing, and may wait for its turn; the event loop does not."""
    browser.log_in()
    shop.clock.advance(minutes=11)
    turn, written = shop.database.unit_of_work(), threading.Event()
    with turn:
        assert turn.connection  # somebody is writing
        assert browser.get("/quick").status_code == 200
    deadline = time.monotonic() + 10
    while shop.sessions()[0].seen_at != shop.clock.now() and time.monotonic() < deadline:
        written.wait(0.01)
    assert shop.sessions()[0].seen_at == shop.clock.now()
