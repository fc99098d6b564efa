"""Coupons in the admin: those for whoever has the code, and what one member has of coupons, deliveries and level."""

import re
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from opensky.devo.admin.acts import note
from opensky.devo.admin.editing import LONGEST_REASON
from opensky.devo.admin.lists import PAGE
from opensky.devo.admin.newest import Newest
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.objects import Benefit, Counted
from opensky.devo.members.objects import MemberId
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminField, AdminRow, AdminTable
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.money import Money
from opensky.persistence.cursors import id_before
from opensky.settings import Settings
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_COUPONS, _MEMBERS = "/admin/coupons", "/admin/members"
_SOME = 20
_MOST_DAYS, _HUNDRED = 3650, 100
_COLUMNS = ("Code", "Gives", "Used", "Of", "Until", "State", "Why")
_FIELDS = (
    AdminField("code", "Code", "", hint="What buyers type, such as SPRING10: letters and digits."),
    AdminField("percent", "Percent off", "", hint="Such as 10. This or an amount."),
    AdminField("amount", "Amount off", "", kind="price", hint="Such as 5.00, of the goods of an order."),
    AdminField("limit", "How many orders", "", hint="In all; each buyer uses it once. Empty: no limit."),
    AdminField("days", "Good for so many days", "", hint="Empty: for ever."),
    AdminField("why", "What it is for", "", hint="For colleagues, such as: letter of spring."),
)


class MemberBenefits:
    """What the page of a member shows of level, coupons and free deliveries."""

    def __init__(self, benefits: BenefitManager) -> None:
        self._benefits = benefits

    def facts(self, member_id: MemberId) -> dict[str, object]:
        """Return the level, in a shop that has levels."""
        standing = self._benefits.standing(member_id)
        if standing is None:
            return {}
        return {"Level": f"{standing.level.name if standing.level else 'none'}, {standing.points} points collected"}

    def table(self, member_id: MemberId) -> AdminTable:
        """Return what was issued to them, the newest first."""
        found = [_row(each) for each in self._benefits.issued(member_id, limit=_SOME)]
        return AdminTable("Coupons, deliveries and levels", _COLUMNS, found)


