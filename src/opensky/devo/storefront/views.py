"""What pages show: frozen values made for the templates, filled by the features, never saved.

A template reads nothing but these and a few plain values, so a page is rendered without touching the database.
Where a comment at the top of a template says ``Context:``, that is the whole list of what its page must bring.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from opensky.kernel.money import Money


class Card(Struct, frozen=True, cache_hash=True):
    """One product in a grid. ``why`` says why a feed shows it."""

    product_id: int
    version: int
    slug: str
    name: str
    price: Money
    from_price: bool
    picture: str
    picture_alt: str
    seller_slug: str
    seller_name: str
    seller_picture: str
    sold_out: bool
    why: str = ""


class InsiderCard(Struct, frozen=True):
    """One insider, and whether this visitor follows them."""

    slug: str
    name: str
    craft: str = ""
    town: str = ""
    sentence: str = ""
    picture: str = ""
    followers: int = 0
    following: bool = False


class Listing(Struct, frozen=True):
    """One page of cards; ``older`` is the cursor of the next one, empty on the last."""

    cards: Sequence[Card]
    older: str = ""


class Shelf(Struct, frozen=True):
    """One shelf of the shop."""

    slug: str
    name: str
    sentence: str = ""


class FollowerRow(Struct, frozen=True):
    """One member who follows an insider."""

    name: str
    followed_at: datetime


class PictureView(Struct, frozen=True):
    """A picture and what it shows."""

    path: str
    alt: str


class VariantView(Struct, frozen=True):
    """One way in which a product is sold, and how many are left."""

    sku: str
    name: str
    price: Money
    left: int


class ProductView(Struct, frozen=True):
    """A product with everything its page shows."""

    slug: str
    name: str
    words: str
    description: str
    variants: Sequence[VariantView]
    pictures: Sequence[PictureView]
    categories: Sequence[Shelf] = ()

    @property
    def sold_out(self) -> bool:
        """Whether nothing of it can be bought."""
        return not any(each.left > 0 for each in self.variants)

    @property
    def price(self) -> Money:
        """The lowest price, which the page shows on top."""
        return min((each.price for each in self.variants), default=Money(0))

    @property
    def from_price(self) -> bool:
        """Whether variants differ in price, so that the page says "from"."""
        return len({each.price for each in self.variants}) > 1

    @property
    def first_sku(self) -> str:
        """The variant chosen when the page opens: the first that can be bought."""
        return next((each.sku for each in self.variants if each.left > 0), "")


class BagLineView(Struct, frozen=True):
    """So many of one variant in the bag. ``problem`` says what keeps it from being ordered."""

    sku: str
    product_slug: str
    product_name: str
    variant: str
    picture: str
    picture_alt: str
    seller_slug: str
    seller_name: str
    price: Money
    quantity: int
    amount: Money
    problem: str = ""
    seen_price: Money | None = None
    """The price when it was put in, where it has changed since."""


class BagGroup(Struct, frozen=True):
    """The lines of one seller."""

    seller_slug: str
    seller_name: str
    lines: Sequence[BagLineView]


class BagView(Struct, frozen=True):
    """The bag with today's prices."""

    lines: Sequence[BagLineView]
    total: Money
    count: int

    @property
    def groups(self) -> list[BagGroup]:
        """The lines by seller, in order of the seller's name."""
        ordered = sorted(self.lines, key=attrgetter("seller_name", "seller_slug"))
        return [
            BagGroup(slug, name, list(lines))
            for (slug, name), lines in groupby(ordered, key=attrgetter("seller_slug", "seller_name"))
        ]

    @property
    def problems(self) -> bool:
        """Whether a line must be changed before the bag can be ordered."""
        return any(each.problem for each in self.lines)


class TestCard(Struct, frozen=True):
    """A card number of the test gateway, and what it does."""

    __test__ = False  # keeps pytest from collecting a class of this name

    number: str
    what: str


class DemoLogin(Struct, frozen=True):
    """An account of the demo shop that may be shown on the log-in page."""

    email: str
    password: str
    role: str


class AddressView(Struct, frozen=True):
    """Where a parcel goes."""

    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


