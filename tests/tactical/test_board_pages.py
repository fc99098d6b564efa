"""Who sees the board, and what else is behind it: staff, screens with a link, and nobody else."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dishka import Container, Provider, Scope
from litestar import Litestar
from litestar.testing import TestClient

from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import MemberId
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.stats.marks import Marks
from opensky.stats.store import Store
from opensky.tactical.controller import BoardController, BoardPages, KioskController, ScreenAdmin
from opensky.tactical.example import example
from opensky.tactical.kiosk import Kiosks
from opensky.tactical.live import MOST_VIEWERS, LiveBoard
from opensky.tactical.numbers import Numbers, NumbersUnavailable, StoreNumbers
from opensky.tactical.pages import TEMPLATES
from opensky.tactical.readings import Board, State
from opensky.testing.applications import application
from opensky.testing.engines import created
from opensky.web import Page, Redirect, Sessions, access, action, page
from opensky.wiring.containers import web_container

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAGES = (BoardController, KioskController, ScreenAdmin)


class Door:
    """Lets somebody in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @page("/", access=access.PUBLIC)
    def form(self) -> Page:
        return Page("admin/screens.html", screens=(), made="", typed={"name": "", "days": ""}, errors={}, here="")

    @action("/enter/{role:str}", access=access.PUBLIC)
    def enter(self, role: str) -> Redirect:
        self._sessions.log_in(MemberId(7), name="Ada", roles=[role])
        return Redirect("/")


class Examples:
    """A board of a slow shop; or none."""

    def __init__(self) -> None:
        self.missing = False

    def read(self, now: float) -> Board:
        if self.missing:
            raise NumbersUnavailable("Nothing has been counted yet.")
        return example(now, State.BROKEN)


class Shop:
    """The board's pages, at a time that is set."""

    def __init__(self, app: Litestar, container: Container, clock: SetClock, boards: Examples) -> None:
        self.app = app
        self.container = container
        self.clock = clock
        self.boards = boards

    def browser(self, role: str = "") -> TestClient[Litestar]:
        """Return a browser; with a role, somebody is signed in at it."""
        browser = TestClient(self.app, base_url="http://127.0.0.1:8000")
        if role:
            assert submit(browser, f"/enter/{role}").status_code == 303
        return browser


def submit(browser: TestClient[Litestar], path: str, **fields: str) -> Any:
    """Send a form of ours."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)
    assert token
    headers = {"sec-fetch-site": "same-origin"}
    return browser.post(path, data={"csrf_token": token[1], **fields}, headers=headers, follow_redirects=False)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    settings, clock, boards = Settings(data=tmp_path, secret_key="k" * 64), SetClock(NOON), Examples()
    count(tmp_path / "stats", NOON.timestamp())
    numbers = StoreNumbers(tmp_path / "stats", NOON.timestamp)
    made = Provider(scope=Scope.APP)
    made.provide(lambda: clock, provides=Clock)
    made.provide(lambda: numbers, provides=Numbers)
    made.provide(lambda: LiveBoard(boards, lambda: clock.now().timestamp(), "v1", every=0.05), provides=LiveBoard)
    made.provide(BoardPages)
    for each in (Kiosks, Door, *PAGES):
        made.provide(each, scope=Scope.REQUEST)
    with ExitStack() as stack:
        container = web_container(settings, made)
        stack.callback(container.close)
        stack.callback(numbers.close)
        created(container.get(Database))
        pages = (Door, *PAGES)
        app = stack.enter_context(application(settings, container, pages, templates=[TEMPLATES]))
        yield Shop(app, container, clock, boards)


def count(folder: Path, until: float) -> None:
    """Fill a store with ten minutes of answers, and a deploy."""
    store = Store(folder, "10s:1h,60s:1d")
    for ago in range(600, 0, -10):
        store.put({"stats.timers.web.upper_95": 40.0 + ago / 10, "stats.timers.<b>.upper_95": 1.0}, until - ago)
    store.close()
    Marks(folder).add("1a2b3c", tags=("deploy",), when=until - 300)


def test_staff_see_the_board_and_nobody_else_does(shop: Shop) -> None:
    """What a shop earns, and where it hurts, is not for everybody."""
    assert shop.browser().get("/board", follow_redirects=False).headers["location"] == "/log-in?next=%2Fboard"
    for path in (
        "/board",
        "/board/live",
        "/board/tiles/web",
        "/board/graph?target=a",
        "/board/render?target=a",
        "/admin/screens",
    ):
        assert shop.browser("member").get(path, follow_redirects=False).status_code == 403
    seen = shop.browser("staff").get("/board")
    assert seen.status_code == 200
    assert "The database is slow, and orders are fewer for it." in seen.text
    assert 'data-live="/board/live"' in seen.text


def test_the_board_needs_no_javascript_and_allows_no_script_of_others(shop: Shop) -> None:
    """All of it is in the page, which loads anew by itself."""
    seen = shop.browser("staff").get("/board")
    assert seen.text.count('<svg class="spark"') == 14
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in seen.text
    assert not re.search(r"<[^>]+ (style|on[a-z]+)=", seen.text)
    assert re.findall(r"<script(?! src=[^>]+ nonce=)", seen.text) == []
    assert "unsafe" not in seen.headers["content-security-policy"]
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', seen.text):
        assert shop.browser().get(path).status_code == 200


def test_it_goes_on_as_events(shop: Shop) -> None:
    """The first has all of it; the end of the shop is the end of the stream."""
    shop.app.state.parts.kernel.streams.longest = 0.5  # this client waits for the end of an answer
    answer = shop.browser("staff").get("/board/live")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text.startswith("retry: 1000\n\nevent: board\ndata: {")
    assert '"verdict"' in answer.text.split("\n")[3]


def test_too_many_viewers_are_told_to_come_again(shop: Shop) -> None:
    """So that a forgotten tab on every desk cannot take the shop's connections."""
    live = shop.container.get(LiveBoard)
    leaving = [live.watch(lambda _: None) for _ in range(MOST_VIEWERS)]
    refused = shop.browser("staff").get("/board/live")
    for leave in leaving:
        leave()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "15")


