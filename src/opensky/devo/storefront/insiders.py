"""The insiders' pages: all of them, one of them, who follows them; following and unfollowing; choosing some at the start."""

from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.views import Standing
from opensky.devo.products.catalog import Catalog
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.storefront.showing import CARDS, InsiderCards, listing
from opensky.devo.storefront.views import FollowerRow
from opensky.kernel.errors import NotFound
from opensky.persistence.cursors import Cursor
from opensky.persistence.fulltext import LONGEST_TEXT, Rank
from opensky.web import Form, Page, Redirect, Visitor, access, action, local_path, page

FACES, FOLLOWERS, PICKS, MOST_PICKS = 24, 50, 24, 100


class InsiderController:
    """Meeting insiders."""

    def __init__(
        self, sellers: SellerManager, follows: FollowManager, catalog: Catalog, faces: InsiderCards, visitor: Visitor
    ) -> None:
        self._sellers = sellers
        self._follows = follows
        self._catalog = catalog
        self._faces = faces
        self._visitor = visitor

    @page("/insiders", access=access.PUBLIC, quick=True)
    def list(self, before: str = "") -> Page:
        """Show all insiders, those with the most followers first."""
        found = self._follows.most_followed(Standing.read(before), FACES)
        return Page("insiders.html", insiders=self._faces.popular(found.entries), older=found.next_page)

    @page("/insiders/{slug:str}", access=access.PUBLIC, quick=True, unless=["q"])
    def show(self, slug: str, q: str = "", before: str = "") -> Page:
        """Show one insider and what they have found, all of it or what fits some words."""
        insider = self._sellers.shown(slug)
        words = q.strip()[:LONGEST_TEXT]
        if words:
            found = self._catalog.matching(words, Rank.read(before), CARDS, seller_id=insider.id)
        else:
            found = self._catalog.of_seller(insider.id, Cursor.read(before), CARDS)
        return Page(
            "seller.html",
            insider=self._faces.one(insider),
            bio=insider.bio,
            joined_at=insider.joined_at,
            listing=listing(found),
            query=words,
        )

    @page("/insiders/{slug:str}/followers", access=access.PUBLIC, quick=True)
    def followers(self, slug: str, before: str = "") -> Page:
        """Show who follows an insider, by given name, the latest first."""
        insider = self._sellers.shown(slug)
        found = self._follows.followers(insider.id, Cursor.read(before), FOLLOWERS)
        return Page(
            "followers.html",
            insider=self._faces.one(insider),
            members=[FollowerRow(each.name, each.followed_at) for each in found.entries],
            older=found.next_page,
        )

    @action("/insiders/{slug:str}/follow", access=access.MEMBER)
    def follow(self, slug: str, form: Form) -> Redirect:
        """Follow an insider, and go back to where the button was."""
        seller = self._sellers.by_slug(slug)
        self._follows.follow(self._visitor.require_member(), seller)
        return Redirect(local_path(form.text("next"), f"/insiders/{seller.slug}"))

    @action("/insiders/{slug:str}/unfollow", access=access.MEMBER)
    def unfollow(self, slug: str, form: Form) -> Redirect:
        """Follow an insider no more, and go back to where the button was."""
        seller = self._sellers.by_slug(slug)
        self._follows.unfollow(self._visitor.require_member(), seller)
        return Redirect(local_path(form.text("next"), f"/insiders/{seller.slug}"))

    @page("/account/following", access=access.MEMBER, quick=True)
    def following(self, before: str = "") -> Page:
        """Show whom the member follows, the latest first."""
        found = self._follows.following(self._visitor.require_member(), Cursor.read(before), FACES)
        return Page("following.html", insiders=self._faces.followed(found.entries), older=found.next_page)


class WelcomeController:
    """The first minute of a member: whose finds shall come to the feed?"""

    def __init__(self, sellers: SellerManager, follows: FollowManager, faces: InsiderCards, visitor: Visitor) -> None:
        self._sellers = sellers
        self._follows = follows
        self._faces = faces
        self._visitor = visitor

    @page("/welcome", access=access.MEMBER)
    def show(self) -> Page:
        """Show insiders to choose from."""
        popular = self._follows.most_followed(Standing.read(""), PICKS)
        return Page("pick.html", insiders=self._faces.popular(popular.entries))

    @action("/welcome", access=access.MEMBER)
    def pick(self, form: Form) -> Redirect:
        """Follow those who were chosen; one who is gone meanwhile is passed over."""
        for slug in form.many("insider")[:MOST_PICKS]:
            try:
                self._follows.follow(self._visitor.require_member(), self._sellers.by_slug(slug))
            except NotFound:
                continue
        return Redirect("/feed")
