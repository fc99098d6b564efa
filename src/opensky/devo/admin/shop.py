"""Orders in the admin, and its first page."""

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import ORDER_COLUMNS, PAGE, Asked, list_page, order_row
from opensky.devo.admin.newest import Newest
from opensky.devo.admin.repository import AdminRepository
from opensky.devo.admin.shipments import parcel_table
from opensky.devo.bus.addresses import journeys_path
from opensky.devo.fraud.manager import FraudManager
from opensky.devo.fraud.objects import FraudVerdict
from opensky.devo.orders.errors import PaymentUnclear
from opensky.devo.orders.holding import OrderHolds
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import STEPS, Order
from opensky.devo.shipments.looking import ShipmentLook
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminRow, AdminTable
from opensky.kernel.errors import Conflict
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_ORDERS = "/admin/orders"


class AdminHome:
    """The first page of the admin."""

    @page("/admin", access=access.STAFF)
    def show(self) -> Redirect:
        """Lead to the orders: most of the work is there."""
        return Redirect(_ORDERS)


class OrderAdmin:
    """Orders: finding, cancelling and releasing them, and finishing what was left on its way."""

    def __init__(
        self,
        lists: AdminRepository,
        orders: OrderManager,
        holds: OrderHolds,
        fraud: FraudManager,
        newest: Newest,
        shipments: ShipmentLook,
        visitor: Visitor,
    ) -> None:
        self._shipments = shipments
        self._lists = lists
        self._orders = orders
        self._holds = holds
        self._fraud = fraud
        self._newest = newest
        self._visitor = visitor

    @page("/admin/orders", access=access.STAFF)
    def list(self, q: str = "", state: str = "", before: str = "") -> Page:
        """List orders, found by number or e-mail address."""
        asked = Asked.read(q, state, before, tuple(STEPS))
        found = self._lists.orders(asked.words, asked.state, asked.before, PAGE + 1)
        return list_page("Orders", _ORDERS, ORDER_COLUMNS, asked, found, order_row, tuple(STEPS))

    @page("/admin/orders/{number:str}", access=access.STAFF)
    def show(self, number: str) -> Page:
        """Show an order with its lines."""
        order = self._orders.by_number(number)
        names = self._orders.names(order)
        lines = [
            AdminRow(
                [each.name, each.variant, each.sku, each.quantity, each.price, each.amount],
                f"/admin/products/{names[each.product_id].slug}" if each.product_id in names else "",
            )
            for each in order.lines
        ]
        detail = AdminDetail(
            title=f"Order {order.number}",
            back=_ORDERS,
            back_label="Orders",
            facts=_facts(order) | {"Fraud check": _said(self._fraud.verdict(order.id))},
            history_path=self._newest.path(Order, order.id),
            journey_path=journeys_path(Order, order.id),
            tables=[
                AdminTable("Lines", ["Product", "Variant", "SKU", "Quantity", "Price", "Amount"], lines),
                parcel_table(self._shipments.of_order(order.id)),
                self._newest.table(Order, order.id),
            ],
            actions=_order_actions(order),
        )
        return Page("admin/detail.html", detail=detail, here=_ORDERS)

    @action("/admin/orders/{number:str}/cancel", access=access.STAFF)
    def cancel(self, number: str, form: Form) -> Redirect:
        """Cancel an order for its buyer; stock and money go back."""
        note(self._visitor, "cancel order", number)
        try:
            self._orders.cancel_for(number)
        except Conflict as error:
            return Redirect(f"{_ORDERS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_ORDERS}/{number}", flash="The order is cancelled.")

    @action("/admin/orders/{number:str}/release", access=access.STAFF)
    def release(self, number: str, form: Form) -> Redirect:
        """Let a held order go on."""
        note(self._visitor, "release order", number)
        try:
            self._holds.release(number)
        except Conflict as error:
            return Redirect(f"{_ORDERS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_ORDERS}/{number}", flash="The order is released.")

    @action("/admin/orders/{number:str}/finish", access=access.STAFF)
    def finish(self, number: str, form: Form) -> Redirect:
        """Ask the gateway what became of a payment or a refund, and write it down."""
        note(self._visitor, "finish order", number)
        try:
            order = self._orders.finish(self._orders.by_number(number))
        except PaymentUnclear as error:
            return Redirect(f"{_ORDERS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_ORDERS}/{number}", flash=f"The order is {order.state}.")


def _facts(order: Order) -> dict[str, object]:
    return {
        "State": order.state,
        "Total": order.total,
        **_parts(order),
        "Placed": order.placed_at,
        "Paid": order.paid_at,
        "Cancelled": order.cancelled_at,
        "Money back": "due" if order.refund_due else order.refund_reference,
        "Card": f"{order.card_brand} … {order.card_last4}" if order.card_last4 else "",
        "Payment": order.payment_reference,
        "E-mail": order.email,
        "Goes to": order.address.one_line,
        "Buyer": "member" if order.member_id is not None else "guest",
    }


def _parts(order: Order) -> dict[str, object]:
    """Return what the total is made of and who pays it, where it is not just goods and a card."""
    parts: dict[str, object] = {}
    if order.discount or order.coupon:
        parts["Coupon"] = f"{order.coupon}: {order.discount} off"
    if order.delivery:
        parts["Delivery"] = order.delivery
    if order.credit:
        word = "Credit, given back" if order.state == "cancelled" else "Paid by credit"
        parts |= {word: order.credit, "Paid by card": order.charge}
    return parts


def _said(verdict: FraudVerdict | None) -> str:
    if verdict is None:
        return ""
    why = f": {verdict.reasons}" if verdict.reasons else ""
    return f"{verdict.word} ({verdict.score} of 100){why}"


def _order_actions(order: Order) -> list[AdminAction]:
    path, actions = f"{_ORDERS}/{order.number}", []
    if order.state == "placed" or order.refund_due:
        actions.append(AdminAction(f"{path}/finish", "Ask the payment house"))
    if order.state == "held":
        actions.append(AdminAction(f"{path}/release", "Release the order", reason=True))
    if "cancelled" in STEPS[order.state]:
        actions.append(AdminAction(f"{path}/cancel", "Cancel the order", danger=True, reason=True))
    return actions
