"""Loading the demo shop: whole or not at all, the same each time, and left alone once it is there."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from opensky import demo
from opensky.demo import buying, loading
from opensky.demo.making import make_world
from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.members.objects import Member
from opensky.devo.members.passwords import Passwords
from opensky.devo.orders.objects import Order
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.devo.products import cards
from opensky.devo.products.objects import PUBLISH, Category, CategoryCard, Product, ProductCard, StockItem
from opensky.devo.sellers.objects import Seller
from opensky.devo.shipments.objects import Shipment
from opensky.mapping import validate
from opensky.persistence import Database, table
from opensky.settings import Settings
from opensky.wiring import open_database

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A demo shop as it stands at ``NOW``, only to be read."""
    settings = Settings(data=tmp_path_factory.mktemp("shop"), secret_key="0" * 64)
    demo.load(settings, now=NOW)
    database = open_database(settings)
    yield database
    database.close()


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is kept, but for password hashes, which are salted."""
    kept = [t for t in (table(cls) for cls in database.model) if t.name != "members"]
    with database.reader() as reader:
        return {t.name: sorted(tuple(row) for row in reader.rows(select(t))) for t in kept}


def test_it_holds_what_was_promised(shop: Database) -> None:
    """Twelve insiders, about 150 goods, 200 members, their follows and 300 orders, with all read rows."""
    classes = (Seller, Product, ProductCard, Category, Member, Order, FollowerCount)
    with shop.reader() as reader:
        counted = {cls: reader.rows(select(func.count()).select_from(table(cls)))[0][0] for cls in classes}
    assert counted == {
        Seller: 12,
        Product: 165,
        ProductCard: 165,
        Category: 8,
        Member: 200,
        Order: 300,
        FollowerCount: 12,
    }


def test_every_object_keeps_the_rules_of_its_class(shop: Database) -> None:
    """What bulk writing does not check is nevertheless true: products are fit to be published, members and orders valid."""
    with shop.unit_of_work(read_only=True) as unit:
        for product in unit.find(Product):
            validate(product, *PUBLISH)
        for cls in (Member, Seller, Category, Order):
            for each in unit.find(cls):
                validate(each)


def test_goods_look_fresh_and_insiders_take_turns(shop: Database) -> None:
    """The newest good is of today, the oldest some hundred days old, and no two neighbours are of one insider."""
    card = table(ProductCard).c
    with shop.reader() as reader:
        rows = reader.rows(select(card.published_at, card.seller_id).order_by(card.published_at.desc()))
    assert timedelta(0) < NOW - rows[0].published_at < timedelta(hours=6)
    assert timedelta(days=90) < NOW - rows[-1].published_at < timedelta(days=101)
    assert len({row.seller_id for row in rows[:12]}) == 12
    assert all(one.seller_id != next_.seller_id for one, next_ in pairwise(rows))


def test_counters_and_shelves_agree_with_what_they_count(shop: Database) -> None:
    """Follower counts are the follows, and each good stands on each of its shelves."""
    with shop.unit_of_work(read_only=True) as unit:
        follows = unit.find(Follow)
        counts = {c.seller_id: c.followers for c in unit.find(FollowerCount)}
        following = {c.member_id: c.following for c in unit.find(FollowingCount)}
        assert counts == Counter(follow.seller_id for follow in follows)
        assert following == Counter(follow.member_id for follow in follows)
        shelved = sum(len(product.categories) for product in unit.find(Product))
        assert len(unit.find(CategoryCard)) == shelved
        variants = {variant.sku for product in unit.find(Product) for variant in product.variants}
        assert {item.sku for item in unit.find(StockItem)} == variants


def test_orders_add_up_and_come_after_what_they_contain(shop: Database) -> None:
    """Totals are the sums of lines, nobody bought before they joined or a thing was published, and money agrees."""
    with shop.unit_of_work(read_only=True) as unit:
        orders = unit.find(Order)
        unit.load(orders, "lines")
        joined = {member.id: member.joined_at for member in unit.find(Member)}
        published = {product.id: product.published_at or NOW for product in unit.find(Product)}
        charges = {charge.key: charge for charge in unit.find(TestCharge)}
    for order in orders:
        assert 1 <= len(order.lines) <= 4
        assert order.total.minor == sum(line.amount.minor for line in order.lines)
        assert order.member_id is not None
        assert joined[order.member_id] < order.placed_at < NOW
        assert NOW - order.placed_at < timedelta(days=91)
        assert all(published[line.product_id] < order.placed_at for line in order.lines)
        charge = charges.get(order.idempotency_key)
        assert order.payment_reference == (charge.reference if charge else "")
        assert (order.paid_at is not None) == (charge is not None)
        assert not order.refund_due
    states = Counter(order.state for order in orders)
    assert states["paid"] + states["shipped"] > 260
    assert states["paid"] >= 5
    assert states["placed"] == 2
    assert states["cancelled"] >= 5


def test_what_is_older_than_four_days_has_left_and_was_captured(shop: Database) -> None:
    """A parcel from each insider of an order, worth together what the order cost; what is newer still waits for its partner."""
    with shop.unit_of_work(read_only=True) as unit:
        orders = {order.id: order for order in unit.find(Order)}
        captured = {capture.reference: capture.amount for capture in unit.find(TestCapture)}
        sums: Counter[int] = Counter()
        for parcel in unit.find(Shipment):
            assert captured[parcel.capture_reference] == parcel.amount
            assert orders[parcel.order_id].placed_at < (parcel.shipped_at or NOW) < NOW
            sums[parcel.order_id] += parcel.amount.minor
    assert sums == {order.id: order.total.minor for order in orders.values() if order.state == "shipped"}
    for order in orders.values():
        assert (order.state in {"paid", "placed"}) <= (NOW - order.placed_at < timedelta(days=4))


def test_only_the_logins_have_a_password_and_it_is_theirs(shop: Database) -> None:
    """The password that is printed opens the account; nobody else can log in, and all are marked as demo accounts."""
    with shop.unit_of_work(read_only=True) as unit:
        members = {member.email: member for member in unit.find(Member)}
        ines = unit.find_one(Seller, {"slug": "ines-aldana"})
    assert {email for email, member in members.items() if member.password_hash} == {
        login.email for login in demo.LOGINS
    }
    for login in demo.LOGINS:
        assert Passwords().check(login.password, members[login.email].password_hash) == (True, "")
        assert members[login.email].is_staff == (login.role == "staff")
    assert all(member.demo for member in members.values())
    assert ines is not None
    assert ines.member_id == members["ines@demo.example"].id


def test_it_can_be_searched(shop: Database) -> None:
    """Goods and insiders are in the search."""
    with shop.reader() as reader:
        goods = reader.rows(text("SELECT rowid FROM product_search WHERE product_search MATCH 'teapot'"))
        sellers = reader.rows(text("SELECT rowid FROM seller_search WHERE seller_search MATCH 'bookbinder'"))
    assert len(goods) >= 1
    assert len(sellers) == 1


def test_the_same_moment_gives_the_same_shop(shop: Database, settings: Settings) -> None:
    """Another machine makes the very same rows."""
    demo.load(settings, now=NOW)
    database = open_database(settings)
    again = rows_of(database)
    database.close()
    first = rows_of(shop)
    for kept in (again, first):  # versions of cards are the time of their writing
        kept["product_cards"] = [tuple(v for i, v in enumerate(row) if i != 2) for row in kept["product_cards"]]
    assert again == first


def test_a_second_call_changes_nothing(settings: Settings) -> None:
    """What is whole is left as it is, also at a later moment."""
    first = demo.load(settings, now=NOW)
    second = demo.load(settings, now=NOW + timedelta(days=3))
    assert first.made
    assert not second.made
    assert (first.goods, first.orders) == (second.goods, second.orders) == (165, 300)


def test_what_a_kill_left_undone_is_done_by_the_next_call(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the cards: the next call completes the shop without a doubled row."""

    class Killed(Exception):
        pass

    def die(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(cards, "rebuild", die)
        with pytest.raises(Killed):
            demo.load(settings, now=NOW)
    report = demo.load(settings, now=NOW + timedelta(minutes=1))
    assert report == demo.Report(made=True, insiders=12, goods=165, members=200, follows=report.follows, orders=300)
    assert demo.load(settings).made is False


def test_a_kill_before_the_commit_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but the read rows is one transaction."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_write_rows", die)
        with pytest.raises(KeyboardInterrupt):
            demo.load(settings, now=NOW)
    database = open_database(settings)
    with database.reader() as reader:
        assert reader.rows(select(table(Member).c.id)) == []
    database.close()


def test_progress_is_told_step_by_step(settings: Settings) -> None:
    """Whoever waits is told what is being done."""
    told: list[str] = []
    demo.load(settings, told.append, now=NOW)
    assert told == ["Drawing the pictures", "Writing the shop", "Filling the shelves"]
    assert (settings.data / Path("media", "demo", "thursday-mug.svg")).is_file()


def test_prices_are_in_the_currency_of_the_shop() -> None:
    """A shop in euros sells in euros."""
    world = make_world(NOW, {}, "EUR")
    assert {variant.price.currency for offer in world.offers for variant in offer.product.variants} == {"EUR"}
    assert {bought.order.total.currency for bought in buying.make_orders(world)} == {"EUR"}
