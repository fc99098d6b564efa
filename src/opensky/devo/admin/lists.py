"""The pieces of the admin's lists: cursor, filters, and the page itself."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from opensky.devo.admin.repository import OrderEntry, ProductEntry
from opensky.devo.storefront.views import AdminFilter, AdminRow
from opensky.persistence.cursors import id_before
from opensky.web import Page

PAGE = 50
LONGEST_SEARCH = 100

T = TypeVar("T")


class Asked(NamedTuple):
    """What the address bar asks a list for."""

    words: str
    state: str
    before: int

    @classmethod
    def read(cls, q: str, state: str, before: str, states: Sequence[str] = ()) -> "Asked":
        """Read the parameters; a state that is none is as if it were not there. Raises ``Invalid`` on a broken cursor."""
        return cls(q.strip()[:LONGEST_SEARCH], state if state in states else "", id_before(before))


def list_page(
    title: str,
    here: str,
    columns: Sequence[str],
    asked: Asked,
    found: Sequence[T],
    row: Callable[[T], AdminRow],
    states: Sequence[str] = (),
) -> Page:
    """Return the page of a list. ``found`` holds one more than a page if there is an older page."""
    shown = found[:PAGE]
    last: Any = shown[-1] if shown else None
    return Page(
        "admin/list.html",
        title=title,
        here=here,
        columns=columns,
        rows=[row(each) for each in shown],
        query=asked.words,
        state=asked.state,
        filters=filters(states, asked.state),
        older=str(last.id) if len(found) > PAGE else "",
    )


def filters(states: Sequence[str], chosen: str) -> list[AdminFilter]:
    """Return what a list can be narrowed to: all, or one of these states; nothing where there are none."""
    return [AdminFilter(name or "all", name, name == chosen) for name in ("", *states)] if states else []


ORDER_COLUMNS = ("Number", "Placed", "State", "E-mail", "Total")
PRODUCT_COLUMNS = ("Name", "Status", "Price", "Variants", "Made")


def order_row(order: OrderEntry) -> AdminRow:
    """Return an order's row in any list of the admin."""
    return AdminRow(
        [order.number, order.placed_at, order.state, order.email, order.total], f"/admin/orders/{order.number}"
    )


def product_row(product: ProductEntry) -> AdminRow:
    """Return a product's row in any list of the admin."""
    price = min((each.price for each in product.variants), default=None)
    cells = [product.name, product.status, price, len(product.variants), product.created_at]
    return AdminRow(cells, f"/admin/products/{product.slug}")
