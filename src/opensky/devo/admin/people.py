"""Members in the admin."""

from opensky.devo.admin.acts import note
from opensky.devo.admin.coupons import MemberBenefits
from opensky.devo.admin.credits import MemberCredit
from opensky.devo.admin.lists import ORDER_COLUMNS, PAGE, Asked, list_page, order_row
from opensky.devo.admin.newest import Newest
from opensky.devo.admin.repository import AdminRepository, MemberEntry
from opensky.devo.bus.addresses import journeys_path
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminRow, AdminTable
from opensky.kernel.ids import LAST
from opensky.web import Form, Page, Redirect, Sessions, Visitor, access, action, page

_SOME = 20
_MEMBERS = "/admin/members"


class MemberAdmin:
    """Members: finding them, and ending their sessions."""

    def __init__(
        self,
        lists: AdminRepository,
        members: MemberManager,
        follows: FollowManager,
        credit: MemberCredit,
        benefits: MemberBenefits,
        sessions: Sessions,
        newest: Newest,
        visitor: Visitor,
    ) -> None:
        self._lists = lists
        self._members = members
        self._follows = follows
        self._credit = credit
        self._benefits = benefits
        self._sessions = sessions
        self._newest = newest
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
            "Address": member.address.one_line if member.address else "",
            **self._benefits.facts(member.id),
        }
        sessions = [AdminRow([each.device, each.seen_at]) for each in self._sessions.of(member.id)]
        orders = [order_row(each) for each in self._lists.orders("", "", LAST, _SOME, member_id=member.id)]
        detail = AdminDetail(
            title=member.name,
            back=_MEMBERS,
            back_label="Members",
            facts=facts,
            history_path=self._newest.path(Member, member.id),
            journey_path=journeys_path(Member, member.id),
            tables=[
                AdminTable("Where they are logged in", ["Device", "Last seen"], sessions),
                AdminTable("Newest orders", ORDER_COLUMNS, orders),
                *self._credit.tables(member.id),
                self._benefits.table(member.id),
                self._newest.table(Member, member.id),
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


def _member_row(member: MemberEntry) -> AdminRow:
    return AdminRow(
        [member.email, member.name, member.joined_at, "staff" in member.roles], f"/admin/members/{member.id}"
    )
