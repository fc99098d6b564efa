"""Members and insiders in the admin."""

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import NEWEST, PAGE, Asked, list_page
from opensky.devo.admin.repository import AdminRepository, MemberEntry, OrderEntry, ProductEntry, SellerEntry
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminField, AdminRow, AdminTable
from opensky.kernel.errors import Invalid
from opensky.persistence import Duplicate
from opensky.web import Form, Page, Redirect, Sessions, Visitor, access, action, page

_SOME = 20
_MEMBERS, _SELLERS = "/admin/members", "/admin/sellers"
_TEXTS = {"name": "Name", "craft": "Craft", "town": "Town", "sentence": "In one sentence", "bio": "In their words"}


class MemberAdmin:
    """Members: finding them, and ending their sessions."""

    def __init__(
        self,
        lists: AdminRepository,
        members: MemberManager,
        follows: FollowManager,
        sessions: Sessions,
        visitor: Visitor,
    ) -> None:
        self._lists = lists
        self._members = members
        self._follows = follows
        self._sessions = sessions
        self._visitor = visitor

    @page("/admin/members", access=access.STAFF)
    def list(self, q: str = "", before: str = "") -> Page:
        """List members, found by e-mail address or name."""
        asked = Asked.read(q, "", before)
        found = self._lists.members(asked.words, asked.before, PAGE + 1)
        return list_page("Members", _MEMBERS, ["E-mail", "Name", "Joined", "Staff"], asked, found, _member_row)

    @page("/admin/members/{member_id:int}", access=access.STAFF)
    def show(self, member_id: int) -> Page:
        """Show a member with sessions and newest orders."""
        member = self._members.shown(MemberId(member_id))
        facts = {
            "E-mail": member.email,
            "Name": member.name,
            "Joined": member.joined_at,
            "Staff": member.is_staff,
            "Follows": self._follows.number_followed(member.id),
            "Address": _one_line(member.address),
        }
        sessions = [AdminRow([each.device, each.seen_at]) for each in self._sessions.of(member.id)]
        orders = [order_row(each) for each in self._lists.orders("", "", NEWEST, _SOME, member_id=member.id)]
        detail = AdminDetail(
            title=member.name,
            back=_MEMBERS,
            back_label="Members",
            facts=facts,
            tables=[
                AdminTable("Where they are logged in", ["Device", "Last seen"], sessions),
                AdminTable("Newest orders", ORDER_COLUMNS, orders),
            ],
            actions=[AdminAction(f"{_MEMBERS}/{member.id}/end-sessions", "Log out everywhere", danger=True)],
        )
        return Page("admin/detail.html", detail=detail, here=_MEMBERS)

    @action("/admin/members/{member_id:int}/end-sessions", access=access.STAFF)
    def end_sessions(self, member_id: int, form: Form) -> Redirect:
        """Log a member out everywhere."""
        member = self._members.end_sessions(MemberId(member_id))
        note(self._visitor, "end sessions", member.id)
        return Redirect(f"{_MEMBERS}/{member.id}", flash=f"{member.name} is logged out everywhere.")


class SellerAdmin:
    """Insiders: finding and editing them."""

    def __init__(
        self, lists: AdminRepository, sellers: SellerManager, follows: FollowManager, visitor: Visitor
    ) -> None:
        self._lists = lists
        self._sellers = sellers
        self._follows = follows
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
        products = self._lists.products("", "", NEWEST, _SOME, seller_id=seller.id)
        detail = AdminDetail(
            title=seller.name,
            back=_SELLERS,
            back_label="Sellers",
            facts={
                **{label: getattr(seller, name) for name, label in _TEXTS.items()},
                "Joined": seller.joined_at,
                "Followers": self._follows.number_of_followers(seller.id),
            },
            shop_path=f"/insiders/{seller.slug}",
            edit_path=f"{_SELLERS}/{seller.slug}/edit",
            tables=[AdminTable("Newest products", PRODUCT_COLUMNS, [product_row(each) for each in products])],
        )
        return Page("admin/detail.html", detail=detail, here=_SELLERS)

    @page("/admin/sellers/{slug:str}/edit", access=access.STAFF)
    def form(self, slug: str) -> Page:
        """Show what can be changed."""
        seller = self._sellers.by_slug(slug)
        return self._form(slug, {name: getattr(seller, name) for name in _TEXTS}, {})

    @action("/admin/sellers/{slug:str}/edit", access=access.STAFF)
    def edit(self, slug: str, form: Form) -> Page | Redirect:
        """Change what an insider says of themselves; their cards follow."""
        values = {name: form.text(name) for name in _TEXTS}
        try:
            seller = self._sellers.edit(self._sellers.by_slug(slug), **values)
        except Invalid as error:
            return self._form(slug, values, error.by_field())
        except Duplicate:
            return self._form(slug, values, {"name": "This name is taken."})
        note(self._visitor, "edit seller", seller.slug)
        return Redirect(f"{_SELLERS}/{seller.slug}", flash="Saved.")

    def _form(self, slug: str, values: dict[str, str], errors: dict[str, str]) -> Page:
        fields = [
            AdminField(name, label, values[name], errors.get(name, ""), long=name in {"sentence", "bio"})
            for name, label in _TEXTS.items()
        ]
        path = f"{_SELLERS}/{slug}"
        return Page(
            "admin/edit.html",
            status=422 if errors else 200,
            title="Edit seller",
            path=f"{path}/edit",
            back=path,
            fields=fields,
            errors=errors,
            hidden={},
            here=_SELLERS,
        )


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


def _member_row(member: MemberEntry) -> AdminRow:
    return AdminRow(
        [member.email, member.name, member.joined_at, "staff" in member.roles], f"/admin/members/{member.id}"
    )


def _seller_row(seller: SellerEntry) -> AdminRow:
    return AdminRow([seller.name, seller.craft, seller.town, seller.joined_at], f"/admin/sellers/{seller.slug}")


def _one_line(address: PostalAddress | None) -> str:
    if address is None:
        return ""
    parts = (address.name, address.street, f"{address.postcode} {address.city}", address.region, address.country)
    return ", ".join(part for part in parts if part.strip())
