"""What the pages of orders show, made of orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.orders.parcels import Left
from opensky.devo.orders.repository import Listed, ListedLine, Names
from opensky.devo.storefront.views import (
    AddressView,
    OrderLineView,
    OrderRow,
    OrderView,
    ParcelView,
    PictureView,
    TimelineStep,
)

_PICTURES = 4
_CAREFULLY = "One of us takes a second look at this order before it leaves; you need do nothing"


def order_view(order: Order, names: Mapping[int, Names], now: datetime, parcels: Sequence[Left] = ()) -> OrderView:
    """Return what an order's page shows: the names and prices of the day it was placed, the pictures of today."""
    address = order.address
    return OrderView(
        number=order.number,
        state=order.state,
        placed_at=order.placed_at,
        email=order.email,
        address=AddressView(
            address.name, address.street, address.city, address.region, address.postcode, address.country
        ),
        lines=[_line(line, names.get(line.product_id)) for line in order.lines],
        total=order.total,
        delivery=order.delivery,
        discount=order.discount,
        credit=order.credit,
        charge=order.charge,
        coupon=order.coupon,
        paid_at=order.paid_at,
        cancelled_at=order.cancelled_at,
        card_brand=order.card_brand,
        card_last4=order.card_last4,
        timeline=timeline(order, parcels),
        parcels=[_parcel(order, each) for each in parcels],
        can_cancel=order.cancellable(now),
    )


def timeline(order: Order, gone: Sequence[Left] = ()) -> list[TimelineStep]:
    """Return what has happened to an order, and what comes next."""
    placed = TimelineStep("You placed the order", order.placed_at, done=True)
    paid = TimelineStep("You paid", order.paid_at, done=order.paid_at is not None)
    if order.state == "cancelled":
        steps = [placed, paid] if order.paid_at else [placed]
        steps.append(TimelineStep("The order was cancelled", order.cancelled_at, done=True))
        if order.credit:
            steps.append(TimelineStep("Your credit is back", order.cancelled_at, done=True))
        if order.payment_reference:
            steps.append(TimelineStep("Your money goes back to the card", done=not order.refund_due))
        return steps
    parcels = len({line.seller_id for line in order.lines})
    leave = "The parcel leaves" if parcels == 1 else f"{parcels} parcels leave, one from each insider"
    if order.state == "placed":
        paid = TimelineStep("Your payment is confirmed")
    if order.has_left:
        return [placed, paid, *_leaving(order, gone)]
    careful = [TimelineStep(_CAREFULLY)] if order.state == "held" else []
    return [
        placed,
        paid,
        *careful,
        TimelineStep(leave),
        TimelineStep("It is with you" if parcels == 1 else "They are with you"),
    ]


def _leaving(order: Order, gone: Sequence[Left]) -> list[TimelineStep]:
    """Return a step for each parcel that has left, and what is still to come."""
    several = len(gone) > 1 or order.state == "partly_shipped"
    steps = [
        TimelineStep(f"Parcel {number} has left" if several else "The parcel has left", each.shipped_at, done=True)
        for number, each in enumerate(gone, 1)
    ]
    if order.state == "partly_shipped":
        return [*steps, TimelineStep("The rest leaves"), TimelineStep("All is with you")]
    return [*steps, TimelineStep("They are with you" if several else "It is with you")]


def _parcel(order: Order, parcel: Left) -> ParcelView:
    names = {line.sku: line.name for line in order.lines}
    what = ", ".join(
        f"{quantity} \N{MULTIPLICATION SIGN} {names.get(sku, sku)}" for sku, quantity in parcel.lines.items()
    )
    return ParcelView(what, parcel.carrier, parcel.tracking, parcel.shipped_at)


def order_rows(orders: Sequence[Listed], lines: Mapping[int, Sequence[ListedLine]]) -> list[OrderRow]:
    """Return what the list of a member's orders shows."""
    return [
        OrderRow(
            number=order.number,
            placed_at=order.placed_at,
            state=order.state,
            total=order.total,
            pictures=[PictureView(line.picture, line.picture_alt) for line in lines[order.id] if line.picture][
                :_PICTURES
            ],
            count=sum(line.quantity for line in lines[order.id]),
        )
        for order in orders
    ]


def _line(line: OrderLine, names: Names | None) -> OrderLineView:
    return OrderLineView(
        product_name=line.name,
        variant=line.variant,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
        seller_slug=names.seller_slug if names else "",
        seller_name=names.seller_name if names else "",
        product_slug=names.slug if names else "",
        picture=names.picture if names else "",
        picture_alt=names.picture_alt if names else "",
    )
