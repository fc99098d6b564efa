"""The account: what a member changes about themselves, and where they are logged in."""

from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, PostalAddress
from opensky.devo.storefront.views import AddressView, MemberView, SessionRow, TokenRow
from opensky.kernel.errors import Invalid
from opensky.web import Form, Page, Redirect, Sessions, Throttles, Tokens, Visitor, access, action, page
from opensky.web.identities import ID_LENGTH
from opensky.web.throttles import LOG_IN_ACCOUNT

_FIELDS = {"address.name": "recipient"}


class AccountController:
    """Name, address, password, sessions and tokens of the member who is signed in."""

    def __init__(
        self,
        members: MemberManager,
        follows: FollowManager,
        sessions: Sessions,
        tokens: Tokens,
        throttles: Throttles,
        visitor: Visitor,
    ) -> None:
        self._members = members
        self._follows = follows
        self._sessions = sessions
        self._tokens = tokens
        self._throttles = throttles
        self._visitor = visitor

    @page("/account", access=access.MEMBER)
    def show(self) -> Page:
        """Show the account."""
        return self._page({})

    @action("/account", access=access.MEMBER)
    def change(self, form: Form) -> Page | Redirect:
        """Change name and address; an address of which nothing is filled in is removed."""
        address = _address(form)
        name = form.text("name")
        try:
            member = self._members.change_profile(self._visitor.require_member(), name=name, address=address)
        except Invalid as error:
            return self._page(error.by_field(), name=name, address=address)
        self._sessions.rename(member.name)
        return Redirect("/account", flash="Saved.")

    @action("/account/password", access=access.MEMBER)
    def change_password(self, form: Form) -> Page | Redirect:
        """Change the password, and log out every other place and program."""
        member_id = self._visitor.require_member()
        self._throttles.take((f"password:{member_id}", LOG_IN_ACCOUNT))
        try:
            member = self._members.change_password(member_id, form.secret("password"), form.secret("new_password"))
        except Invalid as error:
            return self._page(error.by_field())
        self._sessions.end_all(member_id, but_this=True)
        self._tokens.end_all(member_id)
        self._sessions.log_in(member.id, name=member.name, roles=member.roles)
        return Redirect("/account", flash="Your password is changed. All other places and programs are logged out.")

    @action("/account/sessions/end", access=access.MEMBER)
    def end_session(self, form: Form) -> Redirect:
        """Log out one other place."""
        ended = self._sessions.end(self._visitor.require_member(), form.text("session"))
        return Redirect(
            "/account", flash="That place is logged out." if ended else "That place was logged out already."
        )

    @action("/account/tokens", access=access.MEMBER)
    def make_token(self, form: Form) -> Page:
        """Make a token and show it, this once."""
        member_id = self._visitor.require_member()
        name = form.text("name") or "a program"
        if len(name) > 80:  # noqa: PLR2004 - as the column is wide
            return self._page({"token_name": "Please use at most 80 characters."})
        scope = "read" if form.text("scope") == "read" else "write"
        token = self._tokens.create(member_id, member_name=self._visitor.name, name=name, scope=scope)
        return self._page({}, new_token=token)

    @action("/account/tokens/end", access=access.MEMBER)
    def end_token(self, form: Form) -> Redirect:
        """Take a token back; what bears it is refused from now on."""
        self._tokens.end(self._visitor.require_member(), form.text("token"))
        return Redirect("/account", flash="That token opens nothing any more.")

    def _page(
        self,
        errors: dict[str, str],
        *,
        name: str | None = None,
        address: PostalAddress | None = None,
        new_token: str = "",
    ) -> Page:
        member_id = self._visitor.require_member()
        member = self._members.get(member_id)
        shown = address if errors and name is not None else member.address
        return Page(
            "account.html",
            status=422 if errors else 200,
            member=self._view(member, member.name if name is None else name, shown),
            sessions=[SessionRow(s.id, s.seen_at, s.current, s.device) for s in self._sessions.of(member_id)],
            tokens=[
                TokenRow(t.token_hash[:ID_LENGTH], t.name, t.scope, t.created_at) for t in self._tokens.of(member_id)
            ],
            errors={_FIELDS.get(field, field.removeprefix("address.")): text for field, text in errors.items()},
            new_token=new_token,
        )

    def _view(self, member: Member, name: str, address: PostalAddress | None) -> MemberView:
        shown = address or PostalAddress()
        return MemberView(
            name=name,
            email=member.email,
            joined_at=member.joined_at,
            address=AddressView(shown.name, shown.street, shown.city, shown.region, shown.postcode, shown.country),
            following=self._follows.number_followed(member.id),
        )


def _address(form: Form) -> PostalAddress | None:
    street, city, postcode = form.text("street"), form.text("city"), form.text("postcode")
    if not (street or city or postcode):
        return None
    return PostalAddress(
        name=form.text("recipient") or form.text("name"),
        street=street,
        city=city,
        region=form.text("region"),
        postcode=postcode,
        country=form.text("country").upper(),
    )
