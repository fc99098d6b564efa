"""Orders for programs."""

from typing import Annotated

import msgspec

from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.errors import PaymentDeclined
from opensky.devo.orders.lines import MOST_LINES, MOST_OF_ONE
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.repository import Listed
from opensky.devo.orders.sharing import Sharing
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.money import Money
from opensky.persistence.cursors import id_before
from opensky.serializer.views import Moment, MoneyView
from opensky.web import FromHeader, Visitor, access, api

Sku = Annotated[str, msgspec.Meta(min_length=1, max_length=40, examples=["MUG-S"])]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=MOST_OF_ONE)]
Key = Annotated[
    str,
    msgspec.Meta(
        min_length=8,
        max_length=100,
        description="Made by the client, new for each order; the same key twice is the same order once.",
        examples=["5f2b1c1e-7a54-4a5e-9d2b-3c1f0e8a9b7d"],
    ),
    FromHeader("Idempotency-Key"),
]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100, description="How many, at most.")]
Number = Annotated[str, msgspec.Meta(description="The number of an order.", examples=["OS-7KQ2MXB"])]
State = Annotated[str, msgspec.Meta(examples=["paid"])]
After = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9]{0,19}$",
        description="Where the page before ended: its `after`. Leave it out for the first page.",
    ),
]


def _line(example: str) -> msgspec.Meta:
    return msgspec.Meta(max_length=200, examples=[example])


class LineRequest(msgspec.Struct, forbid_unknown_fields=True):
    """So many of one variant."""

    sku: Sku
    quantity: Quantity = 1


class AddressRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Where the parcels go."""

    name: Annotated[str, _line("Noor Haddad")]
    street: Annotated[str, _line("14 Warren Street")]
    city: Annotated[str, _line("Hudson")]
    postcode: Annotated[str, _line("12534")]
    country: Annotated[str, msgspec.Meta(min_length=2, max_length=2, examples=["US"])] = "US"
    region: Annotated[str, _line("NY")] = ""


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What to buy, and what stands for the money. Prices are ours."""

    lines: Annotated[list[LineRequest], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    payment_token: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="What stands for the card. May be empty where credit or a coupon pays for all of it.",
            examples=["4242 4242 4242 4242"],
        ),
    ] = ""
    use_credit: Annotated[
        bool, msgspec.Meta(description="Whether credit pays first: all that there is, or what the order costs.")
    ] = False
    coupon: Annotated[str, msgspec.Meta(max_length=60, description="The code of a coupon.", examples=[""])] = ""
    share: Annotated[
        str,
        msgspec.Meta(
            max_length=40,
            description="The code of the share that the buyer came through: the end of its link. One that is none changes nothing.",
            examples=[""],
        ),
    ] = ""
    address: AddressRequest | None = None
    email: Annotated[str, msgspec.Meta(max_length=254, examples=["noor@example.org"])] = ""


class OrderLineAnswer(msgspec.Struct):
    """One line of an order, with the names and the price of the day."""

    sku: Annotated[str, msgspec.Meta(examples=["MUG-S"])]
    name: Annotated[str, msgspec.Meta(examples=["Speckled mug"])]
    variant: Annotated[str, msgspec.Meta(examples=["Small"])]
    seller_id: Annotated[str, msgspec.Meta(examples=["413628137893888001"])]
    quantity: int
    price: MoneyView
    amount: MoneyView


class OrderAnswer(msgspec.Struct):
    """An order and where it stands: ``placed``, ``paid``, ``held`` (paid, and looked at before it leaves), ``partly_shipped``, ``shipped`` or ``cancelled``.

    ``total`` is the goods, less the ``discount`` of a ``coupon``, with the ``delivery``; ``credit`` pays its part of that, and
    ``charge`` is what is left for the card.
    """

    number: Number
    state: State
    total: MoneyView
    delivery: MoneyView
    discount: MoneyView
    credit: MoneyView
    charge: MoneyView
    coupon: Annotated[str, msgspec.Meta(examples=[""])]
    email: Annotated[str, msgspec.Meta(examples=["noor@example.org"])]
    placed_at: Moment
    paid_at: Moment | None
    cancelled_at: Annotated[Moment | None, msgspec.Meta(examples=[None])]
    lines: list[OrderLineAnswer]


