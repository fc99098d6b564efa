"""From what the features read to what the templates show. Several pages show the same, so it is made here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from opensky.devo.feed.manager import FeedPage
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.views import Followed, Popular
from opensky.devo.products.views import CardRow, ProductShown, ShelfShown
from opensky.devo.sellers.views import Insider
from opensky.devo.storefront.views import Card, InsiderCard, Listing, PictureView, ProductView, Shelf, VariantView
from opensky.persistence.cursors import Stretch
from opensky.web import Visitor

CARDS = 24
"""How many cards a page shows: whole rows on two, three, four and six columns."""
_KEPT = 2_000
_MINUTE, _HOUR, _DAY, _MONTH = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=30)


class InsiderCards:
    """Makes insiders into what lists show, with the number of their followers and whether this visitor is one."""

    def __init__(self, follows: FollowManager, visitor: Visitor) -> None:
        self._follows = follows
        self._visitor = visitor

    def one(self, insider: Insider) -> InsiderCard:
        """Show one insider; one question for a guest, two for a member."""
        followers = self._follows.number_of_followers(insider.id)
        return _insider(insider, followers, following=self._follows.is_following(self._visitor.member_id, insider.id))

    def found(self, insiders: Sequence[Insider]) -> list[InsiderCard]:
        """Show insiders whose followers were not counted yet."""
        counted = self._follows.followers_of([insider.id for insider in insiders])
        return self._all(insiders, counted)

    def popular(self, insiders: Sequence[Popular]) -> list[InsiderCard]:
        """Show insiders from the list by followers."""
        return self._all([each.insider for each in insiders], {each.insider.id: each.followers for each in insiders})

    def followed(self, insiders: Sequence[Followed]) -> list[InsiderCard]:
        """Show insiders whom this visitor follows, which needs no question."""
        return [_insider(each.insider, each.followers, following=True) for each in insiders]

    def _all(self, insiders: Sequence[Insider], followers: Mapping[int, int]) -> list[InsiderCard]:
        mine = self._follows.followed_among(self._visitor.member_id, [insider.id for insider in insiders])
        return [_insider(each, followers[each.id], following=each.id in mine) for each in insiders]


def _insider(insider: Insider, followers: int, *, following: bool) -> InsiderCard:
    return InsiderCard(
        slug=insider.slug,
        name=insider.name,
        craft=insider.craft,
        town=insider.town,
        sentence=insider.sentence,
        picture=insider.picture,
        followers=followers,
        following=following,
    )


@lru_cache(maxsize=_KEPT)
def card(row: CardRow, why: str = "") -> Card:
    """Show one product in a grid. The same card gives the same view, so that its rendered text is found at once."""
    return Card(
        row.product_id,
        row.version,
        row.slug,
        row.name,
        row.price,
        row.from_price,
        row.picture,
        row.picture_alt,
        row.seller_slug,
        row.seller_name,
        row.seller_picture,
        row.sold_out,
        why,
    )


def cards(rows: Iterable[CardRow]) -> list[Card]:
    """Show products in a grid."""
    return [card(row) for row in rows]


def listing(page: Stretch[CardRow]) -> Listing:
    """Show one page of products."""
    return Listing(cards(page.entries), page.next_page)


def feed_listing(page: FeedPage, now: datetime) -> Listing:
    """Show one page of a feed, each product with the reason why it is there."""
    shown = [card(row, why(row, now, discovery=page.discovery)) for row in page.cards]
    return Listing(shown, page.older.text() if page.older else "")


def why(row: CardRow, now: datetime, *, discovery: bool) -> str:
    """Say why a feed shows a product."""
    when = how_long_ago(row.published_at, now)
    if discovery:
        return f"{row.seller_name} added this {when}"
    return f"{row.seller_name}, whom you follow, added this {when}"


def how_long_ago(moment: datetime, now: datetime) -> str:
    """Say when something was, in one unit: coarse, so that a rendered card stays good for a while."""
    ago = now - moment
    if ago < _MINUTE:
        return "just now"
    if ago < _HOUR:
        return _number(ago // _MINUTE, "minute")
    if ago < _DAY:
        return _number(ago // _HOUR, "hour")
    if ago < _MONTH:
        return _number(ago // _DAY, "day")
    return f"on {moment:%B} {moment.day}, {moment.year}"


def shelf_views(shelves: Iterable[ShelfShown]) -> list[Shelf]:
    """Show shelves."""
    return [Shelf(each.slug, each.name, each.sentence) for each in shelves]


def product_view(product: ProductShown, left: Mapping[str, int], shelves: Iterable[ShelfShown]) -> ProductView:
    """Show everything of one product."""
    return ProductView(
        slug=product.slug,
        name=product.name,
        words=product.words,
        description=product.description,
        variants=[VariantView(v.sku, v.name, v.price, left.get(v.sku, 0)) for v in product.variants],
        pictures=[PictureView(p.path, p.alt) for p in product.pictures],
        categories=shelf_views(shelf for shelf in shelves if shelf.slug in product.categories),
    )


def _number(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"
