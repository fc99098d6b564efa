"""The feed: the newest of those one follows, put together when it is read."""

import random
from datetime import timedelta

import pytest

from opensky.devo.feed import manager as feed_manager
from opensky.devo.feed import tail as feed_tail
from opensky.devo.feed.listeners import FeedListeners
from opensky.devo.feed.manager import FeedManager
from opensky.devo.feed.repository import TailRepository
from opensky.devo.feed.tail import SellerTail
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.objects import Member
from opensky.devo.products import cards
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.events import PRODUCT_PUBLISHED
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.sellers.objects import Seller
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.persistence.cursors import START, Cursor
from opensky.testing.factories import Factory


class Seconds:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def tail(clock: SetClock, seconds: Seconds) -> SellerTail:
    return SellerTail(clock, seconds)


@pytest.fixture
def feed(reader: Reader, tail: SellerTail, follows: FollowManager, catalog: Catalog, clock: SetClock) -> FeedManager:
    return FeedManager(TailRepository(reader), tail, follows, catalog, clock)


@pytest.fixture
def _short_tails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tails of four, so that a small shop reaches beyond them."""
    monkeypatch.setattr(feed_tail, "MOST", 4)
    monkeypatch.setattr(feed_tail, "FEWEST", 2)


def _all_pages(feed: FeedManager, member: Member, limit: int) -> list[int]:
    seen, cursor = [], START
    while True:
        page = feed.page(member.id, cursor, limit)
        assert len(page.cards) == limit or page.older is None
        seen += [card.product_id for card in page.cards]
        if page.older is None:
            return seen
        cursor = Cursor.read(page.older.text())


@pytest.mark.usefixtures("_short_tails")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("many", [2, 300])
def test_a_feed_is_what_counting_by_hand_gives(
    seed: int,
    many: int,
    feed: FeedManager,
    follows: FollowManager,
    products: ProductManager,
    make: Factory,
    unit: UnitOfWork,
    clock: SetClock,
    seconds: Seconds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All pages, whatever their size, hold each product of each followed insider once, the newest first, while the shop
    goes on publishing, withdrawing and following; by windows and by probing alike.
    """
    monkeypatch.setattr(feed_manager, "MANY", many)
    rng = random.Random(seed)
    sellers, members = [make.seller() for _ in range(6)], [make.member() for _ in range(3)]
    following: dict[int, set[int]] = {member.id: set() for member in members}
    goods: list[Product] = []
    for _ in range(4):
        for _ in range(15):
            product = make.draft(rng.choice(sellers))
            goods.append(products.publish(product))
            clock.advance(hours=rng.choice([0, 0, 1, 100, 2000]))
            if rng.random() < 0.2:
                products.withdraw(rng.choice(goods))
            member, seller = rng.choice(members), rng.choice(sellers)
            if rng.random() < 0.3:
                follows.unfollow(member.id, seller)
                following[member.id].discard(seller.id)
            elif rng.random() < 0.5:
                follows.follow(member.id, seller)
                following[member.id].add(seller.id)
        unit.commit()
        seconds.at += 2
        on_show = sorted((p for p in goods if p.status == "published"), key=lambda p: (p.published_at, p.id))
        for member in members:
            mine = [p.id for p in reversed(on_show) if p.seller_id in following[member.id]]
            for limit in (1, 7, 50):
                assert _all_pages(feed, member, limit) == (mine or [p.id for p in reversed(on_show)])
            page = feed.page(member.id, START, 5)
            assert (page.discovery, page.following) == (not mine, len(following[member.id]))


def test_a_feed_is_never_empty(
    feed: FeedManager, products: ProductManager, follows: FollowManager, make: Factory, unit: UnitOfWork
) -> None:
    """Who follows nobody, or somebody without goods, sees what everybody published, and is told so."""
    member, quiet, busy = make.member(), make.seller(), make.seller()
    product = products.publish(make.draft(busy))
    unit.commit()
    page = feed.page(member.id, START, 5)
    assert ([c.product_id for c in page.cards], page.discovery, page.following) == ([product.id], True, 0)
    follows.follow(member.id, quiet)
    unit.commit()
    page = feed.page(member.id, START, 5)
    assert ([c.product_id for c in page.cards], page.discovery, page.following) == ([product.id], True, 1)
    follows.follow(member.id, busy)
    unit.commit()
    page = feed.page(member.id, START, 5)
    assert ([c.product_id for c in page.cards], page.discovery, page.following) == ([product.id], False, 2)


def test_an_unfollow_takes_effect_at_once(
    feed: FeedManager, products: ProductManager, follows: FollowManager, make: Factory, unit: UnitOfWork
) -> None:
    """Not a second later."""
    member, one, two = make.member(), make.seller(), make.seller()
    goods = [products.publish(make.draft(seller)) for seller in (one, two)]
    for seller in (one, two):
        follows.follow(member.id, seller)
    unit.commit()
    assert len(feed.page(member.id, START, 5).cards) == 2
    follows.unfollow(member.id, two)
    unit.commit()
    assert [c.product_id for c in feed.page(member.id, START, 5).cards] == [goods[0].id]


