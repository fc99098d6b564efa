"""Sharing on the web: a product's link, what happens when it is opened, and what one has shared."""

from opensky.devo.products.catalog import Catalog
from opensky.devo.products.views import CardRow, ProductShown
from opensky.devo.shares.manager import ShareManager
from opensky.devo.shares.remembering import ShareCookie
from opensky.devo.shares.repository import Listed
from opensky.devo.shares.sharing import Sharer
from opensky.devo.shares.views import ShareRow
from opensky.kernel.errors import TooMany
from opensky.persistence.cursors import id_before
from opensky.web import Page, Redirect, Visitor, access, action, page

_PAGE = 20


class ShareController:
    """Sharing, and opening what was shared."""

    def __init__(
        self, shares: ShareManager, sharer: Sharer, catalog: Catalog, cookie: ShareCookie, visitor: Visitor
    ) -> None:
        self._shares = shares
        self._sharer = sharer
        self._catalog = catalog
        self._cookie = cookie
        self._visitor = visitor

    @page("/products/{slug:str}/share", access=access.MEMBER)
    def show(self, slug: str) -> Page:
        """Show the member's link to a product, or the button that makes one. Looking shares nothing."""
        product = self._catalog.product(slug)
        return self._page(product, self._shares.code_of(self._visitor.require_member(), product.id))

    @action("/products/{slug:str}/share", access=access.MEMBER)
    def share(self, slug: str) -> Page | Redirect:
        """Share a product: the page that follows shows the link to copy."""
        try:
            self._sharer.share(self._visitor.require_member(), slug)
        except TooMany:
            problem = "You have shared very many things today. Please go on tomorrow."
            return Redirect(f"/products/{slug}/share", flash=problem, problem=True)
        return Redirect(f"/products/{slug}/share")

    @page("/s/{code:str}", access=access.PUBLIC)
    def open(self, code: str) -> Redirect:
        """Go to what is shared, and have the browser remember through whom. Nothing is written down; one's own link is not remembered."""
        shared = self._shares.shared(code)
        cards = self._catalog.cards([shared.product_id])
        if shared.member_id != self._visitor.member_id:
            self._cookie.remember(code)
        return Redirect(f"/products/{cards[0].slug}") if cards else Redirect("/", flash="This is not offered any more.")

    @page("/account/shares", access=access.MEMBER)
    def list(self, before: str = "") -> Page:
        """Show what the member shared and how often it was bought; not by whom."""
        found = self._shares.of_member(self._visitor.require_member(), id_before(before), _PAGE)
        cards = {card.product_id: card for card in self._catalog.cards([each.product_id for each in found.entries])}
        rows = [self._row(each, cards.get(each.product_id)) for each in found.entries]
        return Page("account_shares.html", shares=rows, older=str(found.older or ""))

    def _row(self, share: Listed, card: CardRow | None) -> ShareRow:
        name, slug = (card.name, card.slug) if card is not None else ("", "")
        return ShareRow(name, slug, self._sharer.link(share.code), share.shared_at, share.bought)

    def _page(self, product: ProductShown, code: str) -> Page:
        return Page("share.html", name=product.name, slug=product.slug, link=self._sharer.link(code) if code else "")
