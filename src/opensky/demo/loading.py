"""Writing the demo shop into a data folder."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from opensky.demo.buying import Bought, make_orders
from opensky.demo.gallery import hang
from opensky.demo.making import World, make_world
from opensky.demo.people import LOGINS
from opensky.devo.follows import counters
from opensky.devo.follows.objects import Follow, FollowerCount
from opensky.devo.members.objects import Member
from opensky.devo.members.passwords import Passwords
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.devo.products import cards
from opensky.devo.products.objects import Category, Product, StockItem
from opensky.devo.sellers.objects import Seller
from opensky.devo.shipments.objects import Shipment
from opensky.mapping import describe
from opensky.persistence import Bulk, Database, table
from opensky.settings import Settings
from opensky.wiring import open_database

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What the demo shop holds, and whether this call made it."""

    made: bool
    insiders: int
    goods: int
    members: int
    follows: int
    orders: int


def load(settings: Settings, progress: Progress | None = None, *, now: datetime | None = None) -> Report:
    """Make the demo shop in the data folder of ``settings``, as it would stand at ``now``; tables are made where missing.

    It may be called again: what is whole is left as it is, and what a kill left undone is done. What is bought, followed
    or changed in the shop afterwards stays.
    """
    say = progress or _nothing
    database = open_database(settings)
    try:
        database.create()
        if _is_whole(database):
            return _report(database, made=False)
        say("Drawing the pictures")
        hang(settings.data / "media")
        if not _is_written(database):
            say("Writing the shop")
            _write_all(database, now or database.clock.now(), settings.currency)
        say("Filling the shelves")
        cards.rebuild(database)
        counters.rebuild(database)
        return _report(database, made=True)
    finally:
        database.close()


def _nothing(_: str) -> None: ...


def _is_whole(database: Database) -> bool:
    """Whether a call came to its end: the counters are what it writes last."""
    return _is_written(database) and _counted(database, FollowerCount) != [0]


def _is_written(database: Database) -> bool:
    """Whether the one transaction that writes the shop was committed."""
    with database.reader() as reader:
        return bool(reader.documents(Member, {"email": LOGINS[0].email}, Member, limit=1))


def _write_all(database: Database, now: datetime, currency: str) -> None:
    """Write everything that is no read row in one transaction: all of it is there, or nothing."""
    passwords = Passwords()
    world = make_world(now, {login.email: passwords.hash(login.password) for login in LOGINS}, currency)
    bought = make_orders(world)
    with database.bulk() as bulk:
        bulk.documents(Member, world.members)
        bulk.documents(Seller, world.sellers)
        bulk.documents(Category, world.categories)
        bulk.documents(Product, [offer.product for offer in world.offers])
        _write_rows(bulk, world, bought)
        bulk.commit()


def _write_rows(bulk: Bulk, world: World, bought: list[Bought]) -> None:
    bulk.rows(StockItem, rows_of(StockItem, world.stock))
    bulk.rows(Follow, rows_of(Follow, world.follows))
    bulk.rows(Order, rows_of(Order, [each.order for each in bought]))
    bulk.rows(OrderLine, rows_of(OrderLine, [line for each in bought for line in each.order.lines]))
    bulk.rows(TestCharge, rows_of(TestCharge, [each.charge for each in bought if each.charge]))
    left = [parcel for each in bought for parcel in each.parcels]
    bulk.rows(Shipment, rows_of(Shipment, [each.shipment for each in left]))
    bulk.rows(TestCapture, rows_of(TestCapture, [each.capture for each in left]))


def rows_of(cls: type, objects: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    """Return the columns of entities: ``price`` is ``price_minor`` and ``price_currency``."""
    kept: Table = table(cls)
    fields = describe(cls).stored_fields
    for each in objects:
        row: dict[str, Any] = {}
        for field in fields:
            value = getattr(each, field.name)
            if f"{field.name}_minor" in kept.c:
                row[f"{field.name}_minor"], row[f"{field.name}_currency"] = value.minor, value.currency
            else:
                row[field.name] = value
        yield row


def _counted(database: Database, *classes: type) -> list[int]:
    with database.reader() as reader:
        return [reader.count(cls) for cls in classes]


def _report(database: Database, *, made: bool) -> Report:
    return Report(made, *_counted(database, Seller, Product, Member, Follow, Order))
