"""Checkout, the order's page, and a member's orders."""

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import Owner
from opensky.devo.benefits.errors import CouponRefused
from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.checkout import (
    CheckoutSums,
    address_of,
    asks_for_sums,
    errors_by_field,
    first_values,
    seen_credit,
    seen_total,
    typed_values,
)
from opensky.devo.orders.errors import KeyReused, PaymentDeclined, PaymentUnclear
from opensky.devo.orders.manager import AtCheckout, OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.pages import order_rows, order_view
from opensky.devo.orders.parcels import Parcels
from opensky.devo.orders.sharing import Sharing
from opensky.devo.payments.gateway import PaymentGateway
from opensky.devo.storefront.views import BagView
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, LoginRequired, NotFound
from opensky.persistence.cursors import id_before
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Visitor, access, action, page
from opensky.web.signing import Signer, new_token

_PAGE = 20
_ORDERED_ALREADY = "You have ordered just these things a moment ago; only the payment is not confirmed yet."


class CheckoutController:
    """From the bag to an order, on one page, with an account or without."""

    def __init__(
        self,
        bags: BagManager,
        orders: OrderManager,
        members: MemberManager,
        sums: CheckoutSums,
        sharing: Sharing,
        gateway: PaymentGateway,
        visitor: Visitor,
        settings: Settings,
    ) -> None:
        self._bags = bags
        self._orders = orders
        self._sums = sums
        self._sharing = sharing
        self._members = members
        self._gateway = gateway
        self._visitor = visitor
        self._settings = settings

    @page("/checkout", access=access.PUBLIC, quick=True)
    def form(self) -> Page | Redirect:
        """Show the form, with the address that we know."""
        bag = self._bags.view(self._owner)
        if not bag.lines:
            return Redirect("/bag")
        known = self._known(bag)
        if known.waiting is not None:
            return Redirect(f"/orders/{known.waiting}", flash=_ORDERED_ALREADY)
        if bag.problems:
            return Redirect("/bag")
        member = self._members.shown(self._visitor.member_id) if self._visitor.member_id is not None else None
        return self._show(bag, known, first_values(member), {}, new_token(), 200)

    @action("/checkout", access=access.PUBLIC)
    def order(self, form: Form) -> Page | Redirect:
        """Order and pay. Pressing twice is the same as once: the form holds the key."""
        values, key = typed_values(form), form.text("key")
        if asks_for_sums(form):
            return self._page(values, {}, key, 200)
        try:
            order = self._orders.buy(self._purchase(form, values, key), form.text("payment_token"))
        except Invalid as error:
            errors = errors_by_field(error)
            return Redirect("/bag") if "lines" in errors else self._page(values, errors, key, 422)
        except Conflict as error:
            return self._refused(error, values, key)
        return Redirect(order_path(order.number, fresh="1", proof=self._proof(order.number)))

    def _refused(self, error: Conflict, values: dict[str, str], key: str) -> Page | Redirect:
        if isinstance(error, PaymentUnclear):
            path = order_path(error.number, proof=self._proof(error.number))
            return Redirect(path, flash=error.message, problem=True)
        if isinstance(error, PaymentDeclined | KeyReused):
            return self._page(values, {"payment_token": error.message}, new_token(), 409)
        if self._bags.view(self._owner).problems:
            return Redirect("/bag", flash=error.message, problem=True)
        return self._page(values, {"bag": error.message}, key, 409)

    def _purchase(self, form: Form, values: dict[str, str], key: str) -> Purchase:
        lines = self._bags.quantities(self._owner)
        buyer = Buyer(self._visitor.member_id, self._bags.bag_of(self._owner) or self._visitor.bag_id)
        if buyer == Buyer():
            raise Invalid(FieldError("lines", "There is nothing in your bag.", "NotBlank"))
        return Purchase(
            buyer=buyer,
            email=values["email"],
            address=address_of(values),
            lines=lines,
            key=key,
            coupon=values["coupon"],
            use_credit=bool(values["use_credit"]),
            seen_total=seen_total(form, self._settings.currency),
            seen_credit=seen_credit(form, self._settings.currency),
            through=self._sharing.remembered(values["email"]),
        )

    def _page(self, values: dict[str, str], errors: dict[str, str], key: str, status: int) -> Page | Redirect:
        bag = self._bags.view(self._owner)
        if not bag.lines:
            return Redirect("/bag")
        return self._show(bag, self._known(bag), values, errors, key, status)

    def _known(self, bag: BagView) -> AtCheckout:
        return self._orders.at_checkout(Buyer(*self._owner), {line.sku: line.quantity for line in bag.lines})

    def _show(
        self, bag: BagView, known: AtCheckout, values: dict[str, str], errors: dict[str, str], key: str, status: int
    ) -> Page:
        try:
            due = self._sums.of(bag.total, self._visitor.member_id, known, values.get("coupon", ""))
        except CouponRefused as refused:
            errors, status = {**errors, **errors_by_field(refused)}, max(status, 422)
            due = self._sums.of(bag.total, self._visitor.member_id, known, "")
        return Page(
            "checkout.html",
            status=status,
            bag=bag,
            due=due,
            values=values,
            errors=errors,
            key=key,
            test_cards=self._gateway.samples(),
        )

    def _proof(self, number: str) -> str:
        """Return what opens the order to a guest whose session has ended; a member logs in instead."""
        return "" if self._visitor.signed_in else order_proof(self._settings).sign(number)

    @property
    def _owner(self) -> Owner:
        return Owner(self._visitor.member_id, self._visitor.bag_id)


