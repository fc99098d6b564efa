"""What the log says of requests: who writes, what was slow or went wrong; all of them only where somebody asked for that."""

from typing import Any

import pytest

from opensky.logs import collected
from opensky.web import telling


def said(lines: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return what the lines of requests say: event, method, route and status."""
    return [
        (line["event"], line["method"], line["route"], line["status"])
        for line in lines
        if line["event"] in {"web.answered", "web.slow"}
    ]


def test_a_request_that_writes_has_a_line(browser: Any) -> None:
    """Who, what and how it ended; a page that is only looked at has none."""
    with collected(level="info") as lines:
        browser.log_in(member="7")
        browser.get("/mine")

    assert said(lines) == [("web.answered", "POST", "/log-in", 303)]
    [line] = [line for line in lines if line["event"] == "web.answered"]
    assert line["actor"] == "member:7"
    assert line["ms"] > 0
    assert len(line["request"]) == 16


def test_all_lines_of_a_request_bear_its_id(browser: Any) -> None:
    """Those of the security log, too; the answer names it."""
    with collected(level="info") as lines:
        answer = browser.submit("/log-in", member="7")
    assert {line["event"] for line in lines} == {"auth.logged_in", "web.answered"}
    assert {line["request"] for line in lines} == {answer.headers["x-request-id"]}


def test_debug_tells_of_every_request(browser: Any) -> None:
    """Named by the route; a question's words are in no line."""
    with collected(level="debug") as lines:
        browser.get("/?text=for+my+mother")

    assert said(lines) == [("web.answered", "GET", "/", 200)]
    assert "mother" not in str(lines)


def test_what_is_slow_is_told_whoever_asks(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the log tells no more than what is wrong."""
    monkeypatch.setattr(telling, "SLOW_MS", 0.0)
    with collected(level="warning") as lines:
        browser.get("/")
    assert [(line["event"], line["level"], line["route"]) for line in lines] == [("web.slow", "warning", "/")]


def test_a_mistake_of_ours_is_told_with_its_number(browser: Any) -> None:
    """The page shows the number; by it the line, the request and the traceback are found."""
    with collected(level="error") as lines:
        page = browser.get("/wrong/bug")
    [line] = lines
    assert (line["event"], line["level"], line["path"]) == ("web.failed", "error", "/wrong/bug")
    assert line["id"] in page.text
    assert line["exception"].rstrip().endswith("RuntimeError: the secret is 42")
    assert line["request"] == page.headers["x-request-id"]


@pytest.mark.parametrize("given", ["no spaces", "x" * 65, 'quote"', "", "näh"])
def test_an_id_that_is_none_is_not_taken_over(browser: Any, given: str) -> None:
    """Whoever asks may choose the id of a request, but not what stands in a log."""
    with collected(level="debug") as lines:
        answer = browser.get("/", headers={"X-Request-ID": given.encode("latin-1")})
    [line] = lines
    assert line["request"] != given
    assert len(line["request"]) == 16
    assert answer.headers.get("x-request-id", line["request"]) == line["request"]


def test_an_id_that_is_given_comes_back(browser: Any) -> None:
    """A proxy that numbers requests finds its numbers in answers and logs, also where nothing is written."""
    with collected(level="debug") as lines:
        answer = browser.get("/", headers={"X-Request-ID": "proxy-7"})
    assert answer.headers["x-request-id"] == "proxy-7"
    assert [line["request"] for line in lines] == ["proxy-7"]


def test_one_request_never_bears_the_words_of_another(browser: Any) -> None:
    """A thread that answers one after the other keeps nothing, however the one before ended."""
    with collected(level="debug") as lines:
        browser.get("/wrong/bug", headers={"X-Request-ID": "one"})
        browser.get("/quick", headers={"X-Request-ID": "two"})
        browser.get("/nowhere", headers={"X-Request-ID": "three"})
        browser.get("/", headers={"X-Request-ID": "four"})
    assert [line["request"] for line in lines] == ["one", "one", "two", "four"]
