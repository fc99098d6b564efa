"""Insiders in the admin: finding and editing them."""

from opensky.devo.admin.acts import note
from opensky.devo.admin.editing import Edited, edit_page
from opensky.devo.admin.lists import PAGE, PRODUCT_COLUMNS, Asked, list_page, product_row
from opensky.devo.admin.newest import Newest
from opensky.devo.admin.repository import AdminRepository, SellerEntry
from opensky.devo.follows.manager import FollowManager
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.devo.storefront.views import AdminDetail, AdminField, AdminRow, AdminTable
from opensky.kernel.errors import Invalid
from opensky.kernel.ids import LAST
from opensky.persistence import Duplicate
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_SOME = 20
_SELLERS = "/admin/sellers"
FIELDS = (
    AdminField("name", "Name", ""),
    AdminField("slug", "Address", "", hint="Small letters, digits and dashes. Links to the old address stop working."),
    AdminField("craft", "Craft", ""),
    AdminField("town", "Town", ""),
    AdminField("sentence", "In one sentence", "", long=True),
    AdminField("bio", "In their words", "", long=True),
    AdminField("picture", "Picture", "", hint="A path below the media folder; empty for the first letter of the name."),
)
_SHOWN = ("name", "craft", "town", "sentence", "bio")
_LABELS = {field.name: field.label for field in FIELDS}


class SellerAdmin:
    """Insiders: finding and editing them."""

    def __init__(
        self,
        lists: AdminRepository,
        sellers: SellerManager,
        follows: FollowManager,
        newest: Newest,
        visitor: Visitor,
    ) -> None:
        self._lists = lists
        self._sellers = sellers
        self._follows = follows
        self._newest = newest
        self._visitor = visitor

    @page("/admin/sellers", access=access.STAFF)
    def list(self, q: str = "", before: str = "") -> Page:
        """List insiders, found by address or name."""
        asked = Asked.read(q, "", before)
        found = self._lists.sellers(asked.words, asked.before, PAGE + 1)
        return list_page("Sellers", _SELLERS, ["Name", "Craft", "Town", "Joined"], asked, found, _seller_row)

    @page("/admin/sellers/{slug:str}", access=access.STAFF)
    def show(self, slug: str) -> Page:
        """Show an insider with their newest products."""
        seller = self._sellers.by_slug(slug)
        products = self._lists.products("", "", LAST, _SOME, seller_id=seller.id)
        detail = AdminDetail(
            title=seller.name,
            back=_SELLERS,
            back_label="Sellers",
            facts={
                **{_LABELS[name]: getattr(seller, name) for name in _SHOWN},
                "Joined": seller.joined_at,
                "Followers": self._follows.number_of_followers(seller.id),
            },
            shop_path=f"/insiders/{seller.slug}",
            edit_path=f"{_SELLERS}/{seller.slug}/edit",
            history_path=self._newest.path(Seller, seller.id),
            tables=[
                AdminTable("Newest products", PRODUCT_COLUMNS, [product_row(each) for each in products]),
                self._newest.table(Seller, seller.id),
            ],
        )
        return Page("admin/detail.html", detail=detail, here=_SELLERS)

    @page("/admin/sellers/{slug:str}/edit", access=access.STAFF)
    def form(self, slug: str) -> Page:
        """Show what can be changed."""
        return _form(self._sellers.by_slug(slug))

    @action("/admin/sellers/{slug:str}/edit", access=access.STAFF)
    def edit(self, slug: str, form: Form) -> Page | Redirect:
        """Change what an insider says of themselves; their cards follow. A form older than the insider is refused."""
        seller = self._sellers.by_slug(slug)
        edited = Edited.read(form, _values(seller), seller.version)
        if edited.stale:
            return _form(seller, edited)
        try:
            self._sellers.edit(seller, **edited.typed)
        except Invalid as error:
            return _form(seller, edited, error.by_field())
        except Duplicate:
            return _form(seller, edited, {"slug": "Another insider has this address."})
        note(self._visitor, "edit seller", seller.slug)
        return Redirect(f"{_SELLERS}/{seller.slug}", flash="Saved.")


def _values(seller: Seller) -> dict[str, str]:
    return {field.name: getattr(seller, field.name) for field in FIELDS}


def _form(seller: Seller, edited: Edited | None = None, errors: dict[str, str] | None = None) -> Page:
    path, now = f"{_SELLERS}/{seller.slug}", _values(seller)
    return edit_page(
        "Edit seller", path, _SELLERS, FIELDS, now=now, version=seller.version, edited=edited, errors=errors
    )


def _seller_row(seller: SellerEntry) -> AdminRow:
    return AdminRow([seller.name, seller.craft, seller.town, seller.joined_at], f"{_SELLERS}/{seller.slug}")
