"""Products, insiders, follows and the feed for programs."""

from opensky.devo.feed.manager import FeedManager
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.views import Standing
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.views import CardRow
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.storefront.shapes import (
    After,
    FeedEntry,
    FeedListing,
    FollowAnswer,
    FollowedListing,
    FollowerAnswer,
    FollowerListing,
    Limit,
    ProductAnswer,
    ProductListing,
    SellerAnswer,
    SellerListing,
    SellerSlug,
    Slug,
    Words,
    followed_answer,
    popular_summary,
    product_answer,
    product_summary,
    seller_answer,
    seller_summary,
)
from opensky.devo.storefront.showing import why
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.persistence.cursors import Cursor, Stretch
from opensky.persistence.fulltext import Rank
from opensky.web import Visitor, access, api


class ProductApi:
    """Products on show."""

    def __init__(self, catalog: Catalog, sellers: SellerManager) -> None:
        self._catalog = catalog
        self._sellers = sellers

    @api.get(
        "/api/v1/products",
        access=access.PUBLIC,
        summary="List products",
        raises=[NotFound, Invalid],
        tag="Products",
        quick=True,
        unless=["q"],
    )
    def list(
        self, category: str = "", seller: str = "", q: Words = "", after: After = "", limit: Limit = 20
    ) -> ProductListing:
        """Return products, the newest first, or those that fit some words, the best first.

        All of them, those of one `category`, or those of one `seller`. Words are looked for in the whole shop or with one
        seller, not within a category.
        """
        found = self._found(category, seller, q.strip(), after, limit)
        return ProductListing([product_summary(row) for row in found.entries], found.next_page)

    @api.get(
        "/api/v1/products/{slug:str}",
        access=access.PUBLIC,
        summary="Show a product",
        raises=[NotFound],
        tag="Products",
        quick=True,
    )
    def show(self, slug: Slug) -> ProductAnswer:
        """Return one product with its variants, and how many are left of each."""
        product = self._catalog.product(slug)
        seller = self._sellers.shown_by_id(product.seller_id)
        return product_answer(product, self._catalog.left(product.id), seller)

    def _found(self, category: str, seller: str, words: str, after: str, limit: int) -> Stretch[CardRow]:
        if category and (seller or words):
            raise Invalid(FieldError("category", "Please ask for a category alone.", "alone"))
        seller_id = self._sellers.shown(seller).id if seller else None
        if words:
            return self._catalog.matching(words, Rank.read(after, "after"), limit, seller_id=seller_id)
        before = Cursor.read(after, "after")
        if category:
            return self._catalog.on_shelf(self._catalog.shelf(category).slug, before, limit)
        if seller_id is not None:
            return self._catalog.of_seller(seller_id, before, limit)
        return self._catalog.newest(before, limit)


class SellerApi:
    """Insiders."""

    def __init__(self, sellers: SellerManager, follows: FollowManager) -> None:
        self._sellers = sellers
        self._follows = follows

    @api.get(
        "/api/v1/sellers",
        access=access.PUBLIC,
        summary="List insiders",
        raises=[Invalid],
        tag="Sellers",
        quick=True,
        unless=["q"],
    )
    def list(self, q: Words = "", after: After = "", limit: Limit = 20) -> SellerListing:
        """Return insiders, those with the most followers first; or the few that fit some words best, on one page."""
        if q.strip():
            found = self._sellers.matching(q, limit)
            followers = self._follows.followers_of([seller.id for seller in found])
            return SellerListing([seller_summary(seller, followers[seller.id]) for seller in found])
        page = self._follows.most_followed(Standing.read(after, "after"), limit)
        return SellerListing([popular_summary(each) for each in page.entries], page.next_page)

    @api.get(
        "/api/v1/sellers/{slug:str}",
        access=access.PUBLIC,
        summary="Show an insider",
        raises=[NotFound],
        tag="Sellers",
        quick=True,
    )
    def show(self, slug: SellerSlug) -> SellerAnswer:
        """Return one insider and how many follow them."""
        seller = self._sellers.shown(slug)
        return seller_answer(seller, self._follows.number_of_followers(seller.id))

    @api.get(
        "/api/v1/sellers/{slug:str}/followers",
        access=access.PUBLIC,
        summary="List an insider's followers",
        raises=[NotFound, Invalid],
        tag="Sellers",
    )
    def followers(self, slug: SellerSlug, after: After = "", limit: Limit = 20) -> FollowerListing:
        """Return who follows an insider, by given name, the latest first."""
        seller = self._sellers.shown(slug)
        page = self._follows.followers(seller.id, Cursor.read(after, "after"), limit)
        return FollowerListing([FollowerAnswer(each.name, each.followed_at) for each in page.entries], page.next_page)


class FollowApi:
    """Whom the member follows who bears the token."""

    def __init__(self, sellers: SellerManager, follows: FollowManager, visitor: Visitor) -> None:
        self._sellers = sellers
        self._follows = follows
        self._visitor = visitor

    @api.get("/api/v1/me/follows", access=access.MEMBER, summary="Whom do I follow?", raises=[Invalid], tag="Me")
    def list(self, after: After = "", limit: Limit = 20) -> FollowedListing:
        """Return whom one follows, the latest first."""
        page = self._follows.following(self._visitor.require_member(), Cursor.read(after, "after"), limit)
        return FollowedListing([followed_answer(each) for each in page.entries], page.next_page)

    @api.put(
        "/api/v1/me/follows/{slug:str}", access=access.MEMBER, summary="Follow an insider", raises=[NotFound], tag="Me"
    )
    def follow(self, slug: SellerSlug) -> FollowAnswer:
        """Follow an insider; twice is the same as once."""
        seller = self._sellers.by_slug(slug)
        changed = self._follows.follow(self._visitor.require_member(), seller)
        return FollowAnswer(seller.slug, following=True, changed=changed)

    @api.delete(
        "/api/v1/me/follows/{slug:str}",
        access=access.MEMBER,
        summary="Unfollow an insider",
        raises=[NotFound],
        tag="Me",
    )
    def unfollow(self, slug: SellerSlug) -> FollowAnswer:
        """Follow an insider no more; twice is the same as once."""
        seller = self._sellers.by_slug(slug)
        changed = self._follows.unfollow(self._visitor.require_member(), seller)
        return FollowAnswer(seller.slug, following=False, changed=changed)


class FeedApi:
    """The feed of the member who bears the token."""

    def __init__(self, feed: FeedManager, visitor: Visitor, clock: Clock) -> None:
        self._feed = feed
        self._visitor = visitor
        self._clock = clock

    @api.get("/api/v1/me/feed", access=access.MEMBER, summary="Read my feed", raises=[Invalid], tag="Me")
    def show(self, after: After = "", limit: Limit = 20) -> FeedListing:
        """Return the newest products of those whom one follows, each with the reason why it is there.

        Never empty while the shop has anything: who follows nobody gets the newest of everybody, and `discovery` says so.
        """
        page = self._feed.page(self._visitor.require_member(), Cursor.read(after, "after"), limit)
        now, discovery = self._clock.now(), page.discovery
        entries = [FeedEntry(product_summary(row), why(row, now, discovery=discovery)) for row in page.cards]
        return FeedListing(entries, discovery, page.following, page.older.text() if page.older else "")