def test_what_is_withdrawn_is_gone_at_once_and_the_page_is_still_full(
    feed: FeedManager,
    products: ProductManager,
    follows: FollowManager,
    make: Factory,
    unit: UnitOfWork,
    clock: SetClock,
) -> None:
    """Also when the tail has not heard of it yet."""
    member, seller = make.member(), make.seller()
    goods = []
    for _ in range(8):
        goods.append(products.publish(make.draft(seller)))
        clock.advance(minutes=1)
    follows.follow(member.id, seller)
    unit.commit()
    assert len(feed.page(member.id, START, 3).cards) == 3
    for product in goods[5:]:
        products.withdraw(product)
    unit.commit()
    page = feed.page(member.id, START, 3)
    assert [c.product_id for c in page.cards] == [goods[4].id, goods[3].id, goods[2].id]
    assert page.older is not None
    products.publish(goods[6])
    unit.commit()
    assert [c.product_id for c in feed.page(member.id, START, 2).cards] != []


def test_another_process_is_heard_of_within_a_second(
    feed: FeedManager,
    products: ProductManager,
    follows: FollowManager,
    make: Factory,
    unit: UnitOfWork,
    clock: SetClock,
    seconds: Seconds,
    reader: Reader,
) -> None:
    """The store is asked what has changed at most once a second; what was published long ago counts as well."""
    member, seller = make.member(), make.seller()
    products.publish(make.draft(seller))
    follows.follow(member.id, seller)
    unit.commit()
    feed.page(member.id, START, 5)
    clock.advance(minutes=1)
    new = products.publish(make.draft(seller, published_at=clock.now() - timedelta(days=400)))
    unit.commit()
    assert len(feed.page(member.id, START, 5).cards) == 1
    seconds.at += 1
    assert [c.product_id for c in feed.page(member.id, START, 5).cards][1:] == [new.id]
    asked = reader.statements
    feed.page(member.id, START, 5)
    assert reader.statements - asked == 2  # whom one follows, and the cards


def test_this_process_sees_what_it_published_at_once(
    feed: FeedManager,
    products: ProductManager,
    follows: FollowManager,
    make: Factory,
    unit: UnitOfWork,
    tail: SellerTail,
    clock: SetClock,
) -> None:
    """The listener of ``product.published`` has the tail look again after the commit."""
    member, seller = make.member(), make.seller()
    products.publish(make.draft(seller))
    follows.follow(member.id, seller)
    unit.commit()
    feed.page(member.id, START, 5)
    clock.advance(minutes=1)
    new = products.publish(make.draft(seller))
    FeedListeners(tail, unit).on_product_published(Event(PRODUCT_PUBLISHED, new))
    assert len(feed.page(member.id, START, 5).cards) == 1
    unit.commit()
    assert feed.page(member.id, START, 5).cards[0].product_id == new.id


@pytest.mark.usefixtures("_short_tails")
def test_a_great_import_makes_the_tail_forget_everything(
    feed: FeedManager,
    products: ProductManager,
    follows: FollowManager,
    make: Factory,
    unit: UnitOfWork,
    database: Database,
    clock: SetClock,
    seconds: Seconds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cards that were all made anew are read again as they are needed."""
    monkeypatch.setattr(feed_tail, "MOST_CHANGES", 5)
    member, seller = make.member(), make.seller()
    goods = [products.publish(make.draft(seller, published_at=clock.now() + timedelta(hours=n))) for n in range(9)]
    follows.follow(member.id, seller)
    unit.commit()
    assert _all_pages(feed, member, 3) == [p.id for p in reversed(goods)]
    moved = goods[0]
    moved.published_at = clock.now() + timedelta(days=1)
    unit.commit()
    clock.advance(minutes=1)
    cards.rebuild(database)
    seconds.at += 1
    assert _all_pages(feed, member, 3) == [moved.id, *(p.id for p in reversed(goods[1:]))]


def test_a_page_needs_three_statements_however_many_one_follows(
    feed: FeedManager,
    products: ProductManager,
    follows: FollowManager,
    make: Factory,
    unit: UnitOfWork,
    reader: Reader,
    seconds: Seconds,
) -> None:
    """Whom one follows, what has changed (once a second), and the cards."""
    few, much = make.member(), make.member()
    sellers: list[Seller] = [make.seller() for _ in range(60)]
    for number, seller in enumerate(sellers):
        products.publish(make.draft(seller))
        follows.follow(much.id, seller)
        if number < 2:
            follows.follow(few.id, seller)
    unit.commit()
    for member in (few, much):
        feed.page(member.id, START, 20)
    asked = []
    for member in (few, much):
        seconds.at += 2
        before = reader.statements
        feed.page(member.id, START, 20)
        asked.append(reader.statements - before)
    assert asked == [3, 3]
