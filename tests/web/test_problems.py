"""What goes wrong: a page for people, problem+json for programs, a number for what is our fault."""

from typing import Any

import anyio
import pytest

from opensky.kernel.errors import Conflict, FieldError, Invalid, LoginRequired, NotFound, Refusal, TooMany
from opensky.persistence import Duplicate, StaleObject
from opensky.web.problems import broken_request, problem_of, status_of


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("missing", 404, "There is no such bowl."),
        ("denied", 403, "Not yours."),
        ("conflict", 409, "Somebody was faster."),
        ("often", 429, "Slower, please."),
    ],
)
def test_a_refusal_is_a_page_that_says_why(browser: Any, how: str, status: int, said: str) -> None:
    """In the words of the refusal."""
    page = browser.get(f"/wrong/{how}")
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in page.text


def test_too_many_says_when_to_come_back(browser: Any) -> None:
    """In the header that clients obey."""
    assert browser.get("/wrong/often").headers["retry-after"] == "7"


@pytest.mark.parametrize("path", ["/wrong/bug", "/no-template"])
def test_a_mistake_of_ours_shows_a_number_and_nothing_else(browser: Any, shop: Any, path: str) -> None:
    """The log has the number and the reason; the visitor only the number."""
    page = browser.get(path)
    (line,) = [line for line in shop.log if line["event"] == "web.failed"]
    assert page.status_code == 500
    assert line["id"] in page.text
    for secret in ("the secret is", "Traceback", "RuntimeError", "there-is-none"):
        assert secret not in page.text


def test_a_mistake_of_ours_in_the_api_shows_a_number(browser: Any, shop: Any) -> None:
    """As problem+json."""
    answer = browser.get("/api/v1/things/bug")
    (line,) = [line for line in shop.log if line["event"] == "web.failed"]
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "title": "Something went wrong",
        "status": 500,
        "detail": "We made a mistake. It is written down, and nothing was changed.",
        "id": line["id"],
    }


def test_a_page_cannot_write(browser: Any, shop: Any) -> None:
    """GET is safe, by force."""
    assert browser.get("/writes").status_code == 500
    assert shop.sessions() == []


def test_an_unknown_address_is_answered_in_the_language_of_the_caller(browser: Any) -> None:
    """A page below /, a problem below /api/."""
    page, problem = browser.get("/nowhere"), browser.get("/api/v1/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert problem.json() == {
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address. It may have been sold, moved or mistyped.",
    }


def test_a_wrong_method_says_which_are_right(browser: Any) -> None:
    """With Allow, as HTTP asks."""
    answer = browser.put("/api/v1/me")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["allow"]


def test_the_wrong_parameter_is_named(browser: Any) -> None:
    """On pages and in the API alike, 400."""
    assert browser.get("/?number=many").status_code == 400
    answer = browser.get("/api/v1/things/x?price=many")
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [{"detail": "Expected `int`, got `str`", "parameter": "price"}],
    )


