"""The steps of the import of the Complete Journey, and what each writes in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from opensky.devo.follows import counters
from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.products import cards
from opensky.devo.products.objects import Category, Product, StockItem
from opensky.devo.rewards.list_objects import RewardListed
from opensky.devo.rewards.objects import RewardRule
from opensky.devo.sellers.objects import Seller
from opensky.importing.journey import Journey
from opensky.importing.journey_campaigns import Campaigns, has_campaigns
from opensky.importing.journey_rows import FOLLOW_COLUMNS, LINE_COLUMNS, ORDER_COLUMNS, JourneyRows
from opensky.importing.journey_rules import LIST_COLUMNS, CampaignRows, Check
from opensky.importing.loading import Batch, Step, whole
from opensky.importing.pictures import draw
from opensky.importing.report import IMPORTED, NOTED
from opensky.persistence import Bulk, Database
from opensky.settings import Settings

DOCUMENTS, BASKETS, EDGES, REFUSALS = 4_000, 2_000, 20_000, 5_000
"""How much one transaction takes: about half a second each, so that a running shop gets its turn to write."""


def steps_of(folder: Path, settings: Settings, database: Database) -> list[Step]:
    """Read the data and return the steps, in order."""
    journey = Journey(folder)
    work = _Work(journey, settings)
    goods = journey.goods
    steps = [
        Step("refusals", len(journey.row), work.refusals),
        Step("shelves", 1, work.shelves),
        Step("members", len(journey.households), work.members),
        Step("insiders", len(goods.makers), work.sellers),
        Step("products", len(goods.number), work.products),
        Step("orders", len(journey.basket_start), work.orders),
        Step("follows", None, work.follows),
        Step("counters", 1, whole(lambda: counters.rebuild(database))),
        Step("cards", 1, whole(lambda: {NOTED + "products on show in the whole shop": cards.rebuild(database)})),
    ]
    return steps + work.campaigns(folder, database) if has_campaigns(folder) else steps


class _Work:
    """The batches of each step."""

    def __init__(self, journey: Journey, settings: Settings) -> None:
        self._journey = journey
        self._rows = JourneyRows(journey, settings.currency)
        self._media = settings.data / "media"

    def campaigns(self, folder: Path, database: Database) -> list[Step]:
        campaigns = Campaigns(folder, self._journey)
        made = CampaignRows(campaigns, self._rows, self._journey.first_second)

        def check() -> Mapping[str, int]:
            households = {int(number): position for position, number in enumerate(self._journey.households)}
            return {
                NOTED + what: number for what, number in Check(campaigns, self._rows, households).run(database).items()
            }

        return [
            Step("lists", None, lambda position: _lists(made, position)),
            Step("rules", 1, lambda position: _rules(made, position)),
            Step("redemptions", 1, whole(check)),
        ]

    def refusals(self, position: int) -> Iterator[Batch]:
        rest = iter(self._journey.refused())
        while some := tuple(islice(rest, REFUSALS)):
            if some[-1].where > position:
                yield Batch(position=some[-1].where, refused=[r for r in some if r.where > position])

    def shelves(self, position: int) -> Iterator[Batch]:
        def write(bulk: Bulk) -> None:
            draw(self._media)
            bulk.documents(Category, shelves)

        shelves = self._rows.shelves()
        if position == 0:
            yield Batch(position=1, write=write, counts={IMPORTED + "shelves": len(shelves)})

    def members(self, position: int) -> Iterator[Batch]:
        return _batches(position, len(self._journey.households), DOCUMENTS, self._members)

    def _members(self, start: int, end: int) -> Batch:
        write = _document_writer(Member, lambda: self._rows.members(start, end))
        return Batch(position=end, write=write, counts={IMPORTED + "members": end - start})

    def sellers(self, position: int) -> Iterator[Batch]:
        return _batches(position, len(self._journey.goods.makers), DOCUMENTS, self._sellers)

    def _sellers(self, start: int, end: int) -> Batch:
        write = _document_writer(Seller, lambda: self._rows.sellers(start, end))
        return Batch(position=end, write=write, counts={IMPORTED + "insiders": end - start})

    def products(self, position: int) -> Iterator[Batch]:
        return _batches(position, len(self._journey.goods.number), DOCUMENTS, self._products)

    def _products(self, start: int, end: int) -> Batch:
        products, stock = list(self._rows.products(start, end)), self._rows.stock(start, end)

        def write(bulk: Bulk) -> None:
            bulk.documents(Product, products)
            bulk.tuples(StockItem, ("sku", "product_id", "on_hand"), stock)

        counts = {
            IMPORTED + "products": end - start,
            NOTED + "products never sold, kept as drafts": end - start - len(stock),
        }
        return Batch(position=end, write=write, counts=counts)

    def orders(self, position: int) -> Iterator[Batch]:
        return _batches(position, len(self._journey.basket_start), BASKETS, self._orders)

    def _orders(self, start: int, end: int) -> Batch:
        orders, lines = self._rows.orders(start, end)

        def write(bulk: Bulk) -> None:
            bulk.tuples(Order, ORDER_COLUMNS, orders)
            bulk.tuples(OrderLine, LINE_COLUMNS, lines)

        counts = Counter({IMPORTED + "orders": len(orders), IMPORTED + "order lines": len(lines)})
        counts[NOTED + "baskets without a good row"] = end - start - len(orders)
        counts[NOTED + "rows kept as two lines, to the cent"] = len(lines) - self._rows.good_rows(start, end)
        return Batch(position=end, write=write, counts=counts)

    def follows(self, position: int) -> Iterator[Batch]:
        follows = self._rows.follows()
        for start in range(position, len(follows), EDGES):
            some = follows[start : start + EDGES]
            write = _tuple_writer(Follow, FOLLOW_COLUMNS, some)
            yield Batch(position=start + len(some), write=write, counts={IMPORTED + "follows": len(some)})


def _lists(made: CampaignRows, position: int) -> Iterator[Batch]:
    rows = made.lists()
    for start in range(position, len(rows), EDGES):
        some = rows[start : start + EDGES]
        kinds = Counter(f"{IMPORTED}{row[0]}s on lists" for row in some)
        yield Batch(position=start + len(some), write=_tuple_writer(RewardListed, LIST_COLUMNS, some), counts=kinds)


def _rules(made: CampaignRows, position: int) -> Iterator[Batch]:
    if position == 0:
        rules = list(made.rules())
        counts = {IMPORTED + "rules of coupons": len(rules), IMPORTED + "campaigns": len(made.campaigns.campaigns)}
        yield Batch(position=1, write=_document_writer(RewardRule, lambda: iter(rules)), counts=counts)


def _batches(position: int, total: int, size: int, make: Callable[[int, int], Batch]) -> Iterator[Batch]:
    for start in range(position, total, size):
        yield make(start, min(start + size, total))


def _document_writer(cls: type, make: Callable[[], Iterator[object]]) -> Callable[[Bulk], None]:
    return lambda bulk: bulk.documents(cls, make())


def _tuple_writer(cls: type, columns: Sequence[str], rows: list[tuple[object, ...]]) -> Callable[[Bulk], None]:
    return lambda bulk: bulk.tuples(cls, columns, rows)
