"""The board's pages: the board itself, how it goes on, the graphs behind a tile, and the same for a screen on a wall."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound, TooMany
from opensky.logs import security
from opensky.settings import Settings
from opensky.stats.series import Series
from opensky.stats.targets import WrongTarget
from opensky.tactical.graphs import Drawn, drawn, told
from opensky.tactical.kiosk import Kiosks, Screen
from opensky.tactical.live import MOST_VIEWERS, LiveBoard
from opensky.tactical.numbers import Numbers, NumbersUnavailable
from opensky.tactical.pages import shell
from opensky.tactical.readings import Graph, Mark
from opensky.web import Download, Exchange, Form, Live, Page, Redirect, Visitor, access, action, page
from opensky.web.cookies import KIOSK

SPANS = {"1": "1 hour", "3": "3 hours", "24": "1 day", "168": "1 week", "1440": "60 days"}
"""What a graph may show, in hours."""
_MOST_TARGETS = 8
_LONGEST_TARGET = 2000
_SCREENS = "/admin/screens"
_AGAIN = {"retry-after": "10", "refresh": "10"}
"""Who waits for the first numbers sees them by itself."""


class BoardPages:
    """The board for those who may look at it, whoever they are."""

    def __init__(self, live: LiveBoard) -> None:
        self._live = live

    def board(self, live: str, *, kiosk: bool) -> Page:
        """Return the page of the board as it is now; ``live`` is where it goes on."""
        try:
            shown = self._live.shown()
        except NumbersUnavailable as error:
            return Page("board/nothing.html", status=503, headers=_AGAIN, why=str(error), kiosk=kiosk)
        board, version = shown.board, self._live.version(shown.board)
        return Page("board/board.html", **shell(board, shown.parts), live=live, kiosk=kiosk, version=version)

    def go_on(self) -> Live:
        """Return the board as it goes on; raises ``TooMany`` when too many look on already."""
        if self._live.full:
            raise TooMany(f"{MOST_VIEWERS} look at the board already.", retry_after=15)
        return Live(self._live.watch)


class BoardController:
    """For staff."""

    def __init__(self, pages: BoardPages, live: LiveBoard, numbers: Numbers, clock: Clock) -> None:
        self._pages = pages
        self._live = live
        self._numbers = numbers
        self._clock = clock

    @page("/board", access=access.STAFF)
    def show(self) -> Page:
        """Show how the shop is."""
        return self._pages.board("/board/live", kiosk=False)

    @page("/board/live", access=access.STAFF)
    def live(self) -> Live:
        """Go on showing it."""
        return self._pages.go_on()

    @page("/board/tiles/{key:str}", access=access.STAFF)
    def tile(self, key: str, hours: str = "3") -> Page:
        """Show what is behind a tile."""
        try:
            tile = self._live.shown().board.tile(key)
        except KeyError:
            raise NotFound("There is no such tile on the board.", tile=key) from None
        return self._graphs(tile.title, tile.sentence, tile.graphs, f"/board/tiles/{key}?", hours)

    @page("/board/graph", access=access.STAFF)
    def graph(self, target: str, hours: str = "3") -> Page:
        """Show a target of Graphite's."""
        path = f"/board/graph?target={quote(target, safe='')}&"
        return self._graphs("Graph", "", (Graph(target, target),), path, hours)

    @page("/board/render", access=access.STAFF)
    def render(self, target: str, hours: str = "3") -> Download:
        """Give the numbers of a target, as Graphite's JSON has them, with what happened meanwhile."""
        since, until = self._span(hours)
        found, marks = self._fetched(target, since, until), self._marks(since, until)
        return Download("graph.json", "application/json", msgspec.json.encode(told(found, marks)))

    def _graphs(self, title: str, sentence: str, asked: Sequence[Graph], path: str, hours: str) -> Page:
        since, until = self._span(hours)
        marks = self._marks(since, until)
        made: list[Drawn] = []
        for each in asked[:_MOST_TARGETS]:
            found = self._fetched(each.target, since, until)
            made.append(drawn(each.title, each.target, each.unit, found, since, until, marks))
        return Page(
            "board/graphs.html",
            title=title,
            sentence=sentence,
            graphs=made,
            spans=SPANS,
            hours=hours,
            path=path,
            marks=marks[-30:],
            here="/board",
        )

    def _fetched(self, target: str, since: float, until: float) -> list[Series]:
        if len(target) > _LONGEST_TARGET:
            raise Invalid(FieldError("target", f"A target has at most {_LONGEST_TARGET} characters.", "Length"))
        try:
            return self._numbers.fetch(target, since, until)
        except WrongTarget as error:
            raise Invalid(FieldError("target", str(error), "target")) from error
        except NumbersUnavailable:
            return []

    def _marks(self, since: float, until: float) -> list[Mark]:
        try:
            return list(self._numbers.marks(since, until))
        except NumbersUnavailable:
            return []

    def _span(self, hours: str) -> tuple[float, float]:
        if hours not in SPANS:
            raise Invalid(FieldError("hours", f"A graph shows {', '.join(SPANS)} hours.", "choice"))
        until = self._clock.now().timestamp()
        return until - int(hours) * 3600, until


