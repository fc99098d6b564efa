"""Orders: what was bought, from whom, for how much, and where it stands. States and their steps are data."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple, NewType

from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.orders.sharing import ShareId
from opensky.devo.products.objects import Product, ProductId
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.errors import Conflict
from opensky.kernel.money import Money, total
from opensky.mapping import (
    Email,
    Embedded,
    Groups,
    Id,
    Index,
    Length,
    NotBlank,
    Personal,
    ReferenceMany,
    ReferenceOne,
    Unique,
    Version,
    entity,
)

OrderId = NewType("OrderId", int)
State = Literal["placed", "paid", "held", "partly_shipped", "shipped", "cancelled"]

STEPS: dict[State, frozenset[State]] = {
    "placed": frozenset({"paid", "cancelled"}),
    "paid": frozenset({"held", "partly_shipped", "shipped", "cancelled"}),
    "held": frozenset({"paid", "cancelled"}),
    "partly_shipped": frozenset({"shipped"}),
    "shipped": frozenset(),
    "cancelled": frozenset(),
}
"""From each state, the states that may follow. ``placed`` holds the stock; ``paid`` owes the parcel; ``held``
is paid and waits for a person. What has left is no longer cancelled."""

CANCEL_WITHIN = timedelta(hours=24)
"""How long after placing an order its buyer may cancel it; staff always may."""


class Buyer(NamedTuple):
    """Whose order it is: a member's, or that of the guest whose session names the bag it came from."""

    member_id: MemberId | None = None
    bag_id: int | None = None


@entity("order_lines", Index("seller_id", "-order_id"), clustered=True)
@dataclass(eq=False, kw_only=True)
class OrderLine:
    """So many of one variant, at the price of the moment of ordering, with the names as they were."""

    order_id: Annotated[OrderId, Id()]
    position: Annotated[int, Id()]
    product_id: ProductId
    seller_id: Annotated[SellerId, Groups("api")]
    sku: Annotated[str, Groups("api")]
    name: Annotated[str, Groups("api")]
    variant: Annotated[str, Groups("api")] = ""
    quantity: Annotated[int, Groups("api")]
    price: Annotated[Money, Groups("api")]
    product: Annotated[Product | None, ReferenceOne("product_id")] = None
    seller: Annotated[Seller | None, ReferenceOne("seller_id")] = None

    @property
    def amount(self) -> Money:
        """Price times quantity."""
        return self.price * self.quantity


@entity(
    "orders",
    Unique("number"),
    Unique("idempotency_key"),
    Index("member_id", "-id"),
    Index("state", "-id"),
    Index("email"),
    Index("share_id"),
)
@dataclass(eq=False, kw_only=True)
class Order:
    """One order, over any number of sellers, paid once."""

    id: Annotated[OrderId, Id(), Groups("api")]
    number: Annotated[str, Groups("api")]
    member_id: Annotated[MemberId | None, Personal("account")] = None
    bag_id: int | None = None
    email: Annotated[str, Personal("contact"), Groups("api"), NotBlank("Where may we send the receipt?"), Email()]
    address: Annotated[PostalAddress, Embedded(), Personal("contact")]
    state: Annotated[State, Groups("api")] = "placed"
    total: Annotated[Money, Personal("financial"), Groups("api")]
    """What it costs: the goods, less the discount, with the delivery. Credit pays a part of it, the card the rest."""
    delivery_minor: Annotated[int, Personal("financial")] = 0
    discount_minor: Annotated[int, Personal("financial")] = 0
    credit_minor: Annotated[int, Personal("financial")] = 0
    coupon: Annotated[str, Personal("account"), Length(0, 40)] = ""
    share_id: Annotated[ShareId | None, Personal("account")] = None
    """The share through which its buyer came, if somebody else's link led to something in it."""
    idempotency_key: Annotated[str, Personal("secret")]
    payment_reference: Annotated[str, Personal("financial")] = ""
    refund_reference: Annotated[str | None, Personal("financial")] = None
    card_brand: Annotated[str, Personal("financial")] = ""
    card_last4: Annotated[str, Personal("financial")] = ""
    placed_at: Annotated[datetime, Groups("api")]
    paid_at: Annotated[datetime | None, Groups("api")] = None
    cancelled_at: Annotated[datetime | None, Groups("api")] = None
    version: Annotated[int, Version()] = 0
    lines: Annotated[list[OrderLine], ReferenceMany(mapped_by="order_id"), Groups("api")] = field(default_factory=list)

    @property
    def goods(self) -> Money:
        """What its goods cost."""
        return total([line.amount for line in self.lines], self.total.currency)

    @property
    def delivery(self) -> Money:
        """What its delivery costs."""
        return Money(self.delivery_minor, self.total.currency)

    @property
    def discount(self) -> Money:
        """What its coupon takes off."""
        return Money(self.discount_minor, self.total.currency)

    @property
    def credit(self) -> Money:
        """What the buyer's credit pays of it."""
        return Money(self.credit_minor, self.total.currency)

    @property
    def charge(self) -> Money:
        """What is left for the card to pay."""
        return self.total - self.credit

    def step_to(self, state: State) -> None:
        """Go to a state that may follow; raises ``Conflict`` where it may not."""
        if state not in STEPS[self.state]:
            message = f"Order {self.number} is {self.state} and cannot become {state}."
            raise Conflict(message, order=self.number, state=self.state)
        self.state = state

    def release(self) -> None:
        """Let it go on where it was held; raises ``Conflict`` where it is not."""
        if self.state != "held":
            message = f"Order {self.number} is {self.state}, not held."
            raise Conflict(message, order=self.number, state=self.state)
        self.step_to("paid")

    @property
    def is_paid(self) -> bool:
        """Whether its payment is settled, however far it has come since, and not given back."""
        return self.state not in {"placed", "cancelled"}

    @property
    def has_left(self) -> bool:
        """Whether at least one parcel of it has left."""
        return self.state in {"partly_shipped", "shipped"}

    def belongs_to(self, buyer: Buyer) -> bool:
        """Say whether this buyer placed it."""
        if self.member_id is not None:
            return buyer.member_id == self.member_id
        return self.bag_id is not None and buyer.bag_id == self.bag_id

    def cancellable(self, now: datetime) -> bool:
        """Say whether its buyer may cancel it at that moment."""
        return "cancelled" in STEPS[self.state] and now - self.placed_at < CANCEL_WITHIN

    @property
    def refund_due(self) -> bool:
        """Whether the buyer's money is still to be given back."""
        return self.state == "cancelled" and bool(self.payment_reference) and self.refund_reference is None
