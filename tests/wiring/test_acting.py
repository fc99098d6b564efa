"""Whose changes are kept: staff's, through forms and programs alike, or everybody's if the shop says so."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from dishka import Provider, Scope

from opensky.devo.members.manager import MemberManager
from opensky.devo.products.objects import Category
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.history.actor import SYSTEM
from opensky.persistence.history.reading import Asked, ChangeHistory, Entry
from opensky.settings import Settings
from opensky.testing.browser import Browser, browsing
from opensky.web import access, api
from opensky.web.app import build
from opensky.wiring import container
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

SENTENCE = "seven blue cacti"
ADA, EVE = "ada@example.org", "eve@example.org"


class ShelfApi:
    """Makes shelves; the shop itself has no such route."""

    def __init__(self, unit: UnitOfWork, ids: IdGenerator) -> None:
        self._unit = unit
        self._ids = ids

    @api.post("/api/v1/shelves", access=access.PUBLIC)
    def add(self) -> None:
        """Make a shelf."""
        number = self._ids.next()
        self._unit.persist(Category(id=number, slug=f"shelf-{number}", name="Shelf"))


class Shop:
    """A shop in which Ada works and Eve is a member."""

    def __init__(self, browser: Browser, database: Database) -> None:
        self.browser = browser
        self.database = database

    def make_shelf(self, email: str = "", **headers: str) -> Any:
        """Have somebody's program make a shelf; nobody's without an address."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if email:
            asked = {"email": email, "password": SENTENCE}
            token = self.browser.post("/api/v1/tokens", json=asked).json()["token"]
            sent["Authorization"] = f"Bearer {token}"
        answer = self.browser.post("/api/v1/shelves", headers=sent)
        assert answer.status_code < 300, answer.text
        return answer

    def kept(self) -> list[Entry]:
        """Return the changes of shelves that are kept, oldest first."""
        with self.database.unit_of_work(read_only=True) as unit:
            return ChangeHistory(unit).page(Asked(kind="Category"), 50).entries[::-1]


@pytest.fixture
def open_shop(tmp_path: Path, clock: SetClock) -> Iterator[Callable[[str], Shop]]:
    """Opens a shop that keeps the changes of ``staff`` or of ``all``."""
    with ExitStack() as stack:

        def opened(history: str) -> Shop:
            settings = Settings(data=tmp_path, secret_key="0" * 64, history=history)
            provider = Provider(scope=Scope.APP)
            provider.provide(lambda: clock, provides=Clock, override=True)
            provider.provide(ShelfApi, scope=Scope.REQUEST)
            whole = web_container(settings, provider)
            stack.callback(whole.close)
            database = whole.get(Database)
            database.create()
            with container(settings, provider) as jobs, jobs() as scope:
                for email in (ADA, EVE):
                    scope.get(MemberManager).sign_up(email, email[:3].title(), SENTENCE)
                    scope.get(UnitOfWork).commit()
                scope.get(MemberManager).make_staff(ADA)
                scope.get(UnitOfWork).commit()
            clock.advance(seconds=1)  # the web makes ids under the number that the commands had
            app = build(settings, whole, [*CONTROLLERS, ShelfApi], templates=TEMPLATES, frame=FRAME)
            stack.callback(app.state.pool.close)
            return Shop(stack.enter_context(browsing(app)), database)

        yield opened


def test_what_a_program_does_for_staff_is_staff_s_doing(open_shop: Callable[[str], Shop]) -> None:
    """By their token, with the reason and the request that the program names; what members and guests do is not kept."""
    shop = open_shop("staff")

    answer = shop.make_shelf(ADA, X_Reason="Nightly", X_Request_Id="job-7")
    shop.make_shelf(ADA)
    shop.make_shelf(EVE)
    shop.make_shelf()

    first, second = shop.kept()
    assert answer.headers["x-request-id"] == "job-7"
    assert (first.actor.kind, first.actor.name) == (second.actor.kind, second.actor.name) == ("staff", "Ada")
    assert (first.actor.request_id, first.actor.reason, second.actor.reason) == ("job-7", "Nightly", "")


def test_everybody_is_kept_if_the_shop_says_so(open_shop: Callable[[str], Shop]) -> None:
    """Each as what they are."""
    shop = open_shop("all")

    for email in (ADA, EVE, ""):
        shop.make_shelf(email)

    assert [(entry.actor.kind, entry.actor.name) for entry in shop.kept()] == [
        ("staff", "Ada"),
        ("member", "Eve"),
        ("guest", ""),
    ]


def test_a_request_without_a_well_formed_id_gets_one(open_shop: Callable[[str], Shop]) -> None:
    """What somebody sends is not written into logs and headers unseen."""
    answer = open_shop("staff").make_shelf(X_Request_Id="no spaces, please")

    assert len(answer.headers["x-request-id"]) == 16


def test_a_page_bears_no_id(open_shop: Callable[[str], Shop]) -> None:
    """It changes nothing, so that nobody will ask."""
    assert "x-request-id" not in open_shop("staff").browser.open("/").headers


@pytest.mark.parametrize(("history", "kept"), [("staff", 0), ("all", 1)])
def test_a_command_acts_as_nobody_in_particular(tmp_path: Path, history: str, kept: int) -> None:
    """And is kept where everybody is."""
    with container(Settings(data=tmp_path, secret_key="0" * 64, history=history)) as whole:
        database = whole.get(Database)
        database.create()
        with whole() as scope:
            unit = scope.get(UnitOfWork)
            unit.persist(Category(id=1, slug="clay", name="Clay"))
            unit.commit()
            entries = ChangeHistory(unit).page(Asked(), 9).entries

    assert [(entry.actor, entry.kind) for entry in entries] == [(SYSTEM, "Category")] * kept


def test_a_shop_keeps_the_changes_of_staff_or_of_all(tmp_path: Path) -> None:
    """Anything else is a mistake that stops the start."""
    with pytest.raises(Misconfigured, match="'staff' or 'all'"):
        Settings.load({"OPENSKY_DATA": str(tmp_path), "OPENSKY_HISTORY": "everybody"})
