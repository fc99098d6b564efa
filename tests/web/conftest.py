"""A small shop of test controllers on the real application, container and embedded database."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec
import pytest
import structlog
from anyio.from_thread import start_blocking_portal
from dishka import Provider, Scope
from litestar import Litestar
from litestar.testing import TestClient

from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Conflict, Denied, FieldError, Invalid, NotFound, TooMany
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.applications import application
from opensky.testing.engines import created
from opensky.web import Form, Json, Page, Redirect, Sessions, Tokens, Visitor, access, action, api, local_path, page
from opensky.web.app import build
from opensky.web.objects import Session
from opensky.wiring.containers import web_container

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Card(msgspec.Struct, frozen=True):
    name: str
    price: Money


class Thing(msgspec.Struct):
    name: str
    price: int


class NewThing(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    price: Annotated[int, msgspec.Meta(ge=0)]


class Pages:
    """Pages and actions that do one thing each."""

    def __init__(self, visitor: Visitor, sessions: Sessions, tokens: Tokens, unit_of_work: UnitOfWork) -> None:
        self.visitor = visitor
        self.sessions = sessions
        self.tokens = tokens
        self.unit_of_work = unit_of_work

    @page("/", access=access.PUBLIC)
    def home(self, text: str = "", number: int = 0) -> Page:
        return Page("plain.html", title="Home", text=text or str(number))

    @page("/quick", access=access.PUBLIC, quick=True, unless=["q"])
    def quick(self, q: str = "") -> Page:
        return Page("plain.html", title="", text=threading.current_thread().name)

    @page("/thorough", access=access.PUBLIC)
    def thorough(self) -> Page:
        return Page("plain.html", title="", text=threading.current_thread().name)

    @page("/mine", access=access.MEMBER)
    def mine(self) -> Page:
        return Page("plain.html", title="Mine", text=str(self.visitor.require_member()))

    @page("/staff", access=access.STAFF)
    def staff(self) -> Page:
        return Page("plain.html", title="Staff", text="")

    @page("/reserved", access=access.PUBLIC)
    def reserved(self, state: str = "", query: int = 1, headers: str = "") -> Page:
        return Page("plain.html", title="", text=f"{state} {query} {headers}")

    @page("/cards", access=access.PUBLIC)
    def cards(self) -> Page:
        return Page("cards.html", listing=[Card("<Bowl>", Money(1250)), Card("Cup", Money(900))])

    @page("/wrong/{how:str}", access=access.PUBLIC)
    def wrong(self, how: str) -> Page:
        errors: dict[str, Exception] = {
            "missing": NotFound("There is no such bowl."),
            "denied": Denied("Not yours."),
            "conflict": Conflict("Somebody was faster."),
            "often": TooMany("Slower, please.", 7),
            "bug": RuntimeError("the secret is 42"),
        }
        raise errors[how]

    @page("/writes", access=access.PUBLIC)
    def writes(self) -> Page:
        self.sessions.keep_bag(1)
        return Page("plain.html", title="", text="")

    @page("/no-template", access=access.PUBLIC)
    def no_template(self) -> Page:
        return Page("there-is-none.html")

    @action("/log-in", access=access.PUBLIC)
    def log_in(self, form: Form) -> Redirect:
        roles = ["staff"] if form.text("staff") else []
        self.sessions.log_in(MemberId(form.number("member", 7)), name=form.text("name", "Ann"), roles=roles)
        return Redirect(local_path(form.text("next", "/mine")), flash="Welcome, <Ann>.")

    @action("/log-out", access=access.MEMBER)
    def log_out(self) -> Redirect:
        self.sessions.log_out()
        return Redirect("/")

    @action("/bag", access=access.PUBLIC)
    def bag(self, form: Form) -> Page:
        self.sessions.keep_bag(form.number("bag"))
        return Page("plain.html", title="Bag", text=str(self.visitor.bag_id), status=422)

    @action("/log-in-and-fail", access=access.PUBLIC)
    def log_in_and_fail(self) -> Redirect:
        self.sessions.log_in(MemberId(7), name="Ann")
        raise Conflict("Sold out.")

    @action("/refused", access=access.PUBLIC)
    def refused(self, form: Form) -> Redirect:
        return Redirect("/", flash="There are only 5.", problem=True)

    @action("/end-others", access=access.MEMBER)
    def end_others(self) -> Redirect:
        self.sessions.end_all(self.visitor.require_member(), but_this=True)
        return Redirect("/mine")

    @action("/end/{id:str}", access=access.MEMBER)
    def end(self, id: str) -> Page:
        ended = self.sessions.end(self.visitor.require_member(), id)
        return Page("plain.html", title="", text=str(ended))

    @page("/sessions", access=access.MEMBER)
    def list_sessions(self) -> Page:
        found = self.sessions.of(self.visitor.require_member())
        return Page("plain.html", title="", text=json.dumps([[s.id, s.device, s.current] for s in found]))

    @action("/token", access=access.MEMBER)
    def token(self, form: Form) -> Page:
        made = self.tokens.create(
            self.visitor.require_member(), member_name="Ann", name="script", scope=form.text("scope", "write")
        )
        return Page("plain.html", title="Token", text=made)


class ThingApi:
    """Things, for programs."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    @api.get("/api/v1/things/{name:str}", access=access.PUBLIC, raises=[NotFound])
    def show(self, name: str, price: int = 3) -> Thing:
        """Show a thing."""
        if name == "none":
            raise NotFound("There is no such thing.")
        if name == "bug":
            raise RuntimeError("the secret is 42")
        return Thing(name, price)

    @api.get("/api/v1/me", access=access.MEMBER)
    def me(self) -> Thing:
        return Thing(self.visitor.name, int(self.visitor.require_member()))

    @api.get("/api/v1/staff", access=access.STAFF)
    def staff(self) -> Thing:
        return Thing("staff", 1)

    @api.post("/api/v1/things", access=access.MEMBER, raises=[Invalid, TooMany])
    def add(self, data: NewThing) -> Json:
        if data.name == "bad":
            raise Invalid(FieldError("parts.0.name", "Parts need names.", "not_blank"))
        if data.name == "often":
            raise TooMany("Slower, please.", 9)
        return Json(Thing(data.name, data.price), status=201, headers={"Location": "/api/v1/things/x"})

    @api.delete("/api/v1/things/{name:str}", access=access.MEMBER)
    def remove(self, name: str) -> None:
        return None


