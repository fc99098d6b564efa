"""The objects of the demo shop, made from its words and people for a given moment. The same moment gives the same objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from opensky.demo.gallery import picture_path
from opensky.demo.people import LOGINS, Person, people
from opensky.demo.shop import Good, Insider, insiders, shelves
from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import STAFF, Member, MemberId
from opensky.devo.products.objects import Category, Picture, Product, ProductId, StockItem, Variant
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.ids import NODES, first_id_at
from opensky.kernel.money import Money

NODE = NODES - 6
"""The node number in the ids of demo things: no process takes it, and imports take the five above it."""
SPREAD = 100
"""Over how many days the goods were published."""
_OLDEST = timedelta(days=900)


class Ids:
    """Ids as if made at given moments: in their order, and the same on every run."""

    def __init__(self) -> None:
        self._count = count(1)

    def at(self, moment: datetime) -> int:
        """Return an id made at that moment."""
        return first_id_at(moment) | NODE << 12 | next(self._count) % 4096


@dataclass(frozen=True, slots=True)
class Offer:
    """A good with the product that was made of it."""

    product: Product
    good: Good
    insider: int


@dataclass(slots=True)
class World:
    """Everything that the demo shop keeps, but for what is bought (``buying``)."""

    now: datetime
    ids: Ids
    members: list[Member] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    sellers: list[Seller] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    stock: list[StockItem] = field(default_factory=list)
    follows: list[Follow] = field(default_factory=list)


def make_world(now: datetime, hashes: Mapping[str, str], currency: str) -> World:
    """Make all objects as they stand at ``now``. ``hashes`` gives the password hashes of the logins, by e-mail."""
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    world = World(now, Ids())
    _make_members(world, hashes)
    _make_sellers(world)
    opened = now - _OLDEST
    world.categories = [
        Category(id=world.ids.at(opened), slug=s.slug, name=s.name, sentence=s.sentence, position=place)
        for place, s in enumerate(shelves())
    ]
    _make_offers(world, currency)
    _make_follows(world)
    return world


def _make_members(world: World, hashes: Mapping[str, str]) -> None:
    for person in people(len(insiders())):
        joined = world.now - timedelta(days=person.days)
        member = Member(
            id=MemberId(world.ids.at(joined)),
            email=person.email,
            name=person.name,
            password_hash=hashes.get(person.email, ""),
            roles=[STAFF] if person.role == "staff" else [],
            address=person.address,
            joined_at=joined,
            demo=True,
        )
        world.people.append(person)
        world.members.append(member)


def _make_sellers(world: World) -> None:
    random = Random("sellers")
    accounts = {login.name: login.email for login in LOGINS if login.role == "seller"}
    by_email = {member.email: member.id for member in world.members}
    for insider in insiders():
        joined = world.now - timedelta(days=random.uniform(200, _OLDEST.days))
        world.sellers.append(
            Seller(
                id=SellerId(world.ids.at(joined)),
                member_id=by_email.get(accounts.get(insider.name, "")),
                slug=insider.slug,
                name=insider.name,
                craft=insider.craft,
                town=insider.town,
                sentence=insider.sentence,
                bio=insider.bio.strip(),
                picture=picture_path(insider),
                joined_at=joined,
            )
        )


def _make_offers(world: World, currency: str) -> None:
    """Publish the goods in turns, newer ones closer together."""
    goods = _in_turns()
    for rank, (place, number) in enumerate(goods):
        insider = insiders()[place]
        good = insider.goods[number]
        published = world.now - timedelta(days=SPREAD * ((rank + 0.4) / len(goods)) ** 1.5)
        product = _product(world, insider, number, published, currency)
        product.seller_id = world.sellers[place].id
        world.offers.append(Offer(product, good, place))
        world.stock += [
            StockItem(sku=variant.sku, product_id=product.id, on_hand=choice.stock)
            for variant, choice in zip(product.variants, good.variants, strict=True)
        ]


def _in_turns() -> list[tuple[int, int]]:
    """Return (insider, good) newest first: each insider's goods spread evenly, so that all are seen early and none twice in a row."""
    random = Random("turns")
    turns = []
    for place, insider in enumerate(insiders()):
        goods = random.sample(range(len(insider.goods)), len(insider.goods))
        turns += [((turn + random.uniform(0, 0.7)) / len(goods), place, good) for turn, good in enumerate(goods)]
    return [(place, good) for _, place, good in sorted(turns)]


def _product(world: World, insider: Insider, number: int, published: datetime, currency: str) -> Product:
    good = insider.goods[number]
    created = published - timedelta(hours=3)
    return Product(
        id=ProductId(world.ids.at(created)),
        seller_id=SellerId(0),
        slug=good.slug,
        name=good.name,
        words=good.words,
        description=good.description,
        categories=list(good.shelves),
        variants=[
            Variant(sku=insider.sku(number, place), name=choice.name, price=Money.of(choice.price, currency))
            for place, choice in enumerate(good.variants)
        ],
        pictures=[Picture(path=picture_path(good), alt=good.alt)],
        status="published",
        created_at=created,
        published_at=published,
    )


def _make_follows(world: World) -> None:
    random = Random("follows")
    for person, member in zip(world.people, world.members, strict=True):
        for place in person.follows:
            seller = world.sellers[place]
            since = max(member.joined_at, seller.joined_at)
            followed = since + (world.now - since) * random.random() ** 2
            world.follows.append(Follow(member_id=member.id, seller_id=seller.id, followed_at=followed))
