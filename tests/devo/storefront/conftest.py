"""The real application over a small shop: two insiders with goods, one without, members with and without follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from dishka import Provider, Scope
from litestar.testing import TestClient

from opensky.devo.follows.listeners import FollowListeners
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.repository import FollowRepository
from opensky.devo.members.objects import Member
from opensky.devo.products.cards import CardKeeper
from opensky.devo.products.known import KnownCards
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import StockRepository
from opensky.devo.sellers.events import SELLER_CREATED
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.devo.sellers.repository import SellerRepository
from opensky.events import Dispatcher, listen
from opensky.kernel.clock import Clock, SetClock
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.applications import application
from opensky.testing.engines import created
from opensky.testing.factories import Factory
from opensky.web.objects import ApiToken, Session
from opensky.web.signing import digest
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES


@dataclass
class Shop:
    """The application, its database, and who and what is in it."""

    client: Any
    database: Database
    clock: SetClock
    maya: Seller
    ada: Seller
    quiet: Seller
    goods: list[Product]
    ann: Member
    ben: Member

    def get(self, path: str, member: Member | None = None, **headers: str) -> Any:
        """Ask for a page, or for an API route with a member's token."""
        return self.client.get(path, headers={**_who(path, member), **headers}, follow_redirects=False)

    def send(self, method: str, path: str, member: Member | None = None) -> Any:
        """Call the API."""
        return self.client.request(method, path, headers=_who(path, member))

    def submit(self, path: str, member: Member, **fields: Any) -> Any:
        """Send a form, with the token that the pages of this member hold."""
        page = self.get("/account/following", member).text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        headers = {**_who(path, member), "sec-fetch-site": "same-origin"}
        data = {"csrf_token": token, **fields}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)


def _who(path: str, member: Member | None) -> dict[str, str]:
    if member is None:
        return {}
    if path.startswith("/api/"):
        return {"authorization": f"Bearer token-{member.name}"}
    return {"cookie": f"opensky=session-{member.name}"}


@pytest.fixture
def shop(tmp_path: Path, clock: SetClock) -> Iterator[Shop]:
    given = Provider(scope=Scope.APP)
    given.provide(lambda: clock, provides=Clock)
    settings = Settings(data=tmp_path, secret_key="k" * 64, threads=2)
    container = web_container(settings, given)
    database = created(container.get(Database))
    with (
        application(settings, container, CONTROLLERS, templates=TEMPLATES, frame=FRAME) as app,
        start_blocking_portal() as portal,
        database.unit_of_work() as unit,
    ):
        client: Any = TestClient(app, base_url=settings.address)
        client.blocking_portal = portal
        yield _filled(client, database, unit, clock)
    container.close()


def _filled(client: Any, database: Database, unit: UnitOfWork, clock: SetClock) -> Shop:
    make = Factory(unit, database.ids, clock)
    sellers, products = _managers(database, unit, clock)
    for slug in ("clay", "wood"):
        make.category(slug, sentence=f"Things of {slug}.")
    maya = sellers.create("Maya Linden", craft="Potter", town="Lund", sentence="I throw pots.", bio="One.\n\nTwo.")
    ada, quiet = sellers.create("Ada Moss", craft="Joiner"), sellers.create("Quiet One")
    goods = []
    for number in range(30):
        clock.advance(hours=1)
        seller, shelf = (maya, "clay") if number % 3 else (ada, "wood")
        product = make.draft(seller, slug=f"thing-{number}", name=f"Thing {number}", categories=[shelf])
        goods.append(products.publish(product))
    ann, ben = make.member(name="Ann"), make.member(name="Ben")
    now = clock.now()
    for member in (ann, ben):
        who: dict[str, Any] = {"member_id": member.id, "created_at": now}
        unit.persist(Session(token_hash=digest(f"session-{member.name}"), name=member.name, seen_at=now, **who))
        unit.persist(
            ApiToken(token_hash=digest(f"token-{member.name}"), member_name=member.name, name="x", scope="write", **who)
        )
    unit.commit()
    return Shop(client, database, clock, maya, ada, quiet, goods, ann, ben)


def _managers(database: Database, unit: UnitOfWork, clock: SetClock) -> tuple[SellerManager, ProductManager]:
    reader = database.reader()
    follows = FollowManager(FollowRepository(reader, unit), clock, Dispatcher())
    events = Dispatcher([listen(SELLER_CREATED, FollowListeners(follows).on_seller_created)])
    stock = StockRepository(unit, clock)
    cards = CardKeeper(unit, stock, clock)
    return (
        SellerManager(SellerRepository(reader, unit), database.ids, clock, events),
        ProductManager(ProductRepository(reader, unit, KnownCards()), stock, cards, database.ids, clock, events),
    )