@dataclass
class Shop:
    """The application with what a test wants to look at."""

    app: Litestar
    database: Database
    settings: Settings
    clock: SetClock
    log: list[Any] = field(default_factory=list)
    container: Any = None

    def again(self) -> TestClient[Litestar]:
        """Build the application once more over the same database."""
        app = build(self.settings, self.container, [Pages], templates=[HERE / "templates"], static=[])
        return TestClient(app, base_url=self.settings.address)

    def browser(self) -> "Browser":
        return Browser(self)

    def sessions(self) -> list[Session]:
        with self.database.unit_of_work() as unit_of_work:
            return unit_of_work.find(Session)


class Browser(TestClient[Litestar]):
    """Keeps cookies, sends what browsers send, and fills in the token of the last page's form."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.app, base_url=shop.settings.address)
        self.shop = shop

    def __enter__(self) -> Self:
        self._portal = start_blocking_portal()
        self.blocking_portal = self._portal.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._portal.__exit__(None, None, None)

    def csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)
        assert found
        return found[1]

    def submit(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
        """Send a form of ours, as a browser without JavaScript does."""
        fields.setdefault("csrf_token", self.csrf())
        sent = {"sec-fetch-site": "same-origin", **(headers or {})}
        return self.post(path, data=fields, headers=sent, follow_redirects=False)

    def log_in(self, **fields: str) -> None:
        assert self.submit("/log-in", None, **fields).status_code == 303

    @property
    def token(self) -> str:
        return str(self.cookies.get("opensky") or "")


def text_of(response: Any) -> str:
    """Return the last paragraph of the plain page."""
    return str(re.findall(r"<p>(.*?)</p>", response.text)[-1]).replace("&#34;", '"')


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    opened = ExitStack()

    def open_(**settings: Any) -> Shop:
        clock = SetClock(NOON)
        test = Provider(scope=Scope.REQUEST)
        test.provide(Pages)
        test.provide(ThingApi)
        test.provide(lambda: clock, provides=Clock, scope=Scope.APP)
        made = Settings(data=tmp_path, secret_key="k" * 64, threads=4, **settings)
        container = web_container(made, test)
        database = created(container.get(Database))
        opened.callback(container.close)
        app = opened.enter_context(application(made, container, [Pages, ThingApi], templates=[HERE / "templates"]))
        return Shop(app, database, made, clock, container=container)

    with opened:
        yield open_


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Iterator[Shop]:
    with structlog.testing.capture_logs() as log:
        made = open_shop()
        made.log = log
        yield made


@pytest.fixture
def browser(shop: Shop) -> Iterator[Browser]:
    with shop.browser() as browser:
        yield browser


@pytest.fixture
def another(shop: Shop) -> Iterator[Browser]:
    with shop.browser() as browser:
        yield browser
