"""The shop window: home, shelves, search, products."""

from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.views import Standing
from opensky.devo.products.catalog import Catalog
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.storefront.showing import CARDS, InsiderCards, cards, listing, product_view, shelf_views
from opensky.devo.storefront.views import Listing, Shelf
from opensky.persistence.cursors import Cursor
from opensky.persistence.fulltext import LONGEST_TEXT, Rank
from opensky.web import Page, access, page

FACES_AT_HOME, FACES_FOUND, MORE = 9, 6, 4


class ShopController:
    """Looking around."""

    def __init__(self, catalog: Catalog, follows: FollowManager, sellers: SellerManager, faces: InsiderCards) -> None:
        self._catalog = catalog
        self._follows = follows
        self._sellers = sellers
        self._faces = faces

    @page("/", access=access.PUBLIC, quick=True)
    def home(self, before: str = "") -> Page:
        """Show the insiders with the most followers, and what is new."""
        found = self._catalog.newest(Cursor.read(before), CARDS)
        popular = self._follows.most_followed(Standing.read(""), FACES_AT_HOME)
        return Page(
            "home.html",
            insiders=self._faces.popular(popular.entries),
            listing=listing(found),
            shelves=shelf_views(self._catalog.shelves()),
        )

    @page("/shelves/{slug:str}", access=access.PUBLIC, quick=True)
    def shelf(self, slug: str, before: str = "") -> Page:
        """Show what stands on one shelf, the newest first."""
        shelf = self._catalog.shelf(slug)
        return Page(
            "shelf.html",
            shelf=Shelf(shelf.slug, shelf.name, shelf.sentence),
            shelves=shelf_views(self._catalog.shelves()),
            listing=listing(self._catalog.on_shelf(slug, Cursor.read(before), CARDS)),
        )

    @page("/search", access=access.PUBLIC)
    def search(self, q: str = "", before: str = "") -> Page:
        """Show the products and the insiders that fit some words."""
        words = q.strip()[:LONGEST_TEXT]
        place = Rank.read(before)
        if not words:
            return Page("search.html", query="", listing=Listing([]), insiders=[])
        insiders = [] if before else self._sellers.matching(words, FACES_FOUND)
        return Page(
            "search.html",
            query=words,
            listing=listing(self._catalog.matching(words, place, CARDS)),
            insiders=self._faces.found(insiders),
        )

    @page("/products/{slug:str}", access=access.PUBLIC, quick=True)
    def product(self, slug: str) -> Page:
        """Show one product, who offers it, and what else they have."""
        product = self._catalog.product(slug)
        left = self._catalog.left(product.id)
        return Page(
            "product.html",
            product=product_view(product, left, self._catalog.shelves()),
            insider=self._faces.one(self._sellers.shown_by_id(product.seller_id)),
            more=cards(self._catalog.more_of_seller(product, MORE)),
            error="",
        )