class CouponAdmin:
    """Coupons for whoever has the code: making, looking at and ending them."""

    def __init__(
        self, benefits: BenefitManager, newest: Newest, clock: Clock, visitor: Visitor, settings: Settings
    ) -> None:
        self._benefits = benefits
        self._newest = newest
        self._clock = clock
        self._visitor = visitor
        self._currency = settings.currency

    @page("/admin/coupons", access=access.STAFF)
    def list(self, before: str = "") -> Page:
        """List them, the newest first."""
        found = self._benefits.issued(before=id_before(before), limit=PAGE + 1)
        older = str(found[PAGE - 1].benefit.id) if len(found) > PAGE else ""
        rows = [_row(each, f"{_COUPONS}/{each.benefit.id}") for each in found[:PAGE]]
        return Page("admin/coupons.html", columns=_COLUMNS, rows=rows, older=older, here=_COUPONS)

    @page("/admin/coupons/new", access=access.STAFF)
    def form(self) -> Page:
        """Ask what it takes off, and for whom."""
        return self._form({}, {})

    @action("/admin/coupons/new", access=access.STAFF)
    def create(self, form: Form) -> Page | Redirect:
        """Make one."""
        typed = {field.name: form.text(field.name).strip() for field in _FIELDS}
        try:
            made = self._benefits.publish_coupon(typed["code"], why=typed["why"], **self._read(typed))
        except Invalid as error:
            return self._form(typed, error.by_field())
        note(self._visitor, "create coupon", made.id)
        return Redirect(f"{_COUPONS}/{made.id}", flash="The coupon can be used now.")

    @page("/admin/coupons/{benefit_id:int}", access=access.STAFF)
    def show(self, benefit_id: int) -> Page:
        """Show one."""
        found = self._benefits.get(benefit_id)
        path = f"{_COUPONS}/{found.id}"
        detail = AdminDetail(
            title=f"Coupon {found.code}",
            back=_COUPONS,
            back_label="Coupons",
            facts=_facts(found),
            history_path=self._newest.path(Benefit, found.id),
            tables=[self._newest.table(Benefit, found.id)],
            actions=[AdminAction(f"{path}/end", "End it", danger=True, reason=True)] if found.state == "good" else [],
        )
        return Page("admin/detail.html", detail=detail, here=_COUPONS)

    @action("/admin/coupons/{benefit_id:int}/end", access=access.STAFF)
    def end(self, benefit_id: int, form: Form) -> Redirect:
        """Have it used no more."""
        note(self._visitor, "end coupon", benefit_id)
        found = self._benefits.end(benefit_id, form.text("reason"))
        return Redirect(f"{_COUPONS}/{found.id}", flash="Nobody can use it any more. Orders that have used it keep it.")

    def _form(self, typed: dict[str, str], errors: dict[str, str]) -> Page:
        fields = [
            replace(field, value=typed.get(field.name, ""), error=errors.get(field.name, "")) for field in _FIELDS
        ]
        return Page(
            "admin/edit.html",
            status=422 if errors else 200,
            title="New coupon",
            path=f"{_COUPONS}/new",
            back=_COUPONS,
            fields=fields,
            errors=errors,
            hidden={},
            stale="",
            longest_reason=LONGEST_REASON,
            here=_COUPONS,
        )

    def _read(self, typed: dict[str, str]) -> dict[str, Any]:
        """Return what was typed of amount and limits.

        Raises:
            Invalid: with all that is wrong.
        """
        wrong = []
        percent = _whole(typed["percent"], _HUNDRED)
        amount = _price(typed["amount"], self._currency)
        if percent is None:
            wrong.append(FieldError("percent", "Please give a whole number of 1 to 100.", "Range"))
        if amount is None:
            wrong.append(FieldError("amount", "Please give an amount such as 5.00.", "price"))
        if bool(typed["percent"]) == bool(typed["amount"]):
            wrong.append(FieldError("percent", "Please give either a percentage or an amount.", "NotBlank"))
        limit, days = _whole(typed["limit"], 10**9), _whole(typed["days"], _MOST_DAYS)
        if limit is None:
            wrong.append(FieldError("limit", "Please give a whole number above zero, or nothing.", "Range"))
        if days is None:
            wrong.append(FieldError("days", f"Please give a whole number of 1 to {_MOST_DAYS}, or nothing.", "Range"))
        if wrong:
            raise Invalid(*wrong)
        ends = self._clock.now() + timedelta(days=days) if days else None
        return {"percent": percent or None, "amount": amount or None, "limit": limit or None, "expires_at": ends}


def _row(found: Counted, path: str = "") -> AdminRow:
    each = found.benefit
    cells = [each.code or "", each.gives, found.uses, each.limit_total, each.expires_at, _state(each), each.why]
    return AdminRow(cells, path)


def _facts(found: Benefit) -> dict[str, object]:
    return {
        "Gives": found.gives,
        "What it is for": found.why,
        "Limit": found.limit_total if found.limit_total is not None else "none; each buyer once",
        "Used of that": found.used if found.limit_total is not None else "",
        "Made": found.created_at,
        "Until": found.expires_at,
        "State": _state(found),
        "Ended": found.ended,
    }


def _state(found: Benefit) -> str:
    return "ended" if found.state == "taken_back" else "good"


def _whole(text: str, most: int) -> int | None:
    """Return a number, 0 for none, nothing for what is no number from 1 to ``most``."""
    if not text:
        return 0
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and 1 <= int(text) <= most else None


def _price(text: str, currency: str) -> Money | None:
    """Return an amount, zero for none, nothing for what is no amount above zero."""
    if not text:
        return Money(0, currency)
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", text):
        return None
    return Money.of(text, currency) or None
