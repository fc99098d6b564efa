"""Sharing a product, as page and API do it."""

from datetime import timedelta

from opensky.devo.members.objects import MemberId
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.manager import ProductManager
from opensky.devo.shares.manager import ShareManager
from opensky.settings import Settings
from opensky.web import Throttles
from opensky.web.throttles import Limit

SHARES = Limit(50, timedelta(days=1) / 50)
"""How many products a member may share: fifty at once, and so never more than a hundred within a day."""


class Sharer:
    """Shares a product for whoever is signed in. What they share already is not counted again."""

    def __init__(
        self,
        shares: ShareManager,
        catalog: Catalog,
        products: ProductManager,
        throttles: Throttles,
        settings: Settings,
    ) -> None:
        self._shares = shares
        self._catalog = catalog
        self._products = products
        self._throttles = throttles
        self._settings = settings

    def share(self, member_id: MemberId, slug: str) -> str:
        """Share a product that is on show, and return the code.

        Raises:
            NotFound: there is no such product on show.
            TooMany: they have shared very many today.
        """
        shown = self._catalog.product(slug)
        code = self._shares.code_of(member_id, shown.id)
        if code:
            return code
        self._throttles.take((f"share:{member_id}", SHARES))
        return self._shares.share(member_id, self._products.by_slug(slug))

    def link(self, code: str) -> str:
        """Return the whole address of a share."""
        return f"{self._settings.address}/s/{code}"
