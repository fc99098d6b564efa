"""How each kind of object is given its old values: through the manager that keeps its rules, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from opensky.devo.products.manager import EDITABLE as OF_PRODUCTS
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Category, Product
from opensky.devo.sellers.manager import EDITABLE as OF_SELLERS
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.persistence.history.reverting import Reversal, Step, set_values


class Way(NamedTuple):
    """How one kind is reverted: which fields, and by whom."""

    fields: frozenset[str]
    apply: Callable[[Any, Mapping[str, Any]], None]
    along: frozenset[str] = frozenset()
    """Fields that the manager sets by itself when it sets another one."""


class Reverts:
    """Knows what may be reverted, so that cards, shelves and search stay true and no rule is passed by."""

    def __init__(self, products: ProductManager, sellers: SellerManager) -> None:
        self._products = products
        self._sellers = sellers
        self._ways: dict[type, Way] = {
            Product: Way(frozenset({*OF_PRODUCTS, "status"}), self._product, frozenset({"published_at"})),
            Seller: Way(frozenset(OF_SELLERS), self._seller),
            Category: Way(frozenset({"slug", "name", "sentence", "position"}), set_values),
        }

    def apply(self, cls: type) -> Callable[[Any, Mapping[str, Any]], None]:
        """Return what gives an object of this class its old values."""
        return self._ways[cls].apply

    def checked(self, found: Reversal, *, whole: bool) -> Reversal:
        """Return what would happen, with what stands against it."""
        way = self._ways.get(found.cls)
        if way is None:
            return replace(found, problem=_WHY_NOT.get(found.entry.kind, "This is not reverted here."))
        if found.operation != "update":
            return replace(found, problem=_AS_A_WHOLE)
        steps = found.steps
        if whole and any(_top(step) in way.fields for step in steps):
            steps = tuple(step for step in steps if _top(step) not in way.along)
        return replace(found, steps=tuple(_allowed(step, way) for step in steps))

    def _product(self, product: Product, values: Mapping[str, Any]) -> None:
        changes = {name: value for name, value in values.items() if name in OF_PRODUCTS}
        if changes:
            self._products.edit(product, **changes)
        if values.get("status") == "published":
            self._products.publish(product)
        elif values.get("status") == "withdrawn":
            self._products.withdraw(product)

    def _seller(self, seller: Seller, values: Mapping[str, Any]) -> None:
        self._sellers.edit(seller, **values)


_AS_A_WHOLE = "Nothing is made or removed by reverting: withdraw it, or make it anew, where it is edited."
_WHY_NOT = {
    "Order": "What happened to an order is not undone here: cancel the order, and stock and money go back.",
    "OrderLine": "What was ordered stays as it was ordered.",
    "Member": "Members change their accounts themselves.",
    "StockItem": "Stock is counted on the page of its product.",
}


def _top(step: Step) -> str:
    return step.path.partition(".")[0]


def _allowed(step: Step, way: Way) -> Step:
    if step.problem or step.idle:
        return step
    if _top(step) not in way.fields:
        return replace(step, problem="The shop sets this by itself.")
    if step.path == "status" and step.will_be == "draft":
        return replace(step, problem="What was on show does not become a draft again: withdraw it instead.")
    if step.path == "status" and step.will_be == "withdrawn" and step.now != "published":
        return replace(step, problem="It is not on show, so it cannot be withdrawn.")
    return step