def test_without_numbers_the_page_says_why(shop: Shop) -> None:
    """And looks again by itself."""
    shop.boards.missing = True
    seen = shop.browser("staff").get("/board")
    assert (seen.status_code, seen.headers["retry-after"]) == (503, "10")
    assert "Nothing has been counted yet." in seen.text


def test_a_tile_opens_its_graphs(shop: Shop) -> None:
    """With how far back one likes, deploys, and the target to take elsewhere."""
    staff = shop.browser("staff")
    seen = staff.get("/board/tiles/web?hours=1").text
    assert seen.count('<svg class="graph"') == 1
    assert "1a2b3c</title>" in seen
    assert re.findall(r'<a href="([^"]+)" aria-current', seen) == ["/board/tiles/web?hours=1"]
    assert "stats.timers.web.upper_95" in seen
    assert staff.get("/board/tiles/nothing").status_code == 404
    assert staff.get("/board/tiles/web?hours=7").status_code == 422


def test_any_target_of_graphites_can_be_drawn(shop: Shop) -> None:
    """Names are escaped; what is no target is refused with a sentence."""
    staff = shop.browser("staff")
    seen = staff.get("/board/graph", params={"target": "stats.timers.*.upper_95", "hours": "1"}).text
    assert seen.count('<path class="series') == 2
    assert "&lt;b&gt;" in seen
    assert "<b>.upper" not in seen
    wrong = staff.get("/board/graph", params={"target": "sumSeries((", "hours": "1"})
    assert wrong.status_code == 422
    assert staff.get("/board/graph", params={"target": "a" * 2001}).status_code == 422


def test_a_script_gets_the_numbers_as_graphite_gives_them(shop: Shop) -> None:
    """With what happened meanwhile."""
    asked = {"target": "stats.timers.web.upper_95", "hours": "1"}
    told = shop.browser("staff").get("/board/render", params=asked).json()
    [series] = told["series"]
    assert series["target"] == "stats.timers.web.upper_95"
    assert [value for value, _ in series["datapoints"] if value][-1] == 41.0
    assert [(each["what"], each["kind"]) for each in told["marks"]] == [("1a2b3c", "deploy")]


def test_a_screen_shows_the_board_and_nothing_else(shop: Shop) -> None:
    """The link is opened once; from then on the address opens nothing for whoever reads it from the screen."""
    path = link(shop, "Office wall")
    screen = shop.browser()
    opened = screen.get(path, follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, "/board/kiosk")
    seen = screen.get("/board/kiosk")
    assert "The database is slow" in seen.text
    assert 'data-live="/board/kiosk/live"' in seen.text
    assert re.findall(r'<a href="([^"]+)"', seen.text) == []
    assert shop.browser().get("/board/kiosk").status_code == 403
    assert screen.get("/board", follow_redirects=False).status_code == 303


def test_a_link_that_is_taken_back_or_has_ended_is_dark(shop: Shop) -> None:
    """Its cookie, too; so is one that nobody made."""
    path, staff = link(shop, "Office wall"), shop.browser("staff")
    screen = shop.browser()
    screen.get(path)
    assert screen.get("/board/kiosk").status_code == 200
    [taken] = re.findall(r'action="(/admin/screens/\d+/take-back)"', staff.get("/admin/screens").text)
    assert submit(staff, taken).status_code == 303
    assert [screen.get(each).status_code for each in ("/board/kiosk", "/board/kiosk/live", path)] == [403] * 3
    assert submit(staff, taken).status_code == 404

    another = shop.browser()
    another.get(link(shop, "Lobby"))
    shop.clock.advance(days=91)
    assert another.get("/board/kiosk").status_code == 403
    for wrong in ("x", "MQ.AAAA", "%F0%9F%98%80"):
        assert shop.browser().get(f"/board/kiosk/open/{wrong}").status_code == 403


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        ("", "90", "where the screen is"),
        ("x", "0", "1 to 366"),
        ("x", "a", "whole number"),
        ("Lobby \u202egnp", "90", "leave out characters that cannot be seen"),
        ("Lobby\x1b[2J", "90", "leave out characters that cannot be seen"),
    ],
)
def test_a_link_needs_a_name_and_an_end(shop: Shop, name: str, days: str, said: str) -> None:
    """What was typed stays in the form."""
    refused = submit(shop.browser("staff"), "/admin/screens", name=name, days=days)
    assert refused.status_code == 422
    assert said in refused.text
    assert "/board/kiosk/open/" not in refused.text


def link(shop: Shop, name: str) -> str:
    """Make a link; return its path."""
    made = submit(shop.browser("staff"), "/admin/screens", name=name, days="90").text
    [path] = re.findall(r"http://127.0.0.1:8000(/board/kiosk/open/[^<]+)", made)
    assert name in made
    return str(path)
