"""Orders and products in the admin, and its first page."""

from typing import get_args

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import PAGE, Asked, list_page
from opensky.devo.admin.people import ORDER_COLUMNS, PRODUCT_COLUMNS, order_row, product_row
from opensky.devo.admin.repository import AdminRepository
from opensky.devo.orders.errors import PaymentUnclear
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import STEPS, Order
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product, Status
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminField, AdminRow, AdminTable
from opensky.kernel.errors import Conflict, Invalid
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_ORDERS, _PRODUCTS = "/admin/orders", "/admin/products"
_STATUSES = get_args(Status)
_TEXTS = {"name": "Name", "words": "The insider's words", "description": "Description"}


class AdminHome:
    """The first page of the admin."""

    @page("/admin", access=access.STAFF)
    def show(self) -> Redirect:
        """Lead to the orders: most of the work is there."""
        return Redirect(_ORDERS)


class OrderAdmin:
    """Orders: finding and cancelling them, and finishing what was left on its way."""

    def __init__(self, lists: AdminRepository, orders: OrderManager, visitor: Visitor) -> None:
        self._lists = lists
        self._orders = orders
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
            facts=_facts(order),
            tables=[AdminTable("Lines", ["Product", "Variant", "SKU", "Quantity", "Price", "Amount"], lines)],
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

    @action("/admin/orders/{number:str}/finish", access=access.STAFF)
    def finish(self, number: str, form: Form) -> Redirect:
        """Ask the gateway what became of a payment or a refund, and write it down."""
        note(self._visitor, "finish order", number)
        try:
            order = self._orders.finish(self._orders.by_number(number))
        except PaymentUnclear as error:
            return Redirect(f"{_ORDERS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_ORDERS}/{number}", flash=f"The order is {order.state}.")


