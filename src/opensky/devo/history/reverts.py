"""How each kind of object is given its old values: through the manager that keeps its rules, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import STAFF, Member
from opensky.devo.products.manager import EDITABLE as OF_PRODUCTS
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Category, Product
from opensky.devo.sellers.manager import EDITABLE as OF_SELLERS
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.kernel.errors import Conflict
from opensky.mapping import validate
from opensky.persistence import UnitOfWork
from opensky.persistence.history.objects import Operation
from opensky.persistence.history.reverting import Reversal, Step, Whole, set_values


class Way(NamedTuple):
    """How one kind is reverted: which fields, and by whom. Without ``make`` or ``remove`` it does not come or go as a whole."""

    fields: frozenset[str]
    apply: Callable[[Any, Mapping[str, Any]], None]
    along: frozenset[str] = frozenset()
    """Fields that the manager sets by itself when it sets another one."""
    make: Whole | None = None
    remove: Whole | None = None
    others: str = "The shop sets this by itself."
    """Why its other fields cannot be reverted."""


class Reverts:
    """Knows what may be reverted, so that cards, shelves and search stay true and no rule is passed by."""

    def __init__(
        self, products: ProductManager, sellers: SellerManager, members: MemberManager, unit: UnitOfWork
    ) -> None:
        self._products = products
        self._sellers = sellers
        self._members = members
        self._unit = unit
        self._ways: dict[type, Way] = {
            Product: Way(
                frozenset({*OF_PRODUCTS, "status"}),
                self._product,
                frozenset({"published_at"}),
                make=products.draft,
                remove=products.discard,
            ),
            Seller: Way(frozenset(OF_SELLERS), self._seller),
            Category: Way(
                frozenset({"slug", "name", "sentence", "position"}),
                set_values,
                make=self._shelf,
                remove=products.discard_shelf,
            ),
            Member: Way(frozenset({"roles"}), self._member, others="Members change their accounts themselves."),
        }

    def knows(self, cls: type, operation: Operation) -> bool:
        """Whether what was done to an object of this class is reverted at all."""
        way = self._ways.get(cls)
        if way is None:
            return False
        return {"update": True, "insert": way.remove is not None, "remove": way.make is not None}[operation]

    def apply(self, cls: type) -> Callable[[Any, Mapping[str, Any]], None]:
        """Return what gives an object of this class its old values."""
        return self._ways[cls].apply

    def make(self, cls: type) -> Whole | None:
        """Return what keeps an object of this class that was made again."""
        return self._ways[cls].make

    def remove(self, cls: type) -> Whole | None:
        """Return what removes an object of this class."""
        return self._ways[cls].remove

    def checked(self, found: Reversal, *, whole: bool) -> Reversal:
        """Return what would happen, with what stands against it."""
        kind = found.entry.kind
        way = self._ways.get(found.cls)
        if way is None:
            return replace(found, problem=_WHY_NOT.get(kind, "This is not reverted here."))
        if found.operation != "update":
            return self._as_a_whole(found)
        steps = found.steps
        if whole and any(_top(step) in way.fields for step in steps):
            steps = tuple(step for step in steps if _top(step) not in way.along)
        return replace(found, steps=tuple(_allowed(step, way) for step in steps))

    def _as_a_whole(self, found: Reversal) -> Reversal:
        if not self.knows(found.cls, found.entry.operation):
            return replace(found, problem=_AS_A_WHOLE.get(found.cls, "Nothing of this kind is made or removed here."))
        status = next((step for step in found.steps if step.path == "status"), None)
        if found.cls is Product and status is not None and {status.now, status.will_be} - {None, "draft"}:
            return replace(found, problem=found.problem or _AS_A_WHOLE[Product])
        return found

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

    def _shelf(self, shelf: Category) -> None:
        validate(shelf)
        self._unit.persist(shelf)

    def _member(self, member: Member, values: Mapping[str, Any]) -> None:
        if STAFF in values["roles"]:
            self._members.make_staff(member.email)
        elif self._unit.acting is not None and self._unit.acting.id == member.id:
            raise Conflict("Nobody closes the admin to themselves; ask another one of staff to do it.")
        else:
            self._members.dismiss(member)


_AS_A_WHOLE: dict[type, str] = {
    Product: "What has been on show is not made or removed by reverting, as it may be in orders: withdraw it.",
    Seller: "Insiders are not made or removed by reverting: members follow them and buy from them.",
    Member: "Accounts are opened by those whose they are.",
}
_WHY_NOT = {
    "Order": "What happened to an order is not undone here: cancel the order, and stock and money go back.",
    "OrderLine": "What was ordered stays as it was ordered.",
    "StockItem": "Stock is counted on the page of its product: what was sold since would come back with an old count.",
}


def _top(step: Step) -> str:
    return step.path.partition(".")[0]


def _allowed(step: Step, way: Way) -> Step:
    if step.problem or step.idle:
        return step
    if _top(step) not in way.fields:
        return replace(step, problem=way.others)
    if step.path == "status" and step.will_be == "draft":
        return replace(step, problem="What was on show does not become a draft again: withdraw it instead.")
    if step.path == "status" and step.will_be == "withdrawn" and step.now != "published":
        return replace(step, problem="It is not on show, so it cannot be withdrawn.")
    return step
