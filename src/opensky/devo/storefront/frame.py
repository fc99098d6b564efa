"""What stands around every page of the shop."""

from collections.abc import Mapping
from typing import Any

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import Owner
from opensky.devo.products.catalog import Catalog
from opensky.devo.storefront.showing import shelf_views
from opensky.web import Visitor


class ShopFrame:
    """The shelves above, and how much is in the bag."""

    def __init__(self, catalog: Catalog, bags: BagManager, visitor: Visitor) -> None:
        self._catalog = catalog
        self._bags = bags
        self._visitor = visitor

    def context(self) -> Mapping[str, Any]:
        """Return what the templates call ``shelves`` and ``bag_count``; whoever has no bag costs no question."""
        owner = Owner(self._visitor.member_id, self._visitor.bag_id)
        has_bag = owner.member_id is not None or owner.bag_id is not None
        return {
            "shelves": shelf_views(self._catalog.shelves()),
            "bag_count": self._bags.count(owner) if has_bag else 0,
        }