class OrderLineView(Struct, frozen=True):
    """One line of an order, with the names of the day."""

    product_name: str
    variant: str
    quantity: int
    price: Money
    amount: Money
    seller_slug: str
    seller_name: str
    product_slug: str = ""
    picture: str = ""
    picture_alt: str = ""


class OrderGroup(Struct, frozen=True):
    """The lines of one seller: one parcel."""

    seller_slug: str
    seller_name: str
    lines: Sequence[OrderLineView]


class TimelineStep(Struct, frozen=True):
    """One thing that has happened to an order (``done``) or comes next."""

    what: str
    at: datetime | None = None
    done: bool = False


class ParcelView(Struct, frozen=True):
    """A parcel that has left: what is in it, and where its way can be followed."""

    what: str
    carrier: str
    tracking: str
    shipped_at: datetime


class OrderView(Struct, frozen=True):
    """An order with everything its page shows. ``can_cancel`` opens the way back."""

    number: str
    state: str
    placed_at: datetime
    email: str
    address: AddressView
    lines: Sequence[OrderLineView]
    total: Money
    charge: Money
    """What the card pays of it, or would."""
    delivery: Money = Money(0)
    discount: Money = Money(0)
    credit: Money = Money(0)
    coupon: str = ""
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    card_brand: str = ""
    card_last4: str = ""
    timeline: Sequence[TimelineStep] = ()
    can_cancel: bool = False
    parcels: Sequence[ParcelView] = ()

    @property
    def groups(self) -> list[OrderGroup]:
        """The lines by seller, in order of the seller's name."""
        ordered = sorted(self.lines, key=attrgetter("seller_name", "seller_slug"))
        return [
            OrderGroup(slug, name, list(lines))
            for (slug, name), lines in groupby(ordered, key=attrgetter("seller_slug", "seller_name"))
        ]


class OrderRow(Struct, frozen=True):
    """One order in the list of a member's orders."""

    number: str
    placed_at: datetime
    state: str
    total: Money
    pictures: Sequence[PictureView] = ()
    count: int = 0


class SessionRow(Struct, frozen=True):
    """One place where a member is signed in."""

    id: str
    seen_at: datetime
    current: bool = False
    device: str = ""


class TokenRow(Struct, frozen=True):
    """One token with which a program acts for a member."""

    id: str
    name: str
    scope: str
    created_at: datetime


class MemberView(Struct, frozen=True):
    """What the account page shows of the member."""

    name: str
    email: str
    joined_at: datetime
    address: AddressView = AddressView()
    following: int = 0


class AdminRow(Struct, frozen=True):
    """One row of an admin list. A cell may be text, a number, ``Money``, a time or a truth value, and is shown by its kind."""

    cells: Sequence[object]
    path: str = ""


class AdminTable(Struct, frozen=True):
    """A table on an admin page."""

    title: str
    columns: Sequence[str]
    rows: Sequence[AdminRow]


class AdminAction(Struct, frozen=True):
    """A button on an admin page; it posts to ``path`` with these fields. ``reason`` asks why, for the history."""

    path: str
    label: str
    fields: Mapping[str, str] = {}
    danger: bool = False
    reason: bool = False


class AdminDetail(Struct, frozen=True):
    """One thing in the admin: its facts, what belongs to it, and what can be done."""

    title: str
    back: str
    back_label: str
    facts: Mapping[str, object]
    shop_path: str = ""
    tables: Sequence[AdminTable] = ()
    actions: Sequence[AdminAction] = ()
    edit_path: str = ""
    history_path: str = ""
    journey_path: str = ""


class AdminFilter(Struct, frozen=True):
    """One choice over an admin list: what it is called, its value in the address bar, and whether it is chosen."""

    label: str
    value: str
    chosen: bool = False


class AdminField(Struct, frozen=True):
    """One field of an admin form; ``long`` text has several lines.

    ``now`` is what it says by now, where somebody has changed it since the form was opened and ``theirs`` is set. ``section``
    is the heading that it stands under.
    """

    name: str
    label: str
    value: str
    error: str = ""
    long: bool = False
    kind: str = "text"
    hint: str = ""
    section: str = ""
    theirs: bool = False
    now: str = ""
