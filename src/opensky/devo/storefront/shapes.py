"""What the API says of products and insiders, and what it takes to page through them."""

from functools import lru_cache
from typing import Annotated, cast

import msgspec
from msgspec import Meta, Struct

from opensky.devo.follows.views import Followed, Popular
from opensky.devo.products.views import CardRow, ProductShown
from opensky.devo.sellers.views import Insider, InsiderInFull
from opensky.kernel.money import Money
from opensky.persistence.cursors import FORM
from opensky.serializer.views import Moment, MoneyView

_KEPT = 1_000
"""How many products are kept as written in a list; some 500 bytes each."""
Limit = Annotated[int, Meta(ge=1, le=100, description="How many, at most.")]
After = Annotated[
    str,
    Meta(pattern=FORM, description="Where the page before ended: its `after`. Leave it out for the first page."),
]
Next = Annotated[
    str, Meta(description="Where the next page begins; empty on the last.", examples=["AAZg7mQ14wAFvYCZlEWAAQ"])
]
Words = Annotated[str, Meta(max_length=200, description="Words to look for; each may be the beginning of a word.")]
Id = Annotated[str, Meta(description="A 64-bit number, as text.", examples=["413628137893888001"])]
Slug = Annotated[str, Meta(description="The name in addresses.", examples=["speckled-mug"])]
SellerSlug = Annotated[str, Meta(description="The insider's name in addresses.", examples=["maya-linden"])]
Shelf = Annotated[str, Meta(examples=["table"])]
Media = Annotated[
    str, Meta(description="Where the picture is; empty if there is none.", examples=["/media/speckled-mug.svg"])
]
Alt = Annotated[
    str, Meta(description="What the picture shows.", examples=["A mug with a speckled glaze, on a dark table"])
]


class SellerReference(Struct, frozen=True, gc=False):
    """The insider who offers a product."""

    id: Id
    slug: SellerSlug
    name: Annotated[str, Meta(examples=["Maya Linden"])]


class ProductSummary(Struct, frozen=True, gc=False):
    """A product in a list. ``price`` is the lowest; ``from_price`` says that other variants cost more."""

    id: Id
    slug: Slug
    name: Annotated[str, Meta(examples=["Speckled mug"])]
    price: MoneyView
    from_price: bool
    sold_out: bool
    picture: Media
    picture_alt: Alt
    seller: SellerReference
    published_at: Moment


class ProductListing(Struct, frozen=True):
    """One page of products; ``after`` leads to the next, and is empty on the last."""

    products: list[ProductSummary]
    after: Next = ""


class VariantAnswer(Struct, frozen=True, gc=False):
    """One way in which a product is sold, and how many are left."""

    sku: Annotated[str, Meta(examples=["MUG-S"])]
    name: Annotated[str, Meta(examples=["Small"])]
    price: MoneyView
    left: int


class PictureAnswer(Struct, frozen=True, gc=False):
    """A picture and what it shows."""

    url: Media
    alt: Alt


class ProductAnswer(Struct, frozen=True):
    """A product with everything about it. ``words`` are the insider's own."""

    id: Id
    slug: Slug
    name: Annotated[str, Meta(examples=["Speckled mug"])]
    words: Annotated[str, Meta(examples=["Every one comes out a little different, and I like them best for it."])]
    description: Annotated[str, Meta(examples=["Stoneware, thrown by hand. Holds 300 ml."])]
    categories: list[Shelf]
    variants: list[VariantAnswer]
    pictures: list[PictureAnswer]
    seller: SellerReference
    published_at: Moment | None


class SellerSummary(Struct, frozen=True, gc=False):
    """An insider in a list."""

    id: Id
    slug: SellerSlug
    name: Annotated[str, Meta(examples=["Maya Linden"])]
    craft: Annotated[str, Meta(examples=["Potter"])]
    town: Annotated[str, Meta(examples=["Hudson"])]
    sentence: Annotated[str, Meta(examples=["Stoneware for slow mornings."])]
    picture: Media
    followers: int


class SellerListing(Struct, frozen=True):
    """One page of insiders; ``after`` leads to the next, and is empty on the last."""

    sellers: list[SellerSummary]
    after: Next = ""


