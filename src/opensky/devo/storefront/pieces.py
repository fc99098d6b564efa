"""Every piece of the pages in every state, to be looked at: for who draws them, in the demo shop of a machine of their own."""

from datetime import datetime, timedelta
from typing import Any

from opensky.devo.products.catalog import Catalog
from opensky.devo.products.views import CardRow
from opensky.devo.storefront.views import (
    AddressView,
    BagLineView,
    BagView,
    Card,
    InsiderCard,
    OrderLineView,
    OrderView,
    TimelineStep,
)
from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound
from opensky.kernel.money import Money
from opensky.persistence.cursors import START
from opensky.settings import Settings
from opensky.web import Page, access, page

PATH = "/dev/pieces"
_NOTHING = ("", "", "")


class PiecesController:
    """The page of all pieces. What stands on it is invented, but for the pictures."""

    def __init__(self, catalog: Catalog, clock: Clock, settings: Settings) -> None:
        self._catalog = catalog
        self._clock = clock
        self._open = settings.demo and settings.loopback

    @page(PATH, access=access.PUBLIC)
    def show(self) -> Page:
        """Show every piece; 404 where this is no demo shop, or where others can reach it."""
        if not self._open:
            raise NotFound("There is no such page in this shop.")
        newest = self._catalog.newest(START, 1).entries
        looks = _looks(newest[0]) if newest else _NOTHING
        return Page(
            "dev_pieces.html",
            example_cards=_cards(*looks),
            insiders=_insiders(looks[2]),
            guest_insider=InsiderCard("rosa", "Rosa Kent", "baker", "Vermont", "Bread that takes its time."),
            bag=_bag(*looks),
            order=_order(*looks, self._clock.now()),
        )


def _looks(card: CardRow) -> tuple[str, str, str]:
    """Return a picture with its words, and a portrait."""
    return card.picture, card.picture_alt, card.seller_picture


def _cards(picture: str, alt: str, portrait: str) -> list[Card]:
    def card(number: int, name: str, **more: Any) -> Card:
        usual: dict[str, Any] = {
            "picture": picture,
            "picture_alt": alt,
            "from_price": False,
            "sold_out": False,
            "why": "",
        }
        given: dict[str, Any] = {
            "product_id": number,
            "version": 0,
            "slug": "a-piece",
            "name": name,
            "price": Money(3200),
            "seller_slug": "maya",
            "seller_name": "Maya Linden",
            "seller_picture": portrait,
        }
        return Card(**(given | usual | more))

    return [
        card(1, "Speckled mug"),
        card(2, "Serving bowl", from_price=True),
        card(3, "Moon jar", sold_out=True),
        card(4, "A thing that nobody has taken a picture of yet, with a long name", picture="", picture_alt=""),
        card(5, "Chowder bowl", why="Because you follow Maya"),
    ]


def _insiders(portrait: str) -> list[InsiderCard]:
    return [
        InsiderCard("maya", "Maya Linden", "ceramicist", "Hudson", "Clay remembers every hand.", portrait, 2841),
        InsiderCard("tomas", "Tomas Field", "gardener", "Ghent", "Seeds first.", "", 1, following=True),
        InsiderCard("ines", "Ines Aldana"),
    ]


def _bag(picture: str, alt: str, _portrait: str) -> BagView:
    def line(sku: str, **more: Any) -> BagLineView:
        given: dict[str, Any] = {
            "sku": sku,
            "product_slug": "a-piece",
            "product_name": "Serving bowl",
            "variant": "Small",
            "picture": picture,
            "picture_alt": alt,
            "seller_slug": "maya",
            "seller_name": "Maya Linden",
            "price": Money(3200),
            "quantity": 2,
            "amount": Money(6400),
        }
        return BagLineView(**(given | more))

    lines = [
        line("A"),
        line("B", problem="Only one is left."),
        line("C", seen_price=Money(2900)),
        line("D", picture="", picture_alt="", variant=""),
    ]
    return BagView(lines, Money(25_600), 8)


def _order(picture: str, alt: str, _portrait: str, now: datetime) -> OrderView:
    def line(name: str, quantity: int, **more: str) -> OrderLineView:
        return OrderLineView(
            name, "Small", quantity, Money(3200), Money(3200 * quantity), "maya", "Maya Linden", "a-piece", **more
        )

    return OrderView(
        "OS-7KQ2MXB",
        "paid",
        now - timedelta(hours=3),
        "noor@example.org",
        AddressView("Noor Haddad", "14 Warren Street", "Hudson", "NY", "12534", "US"),
        [line("Serving bowl", 2, picture=picture, picture_alt=alt), line("Moon jar", 1)],
        Money(9600),
        Money(9600),
        paid_at=now - timedelta(hours=3),
        timeline=[
            TimelineStep("Ordered", now - timedelta(hours=3), done=True),
            TimelineStep("Paid", now - timedelta(hours=3), done=True),
            TimelineStep("Packed"),
            TimelineStep("On its way"),
        ],
    )