class OrderController:
    """The order's own page, for its buyer alone."""

    def __init__(
        self,
        orders: OrderManager,
        parcels: Parcels,
        gateway: PaymentGateway,
        clock: Clock,
        visitor: Visitor,
        settings: Settings,
    ) -> None:
        self._orders = orders
        self._parcels = parcels
        self._gateway = gateway
        self._clock = clock
        self._visitor = visitor
        self._settings = settings

    @page("/orders/{number:str}", access=access.PUBLIC, quick=True)
    def show(self, number: str, fresh: str = "", proof: str = "") -> Page:
        """Show an order and where it stands; to anybody but its buyer there is no such order.

        A stranger may be its buyer, for the link of a letter is opened where nobody is logged in; so a stranger is asked to log in.
        """
        try:
            order = self._found(number, proof)
        except NotFound:
            if proof or self._visitor.member_id is not None:
                raise
            raise LoginRequired("Please log in to see this order.") from None
        return self._page(order, proof, {}, 200, fresh=fresh == "1")

    @action("/orders/{number:str}/pay", access=access.PUBLIC)
    def pay(self, number: str, form: Form) -> Page | Redirect:
        """Try the payment of a placed order again. However often one tries, one pays once."""
        proof = form.text("proof")
        order = self._found(number, proof)
        try:
            self._orders.pay_again(order, form.text("payment_token"))
        except Invalid as error:
            return self._page(order, proof, errors_by_field(error), 422)
        except PaymentDeclined as error:
            return Redirect(order_path(number, proof=proof), flash=f"{error.message} This order is cancelled.")
        except Conflict as error:
            return Redirect(order_path(number, proof=proof), flash=error.message, problem=True)
        return Redirect(order_path(number, fresh="1", proof=proof))

    @action("/orders/{number:str}/cancel", access=access.PUBLIC)
    def cancel(self, number: str, form: Form) -> Redirect:
        """Cancel the order while that is possible."""
        path = f"/orders/{number}"
        try:
            order = self._orders.cancel(number, self._buyer)
        except Conflict as error:
            return Redirect(path, flash=error.message, problem=True)
        back = " What you paid goes back to the card." if order.payment_reference else ""
        back += " Your credit is there again." if order.credit else ""
        return Redirect(path, flash=f"The order is cancelled.{back}")

    @page("/orders", access=access.MEMBER, quick=True)
    def list(self, before: str = "") -> Page:
        """Show a member's orders, newest first."""
        found = self._orders.of_member(self._visitor.require_member(), id_before(before), _PAGE)
        rows = order_rows(found.entries, self._orders.lines_of(found.entries))
        return Page("orders.html", orders=rows, older=str(found.older or ""))

    def _page(self, order: Order, proof: str, errors: dict[str, str], status: int, *, fresh: bool = False) -> Page:
        parcels = self._parcels.left(order.id) if order.has_left else []
        view = order_view(order, self._orders.names(order), self._clock.now(), parcels)
        return Page(
            "order.html",
            status=status,
            order=view,
            fresh=fresh and order.state != "placed",
            proof=proof,
            errors=errors,
            test_cards=self._gateway.samples(),
        )

    def _found(self, number: str, proof: str) -> Order:
        return self._guests(number, proof) if proof else self._orders.shown(number, self._buyer)

    def _guests(self, number: str, proof: str) -> Order:
        if not order_proof(self._settings).fits(proof, number):
            raise NotFound("There is no such order.", order=number)
        order = self._orders.by_number(number)
        if order.member_id is not None:
            return self._orders.shown(number, self._buyer)
        return order

    @property
    def _buyer(self) -> Buyer:
        return Buyer(self._visitor.member_id, self._visitor.bag_id)


def order_path(number: str, **query: str) -> str:
    """Return the path of an order's page, with what of the query is not empty."""
    asked = "&".join(f"{name}={value}" for name, value in query.items() if value)
    return f"/orders/{number}?{asked}" if asked else f"/orders/{number}"


def order_proof(settings: Settings) -> Signer:
    """Return the signer of links to guests' orders."""
    return Signer(settings.secret_key, "order")