class SellerAnswer(SellerSummary, frozen=True, gc=False, kw_only=True):
    """An insider with everything about them."""

    bio: Annotated[str, Meta(examples=["I dig the clay myself, an hour from here."])]
    joined_at: Moment


class FollowerAnswer(Struct, frozen=True, gc=False):
    """A member who follows an insider, by given name."""

    name: Annotated[str, Meta(examples=["Robin"])]
    followed_at: Moment


class FollowerListing(Struct, frozen=True):
    """One page of followers; ``after`` leads to the next, and is empty on the last."""

    followers: list[FollowerAnswer]
    after: Next = ""


class FollowAnswer(Struct, frozen=True, gc=False):
    """Whether the member follows an insider now, and whether that has changed just now."""

    seller: SellerSlug
    following: Annotated[bool, Meta(examples=[True])]
    changed: Annotated[bool, Meta(examples=[True])]


class FollowedAnswer(Struct, frozen=True, gc=False):
    """An insider whom the member follows."""

    seller: SellerSummary
    followed_at: Moment


class FollowedListing(Struct, frozen=True):
    """One page of those whom the member follows; ``after`` leads to the next, and is empty on the last."""

    follows: list[FollowedAnswer]
    after: Next = ""


class FeedEntry(Struct, frozen=True, gc=False):
    """A product in a feed, and why it is there."""

    product: ProductSummary
    why: Annotated[str, Meta(examples=["Maya Linden, whom you follow, added this 2 days ago"])]


class FeedListing(Struct, frozen=True):
    """One page of a feed. ``discovery``: nothing of those whom the member follows, so this is the newest of everybody."""

    entries: list[FeedEntry]
    discovery: bool
    following: int
    after: Next = ""


def money(amount: Money) -> MoneyView:
    """Show an amount."""
    return MoneyView(amount.text, amount.currency)


def media(path: str) -> str:
    """Return the address of a picture."""
    return f"/media/{path}" if path else ""


@lru_cache(maxsize=_KEPT)
def product_summary(row: CardRow) -> ProductSummary:
    """Show a product in a list. It is written as JSON once for each state of its card: what is returned is that text."""
    return cast("ProductSummary", msgspec.Raw(msgspec.json.encode(_summary(row))))


def _summary(row: CardRow) -> ProductSummary:
    return ProductSummary(
        str(row.product_id),
        row.slug,
        row.name,
        MoneyView(row.price.text, row.price.currency),
        row.from_price,
        row.sold_out,
        media(row.picture),
        row.picture_alt,
        SellerReference(str(row.seller_id), row.seller_slug, row.seller_name),
        row.published_at,
    )


def product_answer(product: ProductShown, left: dict[str, int], seller: Insider) -> ProductAnswer:
    """Show a product in full."""
    return ProductAnswer(
        id=str(product.id),
        slug=product.slug,
        name=product.name,
        words=product.words,
        description=product.description,
        categories=product.categories,
        variants=[VariantAnswer(v.sku, v.name, money(v.price), left.get(v.sku, 0)) for v in product.variants],
        pictures=[PictureAnswer(media(p.path), p.alt) for p in product.pictures],
        seller=SellerReference(str(seller.id), seller.slug, seller.name),
        published_at=product.published_at,
    )


def seller_summary(seller: Insider, followers: int) -> SellerSummary:
    """Show an insider in a list."""
    return SellerSummary(
        id=str(seller.id),
        slug=seller.slug,
        name=seller.name,
        craft=seller.craft,
        town=seller.town,
        sentence=seller.sentence,
        picture=media(seller.picture),
        followers=followers,
    )


def seller_answer(seller: InsiderInFull, followers: int) -> SellerAnswer:
    """Show an insider in full."""
    return SellerAnswer(
        id=str(seller.id),
        slug=seller.slug,
        name=seller.name,
        craft=seller.craft,
        town=seller.town,
        sentence=seller.sentence,
        picture=media(seller.picture),
        followers=followers,
        bio=seller.bio,
        joined_at=seller.joined_at,
    )


def popular_summary(each: Popular) -> SellerSummary:
    """Show an insider from the list by followers."""
    return seller_summary(each.insider, each.followers)


def followed_answer(each: Followed) -> FollowedAnswer:
    """Show an insider whom a member follows."""
    return FollowedAnswer(seller_summary(each.insider, each.followers), each.followed_at)
