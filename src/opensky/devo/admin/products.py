"""Products in the admin: finding and editing them, counting stock, putting on show and taking off."""

import re
from decimal import Decimal
from typing import get_args

from opensky.devo.admin.acts import note
from opensky.devo.admin.editing import Edited, edit_page, mark
from opensky.devo.admin.lists import PAGE, PRODUCT_COLUMNS, Asked, list_page, product_row
from opensky.devo.admin.newest import Newest
from opensky.devo.admin.repository import AdminRepository
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.manager import MOST_ON_HAND, ProductManager
from opensky.devo.products.objects import Product, Status, StockItem, Variant
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminField, AdminRow, AdminTable
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.money import Money
from opensky.persistence import Duplicate
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_PRODUCTS = "/admin/products"
_STATUSES = get_args(Status)
_LIMIT = 512 * 1024
"""The largest form: long texts, in whatever script."""
FIELDS = (
    AdminField("name", "Name", ""),
    AdminField("slug", "Address", "", hint="Small letters, digits and dashes. Links to the old address stop working."),
    AdminField("words", "The insider's words", "", long=True),
    AdminField("description", "Description", "", long=True),
)
_TEXTS = tuple(field.name for field in FIELDS)
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")


class ProductAdmin:
    """Products: finding, editing, putting on show and taking off."""

    def __init__(
        self,
        lists: AdminRepository,
        products: ProductManager,
        catalog: Catalog,
        newest: Newest,
        visitor: Visitor,
    ) -> None:
        self._lists = lists
        self._products = products
        self._catalog = catalog
        self._newest = newest
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
        path, shown = f"{_PRODUCTS}/{product.slug}", product.status == "published"
        toggle = (
            AdminAction(f"{path}/withdraw", "Withdraw", danger=True, reason=True)
            if shown
            else AdminAction(f"{path}/publish", "Publish", reason=True)
        )
        detail = AdminDetail(
            title=product.name,
            back=_PRODUCTS,
            back_label="Products",
            facts=_facts(product),
            shop_path=f"/products/{product.slug}" if shown else "",
            edit_path=f"{path}/edit",
            history_path=self._newest.path(Product, product.id),
            tables=[
                AdminTable("Variants", ["SKU", "Name", "Price", "Left"], rows),
                self._newest.table(Product, product.id, *((StockItem, each.sku) for each in product.variants)),
            ],
            actions=[toggle],
        )
        return Page("admin/detail.html", detail=detail, here=_PRODUCTS)

    @page("/admin/products/{slug:str}/edit", access=access.STAFF)
    def form(self, slug: str) -> Page:
        """Show what can be changed: the words, and name, price and stock of each variant."""
        return self._form(self._products.by_slug(slug))

    @action("/admin/products/{slug:str}/edit", access=access.STAFF, limit=_LIMIT)
    def edit(self, slug: str, form: Form) -> Page | Redirect:
        """Change words and variants, and count the stock; a form that is older than the product is refused."""
        product = self._products.by_slug(slug)
        edited = Edited.read(form, self._values(product), product.version)
        if edited.stale:
            return self._form(product, edited)
        try:
            variants, counted = _variants(product, edited.typed), self._counted(product, form)
            texts = {name: edited.typed[name] for name in _TEXTS}
            self._products.edit(product, **texts, variants=variants)
            for sku, number in counted.items():
                self._products.set_stock(product, sku, number)
        except Invalid as error:
            return self._form(product, edited, _beside_fields(product, error))
        except Duplicate:
            return self._form(product, edited, {"slug": "Another product has this address."})
        note(self._visitor, "edit product", product.slug)
        return Redirect(f"{_PRODUCTS}/{product.slug}", flash="Saved.")

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

    def _values(self, product: Product) -> dict[str, str]:
        left = self._catalog.left(product.id)
        values = {name: getattr(product, name) for name in _TEXTS}
        for each in product.variants:
            values[f"variant.{each.sku}.name"] = each.name
            values[f"variant.{each.sku}.price"] = each.price.text
            values[f"stock.{each.sku}"] = str(left.get(each.sku, 0))
        return values

    def _counted(self, product: Product, form: Form) -> dict[str, int]:
        """Return the stock that staff has counted anew: what was changed in the form, so that sales meanwhile stand.

        Raises:
            Invalid: not a number from none to a million.
        """
        counted, errors = {}, []
        for each in product.variants:
            field = f"stock.{each.sku}"
            written = form.text(field)
            if form.text(f"was.{field}") == mark(written):
                continue
            if not (written.isascii() and written.isdecimal()) or int(written[:12]) > MOST_ON_HAND:
                errors.append(FieldError(field, f"Please give a number from 0 to {MOST_ON_HAND:,}.", "Range"))
            else:
                counted[each.sku] = int(written)
        if errors:
            raise Invalid(*errors)
        return counted

    def _form(self, product: Product, edited: Edited | None = None, errors: dict[str, str] | None = None) -> Page:
        path, now, fields = f"{_PRODUCTS}/{product.slug}", self._values(product), list(FIELDS)
        for each in product.variants:
            section = f"Variant {each.sku}"
            fields += [
                AdminField(f"variant.{each.sku}.name", "Name", "", section=section),
                AdminField(
                    f"variant.{each.sku}.price", f"Price in {each.price.currency}", "", kind="price", section=section
                ),
                AdminField(f"stock.{each.sku}", "Left", "", kind="number", section=section),
            ]
        return edit_page(
            "Edit product", path, _PRODUCTS, fields, now=now, version=product.version, edited=edited, errors=errors
        )


def _variants(product: Product, typed: dict[str, str]) -> list[Variant]:
    """Return the variants with the names and prices that were typed.

    Raises:
        Invalid: a price is none, or finer than its currency.
    """
    variants, errors = [], []
    for each in product.variants:
        field = f"variant.{each.sku}.price"
        price = _price(typed[field], each.price.currency)
        if price is None:
            errors.append(FieldError(field, f"Please give a price such as {each.price.text}.", "price"))
        else:
            variants.append(Variant(sku=each.sku, name=typed[f"variant.{each.sku}.name"], price=price))
    if errors:
        raise Invalid(*errors)
    return variants


def _price(text: str, currency: str) -> Money | None:
    written = text.replace(",", ".")
    if not _PRICE.fullmatch(written):
        return None
    price = Money.of(written, currency)
    return price if price.amount == Decimal(written) else None


def _beside_fields(product: Product, error: Invalid) -> dict[str, str]:
    """Name the fields of the form where the rules name those of the object: ``variants.0.name``."""
    found = {}
    for field, message in error.by_field().items():
        matched = re.fullmatch(r"variants\.([0-9]+)\.(name|price)", field)
        found[f"variant.{product.variants[int(matched[1])].sku}.{matched[2]}" if matched else field] = message
    return found


def _facts(product: Product) -> dict[str, object]:
    return {
        "Status": product.status,
        **{field.label: getattr(product, field.name) for field in FIELDS if field.name != "slug"},
        "Shelves": ", ".join(product.categories),
        "Pictures": len(product.pictures),
        "Made": product.created_at,
        "Published": product.published_at,
    }