class OrderEntry(msgspec.Struct):
    """One order in a list."""

    number: Number
    state: State
    total: MoneyView
    placed_at: Moment


class OrderListing(msgspec.Struct):
    """One page of orders; ``after`` is the cursor of the next, empty on the last."""

    orders: list[OrderEntry]
    after: Annotated[str, msgspec.Meta(examples=["413628137893888001"])] = ""


class OrderApi:
    """Orders of the member who bears the token."""

    def __init__(self, orders: OrderManager, members: MemberManager, sharing: Sharing, visitor: Visitor) -> None:
        self._orders = orders
        self._sharing = sharing
        self._members = members
        self._visitor = visitor

    @api.post(
        "/api/v1/orders", access=access.MEMBER, summary="Buy", raises=[PaymentDeclined, Conflict, Invalid], tag="Orders"
    )
    def create(self, data: OrderRequest, idempotency_key: Key) -> OrderAnswer:
        """Order and pay, over any number of insiders. Address and e-mail default to those of the account."""
        member = self._members.shown(self._visitor.require_member())
        address = _address(data.address) if data.address else member.address
        if address is None:
            raise Invalid(FieldError("address", "Your account has no address yet, so please send one.", "NotBlank"))
        lines: dict[str, int] = {}
        for line in data.lines:
            lines[line.sku] = lines.get(line.sku, 0) + line.quantity
        email = data.email or member.email
        purchase = Purchase(
            buyer=self._buyer,
            email=email,
            address=address,
            lines=lines,
            key=idempotency_key,
            coupon=data.coupon,
            use_credit=data.use_credit,
            through=self._sharing.named(data.share, email),
        )
        return _answer(self._orders.buy(purchase, data.payment_token))

    @api.get("/api/v1/orders", access=access.MEMBER, summary="List my orders", raises=[Invalid], tag="Orders")
    def list(self, after: After = "", limit: Limit = 20) -> OrderListing:
        """Return one's orders, newest first, by cursor."""
        found = self._orders.of_member(self._visitor.require_member(), id_before(after, "after"), limit)
        return OrderListing([_entry(each) for each in found.entries], str(found.older or ""))

    @api.get(
        "/api/v1/orders/{number:str}", access=access.MEMBER, summary="Show an order", raises=[NotFound], tag="Orders"
    )
    def show(self, number: Number) -> OrderAnswer:
        """Return one order with its lines."""
        return _answer(self._orders.shown(number, self._buyer))

    @api.post(
        "/api/v1/orders/{number:str}/cancel",
        access=access.MEMBER,
        status=200,
        summary="Cancel an order",
        raises=[NotFound, Conflict],
        tag="Orders",
    )
    def cancel(self, number: Number) -> OrderAnswer:
        """Cancel one's order while that is possible; stock and money go back."""
        return _answer(self._orders.cancel(number, self._buyer))

    @property
    def _buyer(self) -> Buyer:
        return Buyer(self._visitor.require_member())


def _address(given: AddressRequest) -> PostalAddress:
    return PostalAddress(
        name=given.name,
        street=given.street,
        city=given.city,
        region=given.region,
        postcode=given.postcode,
        country=given.country.upper(),
    )


def _money(amount: Money) -> MoneyView:
    return MoneyView(amount.text, amount.currency)


def _entry(order: Listed) -> OrderEntry:
    return OrderEntry(order.number, order.state, _money(order.total), order.placed_at)


def _answer(order: Order) -> OrderAnswer:
    return OrderAnswer(
        number=order.number,
        state=order.state,
        total=_money(order.total),
        delivery=_money(order.delivery),
        discount=_money(order.discount),
        credit=_money(order.credit),
        charge=_money(order.charge),
        coupon=order.coupon,
        email=order.email,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        cancelled_at=order.cancelled_at,
        lines=[
            OrderLineAnswer(
                sku=line.sku,
                name=line.name,
                variant=line.variant,
                seller_id=str(line.seller_id),
                quantity=line.quantity,
                price=_money(line.price),
                amount=_money(line.amount),
            )
            for line in order.lines
        ],
    )
