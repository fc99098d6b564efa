"""The bag's page and its buttons."""

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import Owner
from opensky.kernel.errors import Conflict, Invalid, NotFound, Refusal
from opensky.web import Form, Page, Redirect, Sessions, Visitor, access, action, page


class BagController:
    """Seeing the bag, putting in, changing, taking out."""

    def __init__(self, bags: BagManager, sessions: Sessions, visitor: Visitor) -> None:
        self._bags = bags
        self._sessions = sessions
        self._visitor = visitor

    @page("/bag", access=access.PUBLIC, quick=True)
    def show(self) -> Page:
        """Show what is in the bag."""
        return Page("bag.html", bag=self._bags.view(self._owner))

    @action("/bag/add", access=access.PUBLIC)
    def add(self, form: Form) -> Redirect:
        """Put something in and lead back to where the visitor was looking."""
        product = form.text("product")
        back = f"/products/{product}" if product else "/bag"
        try:
            bag_id = self._bags.add(self._owner, form.text("sku"), form.number("quantity", 1))
        except (Conflict, Invalid, NotFound) as refusal:
            return Redirect(back, flash=_said(refusal), problem=True)
        if self._visitor.member_id is None and self._visitor.bag_id != bag_id:
            self._sessions.keep_bag(bag_id)
        return Redirect(back, flash="It is in your bag.")

    @action("/bag/change", access=access.PUBLIC)
    def change(self, form: Form) -> Redirect:
        """Change how many."""
        try:
            self._bags.change(self._owner, form.text("sku"), form.number("quantity"))
        except (Conflict, Invalid, NotFound) as refusal:
            return Redirect("/bag", flash=_said(refusal), problem=True)
        return Redirect("/bag")

    @action("/bag/remove", access=access.PUBLIC)
    def remove(self, form: Form) -> Redirect:
        """Take something out."""
        self._bags.remove(self._owner, form.text("sku"))
        return Redirect("/bag")

    @property
    def _owner(self) -> Owner:
        return Owner(self._visitor.member_id, self._visitor.bag_id)


def _said(refusal: Refusal) -> str:
    """Return what to tell a person: of broken rules only their sentences, without field names."""
    if isinstance(refusal, Invalid):
        return " ".join(refusal.by_field().values())
    return refusal.message
