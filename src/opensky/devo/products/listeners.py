"""What products do when something happens elsewhere."""

from opensky.devo.products.cards import SHOWN_OF_SELLER
from opensky.devo.products.manager import ProductManager
from opensky.events import Event


class ProductListeners:
    """Keeps the names on the cards true."""

    def __init__(self, products: ProductManager) -> None:
        self._products = products

    def on_seller_edited(self, event: Event) -> None:
        """Write a seller's new name, address or picture onto their cards."""
        if SHOWN_OF_SELLER.intersection(event["fields"]):
            self._products.rename_seller(event.subject)