class KioskController:
    """For screens: what a link opens, and nothing else. Whether the link is good is asked at each of these."""

    def __init__(self, pages: BoardPages, kiosks: Kiosks, exchange: Exchange) -> None:
        self._pages = pages
        self._kiosks = kiosks
        self._exchange = exchange

    @page("/board/kiosk/open/{link:str}", access=access.PUBLIC)
    def open(self, link: str) -> Page | Redirect:
        """Have this browser remember that it is a screen."""
        screen = self._kiosks.screen(link)
        if screen is None:
            return _closed()
        self._exchange.cookies.set(KIOSK, link, self._kiosks.seconds(screen))
        return Redirect("/board/kiosk")

    @page("/board/kiosk", access=access.PUBLIC)
    def show(self) -> Page:
        """Show the board on a screen."""
        return self._pages.board("/board/kiosk/live", kiosk=True) if self._screen() else _closed()

    @page("/board/kiosk/live", access=access.PUBLIC)
    def live(self) -> Live | Page:
        """Go on showing it."""
        return self._pages.go_on() if self._screen() else _closed()

    def _screen(self) -> Screen | None:
        cookies = self._exchange.cookies
        return self._kiosks.screen(self._exchange.incoming.cookies.get(cookies.name(KIOSK), ""))


class ScreenAdmin:
    """Which screens show the board: links are made here, and taken back."""

    def __init__(self, kiosks: Kiosks, visitor: Visitor, settings: Settings) -> None:
        self._kiosks = kiosks
        self._visitor = visitor
        self._address = settings.address

    @page(_SCREENS, access=access.STAFF)
    def list(self) -> Page:
        """List them."""
        return self._listed()

    @action(_SCREENS, access=access.STAFF)
    def make(self, form: Form) -> Page:
        """Make a link, and show it this once."""
        typed = {"name": form.text("name"), "days": form.text("days")}
        try:
            path = self._kiosks.make(typed["name"], form.number("days", 0))
        except Invalid as error:
            return self._listed(typed=typed, errors=error.by_field(), status=422)
        security("admin.acted", act="make screen", subject=typed["name"], member=self._visitor.member_id)
        return self._listed(made=self._address + path)

    @action(_SCREENS + "/{number:int}/take-back", access=access.STAFF)
    def take_back(self, number: int) -> Redirect:
        """Have a link show nothing any more."""
        name = self._kiosks.take_back(number)
        security("admin.acted", act="take screen back", subject=name, member=self._visitor.member_id)
        return Redirect(_SCREENS, flash=f"{name} shows the board no more, from two minutes on at the latest.")

    def _listed(
        self,
        *,
        made: str = "",
        typed: dict[str, str] | None = None,
        errors: dict[str, str] | None = None,
        status: int = 200,
    ) -> Page:
        return Page(
            "admin/screens.html",
            status=status,
            screens=self._kiosks.screens(after_making=bool(made)),
            made=made,
            typed=typed or {"name": "", "days": "90"},
            errors=errors or {},
            here=_SCREENS,
        )


def _closed() -> Page:
    return Page("board/closed.html", status=403, headers={"refresh": "300"})