class ProductAdmin:
    """Products: finding, editing, putting on show and taking off."""

    def __init__(self, lists: AdminRepository, products: ProductManager, catalog: Catalog, visitor: Visitor) -> None:
        self._lists = lists
        self._products = products
        self._catalog = catalog
        self._visitor = visitor

    @page("/admin/products", access=access.STAFF)
    def list(self, q: str = "", state: str = "", before: str = "") -> Page:
        """List products, found by address or SKU."""
        asked = Asked.read(q, state, before, _STATUSES)
        found = self._lists.products(asked.words, asked.state, asked.before, PAGE + 1)
        return list_page("Products", _PRODUCTS, PRODUCT_COLUMNS, asked, found, product_row, _STATUSES)

    @page("/admin/products/{slug:str}", access=access.STAFF)
    def show(self, slug: str) -> Page:
        """Show a product with its variants and stock."""
        product = self._products.by_slug(slug)
        left = self._catalog.left(product.id)
        rows = [AdminRow([each.sku, each.name, each.price, left.get(each.sku, 0)]) for each in product.variants]
        facts = {
            "Status": product.status,
            **{label: getattr(product, name) for name, label in _TEXTS.items()},
            "Shelves": ", ".join(product.categories),
            "Pictures": len(product.pictures),
            "Made": product.created_at,
            "Published": product.published_at,
        }
        path, shown = f"{_PRODUCTS}/{product.slug}", product.status == "published"
        toggle = (
            AdminAction(f"{path}/withdraw", "Withdraw", danger=True)
            if shown
            else AdminAction(f"{path}/publish", "Publish")
        )
        detail = AdminDetail(
            title=product.name,
            back=_PRODUCTS,
            back_label="Products",
            facts=facts,
            shop_path=f"/products/{product.slug}" if shown else "",
            edit_path=f"{path}/edit",
            tables=[AdminTable("Variants", ["SKU", "Name", "Price", "Left"], rows)],
            actions=[toggle],
        )
        return Page("admin/detail.html", detail=detail, here=_PRODUCTS)

    @page("/admin/products/{slug:str}/edit", access=access.STAFF)
    def form(self, slug: str) -> Page:
        """Show what can be changed: the words, and the stock of each variant."""
        product = self._products.by_slug(slug)
        return self._form(product, {name: getattr(product, name) for name in _TEXTS}, {}, product.version)

    @action("/admin/products/{slug:str}/edit", access=access.STAFF)
    def edit(self, slug: str, form: Form) -> Page | Redirect:
        """Change the words and count the stock; a form that is older than the product is refused."""
        product = self._products.by_slug(slug)
        values = {name: form.text(name) for name in _TEXTS}
        version = form.number("version", 0)
        if version != product.version:
            changed = {"name": "Somebody has changed this product meanwhile. Please look again, then save."}
            return self._form(product, values, changed, product.version)
        try:
            self._products.edit(product, **values)
            for variant, count in self._counted(product, form).items():
                self._products.set_stock(product, variant, count)
        except Invalid as error:
            return self._form(product, values, error.by_field(), version)
        note(self._visitor, "edit product", slug)
        return Redirect(f"{_PRODUCTS}/{slug}", flash="Saved.")

    @action("/admin/products/{slug:str}/publish", access=access.STAFF)
    def publish(self, slug: str, form: Form) -> Redirect:
        """Put a product on show."""
        try:
            self._products.publish(self._products.by_slug(slug))
        except Invalid as error:
            return Redirect(f"{_PRODUCTS}/{slug}", flash=" ".join(error.by_field().values()), problem=True)
        note(self._visitor, "publish product", slug)
        return Redirect(f"{_PRODUCTS}/{slug}", flash="It is on show.")

    @action("/admin/products/{slug:str}/withdraw", access=access.STAFF)
    def withdraw(self, slug: str, form: Form) -> Redirect:
        """Take a product off all lists."""
        self._products.withdraw(self._products.by_slug(slug))
        note(self._visitor, "withdraw product", slug)
        return Redirect(f"{_PRODUCTS}/{slug}", flash="It is off the shelf.")

    def _counted(self, product: Product, form: Form) -> dict[str, int]:
        """Return the stock that staff has counted anew: what was changed in the form, so that sales meanwhile stand."""
        counted = {}
        for variant in product.variants:
            field = f"stock.{variant.sku}"
            now = form.number(field, -1)
            if now >= 0 and now != form.number(f"was.{field}", -1):
                counted[variant.sku] = now
        return counted

    def _form(self, product: Product, values: dict[str, str], errors: dict[str, str], version: int) -> Page:
        left = {f"stock.{sku}": str(n) for sku, n in self._catalog.left(product.id).items()}
        fields = [
            AdminField(name, label, values[name], errors.get(name, ""), long=name != "name")
            for name, label in _TEXTS.items()
        ]
        fields += [
            AdminField(
                f"stock.{each.sku}",
                f"Left of {each.name or each.sku}",
                left.get(f"stock.{each.sku}", "0"),
                kind="number",
            )
            for each in product.variants
        ]
        path = f"{_PRODUCTS}/{product.slug}"
        return Page(
            "admin/edit.html",
            status=422 if errors else 200,
            title="Edit product",
            path=f"{path}/edit",
            back=path,
            fields=fields,
            errors=errors,
            hidden={"version": str(version), **{f"was.{field}": count for field, count in left.items()}},
            here=_PRODUCTS,
        )


def _facts(order: Order) -> dict[str, object]:
    address = order.address
    return {
        "State": order.state,
        "Total": order.total,
        "Placed": order.placed_at,
        "Paid": order.paid_at,
        "Cancelled": order.cancelled_at,
        "Money back": "due" if order.refund_due else order.refund_reference,
        "Card": f"{order.card_brand} … {order.card_last4}" if order.card_last4 else "",
        "Payment": order.payment_reference,
        "E-mail": order.email,
        "Goes to": f"{address.name}, {address.street}, {address.postcode} {address.city}, {address.country}",
        "Buyer": "member" if order.member_id is not None else "guest",
    }


def _order_actions(order: Order) -> list[AdminAction]:
    path, actions = f"{_ORDERS}/{order.number}", []
    if order.state == "placed" or order.refund_due:
        actions.append(AdminAction(f"{path}/finish", "Ask the payment house"))
    if "cancelled" in STEPS[order.state]:
        actions.append(AdminAction(f"{path}/cancel", "Cancel the order", danger=True))
    return actions