class TestBodies:
    """Bodies of API requests."""

    @pytest.fixture
    def send(self, browser: Any) -> Any:
        browser.log_in()
        token = browser.submit("/token").text.split("<p>")[-1].split("</p>")[0]
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return lambda body: browser.post("/api/v1/things", content=body, headers=headers)

    def test_a_good_body_is_taken(self, send: Any) -> None:
        """With status and headers that the method chose."""
        answer = send(b'{"name": "bowl", "price": 3}')
        assert (answer.status_code, answer.json()) == (201, {"name": "bowl", "price": 3})
        assert answer.headers["location"] == "/api/v1/things/x"

    @pytest.mark.parametrize(
        ("body", "status", "errors"),
        [
            (b'{"name": "bowl"}', 422, [{"detail": "Object missing required field `price`", "pointer": "#"}]),
            (b'{"name": "", "price": 3}', 422, [{"detail": "Expected `str` of length >= 1", "pointer": "#/name"}]),
            (b'{"name": 3, "price": 3}', 422, [{"detail": "Expected `str`, got `int`", "pointer": "#/name"}]),
            (
                b'{"name": "a", "price": 3, "x": 1}',
                422,
                [{"detail": "Object contains unknown field `x`", "pointer": "#"}],
            ),
            (b"[]", 422, [{"detail": "Expected `object`, got `array`", "pointer": "#"}]),
            (b"", 422, [{"detail": "A body is needed.", "pointer": "#"}]),
            (b'{"name": ', 400, None),
            (b"\xff\xfe", 400, None),
        ],
    )
    def test_a_bad_body_is_pointed_at(self, send: Any, body: bytes, status: int, errors: Any) -> None:
        """RFC 9457 with JSON pointers."""
        answer = send(body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json().get("errors") == errors

    def test_a_broken_rule_is_pointed_at(self, send: Any) -> None:
        """What a manager refuses looks like what the parser refuses."""
        assert send(b'{"name": "bad", "price": 3}').json()["errors"] == [
            {"detail": "Parts need names.", "pointer": "#/parts/0/name", "rule": "not_blank"}
        ]

    def test_a_huge_body_is_refused(self, send: Any) -> None:
        """413, before it is read."""
        assert send(b'{"name": "%s", "price": 3}' % (b"x" * 300_000)).status_code == 413

    def test_too_often_says_so_in_the_body_too(self, send: Any) -> None:
        """``retry_after`` beside the header."""
        answer = send(b'{"name": "often", "price": 3}')
        assert (answer.status_code, answer.json()["retry_after"], answer.headers["retry-after"]) == (429, 9, "9")


def test_a_huge_form_is_refused(browser: Any) -> None:
    """A form has a limit, too."""
    assert browser.submit("/log-in", name="x" * 70_000).status_code == 413


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotFound, 404),
        (Conflict, 409),
        (StaleObject, 409),
        (Duplicate, 409),
        (LoginRequired, 401),
        (TooMany, 429),
        (Invalid, 422),
        (Refusal, 400),
    ],
)
def test_each_refusal_has_its_status(kind: type[Refusal], status: int) -> None:
    """A kind of a feature's own has that of its parent."""
    assert status_of(kind) == status


def test_without_a_body_the_parameter_is_named() -> None:
    """A manager's refusal of a cursor, say."""
    (violation,) = problem_of(Invalid(FieldError("after", "No.", "cursor")), reads=True).errors
    assert (violation.parameter, violation.pointer) == ("after", "")


def test_pointers_are_escaped() -> None:
    """RFC 6901."""
    assert problem_of(Invalid(FieldError("a/b.~c", "No.", "x"))).errors[0].pointer == "#/a~1b/~0c"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name":' * 10_000,
        b'{"name": "\xff", "price": 1}',
        b'{"name": "\\ud800", "price": 1}',
        b'{"name": "x", "price": NaN}',
        b"\xef\xbb\xbf{}",
        b"name=x",
    ],
    ids=[
        "lists without end",
        "objects without end",
        "no UTF-8",
        "half a character",
        "not a number",
        "a mark",
        "a form",
    ],
)
def test_a_body_that_cannot_be_read_is_no_mistake_of_ours(browser: Any, shop: Any, body: bytes) -> None:
    """400, and nothing in the log: whoever sends it would fill our disk otherwise."""
    answer = browser.post("/api/v1/things", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert [line for line in shop.log if line["log_level"] == "error"] == []


def test_who_hangs_up_half_way_is_no_mistake_of_ours(shop: Any) -> None:
    """The body never comes to its end."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/things",
        "raw_path": b"/api/v1/things",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"9")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
    }
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(shop.app, scope, receive, send)
    assert sent[0]["status"] == 400
    assert [line for line in shop.log if line["log_level"] == "error"] == []


def test_pointers_lead_into_lists() -> None:
    """By the place of the entry, as RFC 6901 has it."""
    (violation,) = broken_request("", [{"key": "lines[0].quantity", "message": "No.", "source": "body"}], 400).errors
    assert violation.pointer == "#/lines/0/quantity"
