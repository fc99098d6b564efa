"""Credit and points of members in the admin: what they have, how it came, and giving or taking some."""

import re
from decimal import Decimal

from opensky.devo.admin.acts import note
from opensky.devo.admin.editing import Edited, edit_page
from opensky.devo.admin.newest import Newest
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.objects import LONGEST_WHY, Amount, LedgerEntry
from opensky.devo.credits.views import Balance, Booking
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import MemberId
from opensky.devo.storefront.views import AdminField, AdminRow, AdminTable
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.money import Money
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_MEMBERS = "/admin/members"
_SOME = 20
_FIELDS = (
    AdminField("credit", "Credit", "", kind="price", hint="Such as 5.00 to give, or -5.00 to take. May be empty."),
    AdminField("points", "Points", "", hint="Such as 20 to give, or -20 to take. May be empty."),
    AdminField("why", "What the member reads", "", hint="The reason, as it stands on their page of credit."),
)
_EMPTY = {field.name: "" for field in _FIELDS}


class MemberCredit:
    """What the page of a member shows of credit and points."""

    def __init__(self, credit: CreditManager, newest: Newest) -> None:
        self._credit = credit
        self._newest = newest

    def tables(self, member_id: MemberId) -> list[AdminTable]:
        """Return the balance, whose lines lead to the form that changes it, and the newest bookings."""
        balance, path = self._credit.balance(member_id), f"{_MEMBERS}/{member_id}/credit/edit"
        there = [AdminRow(["Credit: give or take", balance.credit], path)]
        there.append(AdminRow(["Points: give or take", balance.points], path))
        booked = [self._row(each) for each in self._credit.entries(member_id, limit=_SOME).entries]
        return [
            AdminTable("Credit and points", ["What", "There is"], there),
            AdminTable("Newest bookings", ["Booked", "How", "Why", "Credit", "Points", "Rule", "Expires"], booked),
        ]

    def _row(self, booking: Booking) -> AdminRow:
        credit, points = (booking.amount, None) if booking.kind == "credit" else (None, booking.amount)
        cells = [booking.at, booking.act, booking.why, credit, points, booking.rule, booking.expires_at]
        by_hand = booking.act == "adjusted"
        return AdminRow(cells, self._newest.path(LedgerEntry, booking.id) if by_hand else "")


class CreditAdmin:
    """Giving and taking by hand; who did it and why is in the change history."""

    def __init__(self, credit: CreditManager, members: MemberManager, visitor: Visitor) -> None:
        self._credit = credit
        self._members = members
        self._visitor = visitor

    @page("/admin/members/{member_id:int}/credit/edit", access=access.STAFF)
    def form(self, member_id: int) -> Page:
        """Ask how much of what, and why."""
        return self._form(self._members.shown(MemberId(member_id)).id)

    @action("/admin/members/{member_id:int}/credit/edit", access=access.STAFF)
    def adjust(self, member_id: int, form: Form) -> Page | Redirect:
        """Give or take credit, points or both. Of a form that is sent twice the second is stale."""
        id_ = self._members.shown(MemberId(member_id)).id
        stand = self._stand(id_)
        edited = Edited.read(form, _EMPTY, stand)
        if edited.stale:
            return self._form(id_, edited)
        try:
            for amount in _amounts(edited.typed, self._credit.balance(id_)):
                kind = "credit" if isinstance(amount, Money) else "points"
                self._credit.adjust(id_, amount, key=f"{kind} by hand after {stand}", why=edited.typed["why"])
        except Invalid as error:
            return self._form(id_, edited, error.by_field())
        note(self._visitor, "adjust credit", id_)
        return Redirect(f"{_MEMBERS}/{id_}", flash="It is booked.")

    def _form(self, member_id: MemberId, edited: Edited | None = None, errors: dict[str, str] | None = None) -> Page:
        path, stand = f"{_MEMBERS}/{member_id}/credit", self._stand(member_id)
        there = self._credit.balance(member_id)
        title = f"Give or take: {there.credit} and {there.points} points are there"
        page_ = edit_page(title, path, _MEMBERS, _FIELDS, now=_EMPTY, version=stand, edited=edited, errors=errors)
        page_.context["back"] = f"{_MEMBERS}/{member_id}"
        return page_

    def _stand(self, member_id: MemberId) -> int:
        """Return a number that changes with each booking."""
        newest = self._credit.entries(member_id, limit=1).entries
        return newest[0].id % 10**15 if newest else 0


def _amounts(typed: dict[str, str], there: Balance) -> list[Amount]:
    """Return what is to be given, or negative taken.

    Raises:
        Invalid: it is no amount, or nothing, or more than there is; or nothing says why.
    """
    credit, points = _credit(typed["credit"], there.credit.currency), _points(typed["points"])
    wrong = []
    if credit is None:
        wrong.append(FieldError("credit", "Please give an amount such as 5.00 or -5.00.", "price"))
    elif there.credit + credit < min(there.credit, Money(0, credit.currency)):
        wrong.append(FieldError("credit", f"There is only {there.credit} to take.", "Range"))
    if points is None:
        wrong.append(FieldError("points", "Please give a whole number such as 20 or -20.", "number"))
    elif there.points + points < min(there.points, 0):
        wrong.append(FieldError("points", f"There are only {there.points} points to take.", "Range"))
    if not (credit or points or wrong):
        wrong.append(FieldError("credit", "Please say how much credit, or how many points.", "NotBlank"))
    if not typed["why"].strip():
        wrong.append(FieldError("why", "Please give the reason: the member reads it.", "NotBlank"))
    elif len(typed["why"]) > LONGEST_WHY:
        wrong.append(FieldError("why", f"Please use at most {LONGEST_WHY} characters.", "Length"))
    if wrong:
        raise Invalid(*wrong)
    return [amount for amount in (credit, points) if amount]


def _credit(text: str, currency: str) -> Money | None:
    if not text:
        return Money(0, currency)
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", text):
        return None
    amount = Money.of(text, currency)
    return amount if amount.amount == Decimal(text) else None


def _points(text: str) -> int | None:
    return int(text or 0) if re.fullmatch(r"-?[0-9]{1,9}|", text) else None
