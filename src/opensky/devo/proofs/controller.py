"""A forgotten password, and another e-mail address: pages that lead to a letter, and pages to which a letter leads."""

from datetime import timedelta

from opensky.devo.members.errors import EmailTaken
from opensky.devo.members.manager import normal_email
from opensky.devo.proofs.errors import LinkEnded
from opensky.devo.proofs.manager import ProofManager
from opensky.kernel.errors import Invalid, TooMany
from opensky.web import Form, Limit, Page, Redirect, Sessions, Throttles, Tokens, Visitor, access, action, page
from opensky.web.throttles import LOG_IN_ACCOUNT

ASK_ADDRESS = Limit(10, timedelta(minutes=2))
ASK_ACCOUNT = Limit(3, timedelta(minutes=10))
"""So many letters somebody may have sent to an address, theirs or not."""
_ASKED = "If somebody has an account with this address, a letter with a link is on its way to it."
_PRIVATE = {"Referrer-Policy": "no-referrer"}
"""Pages whose address opens something tell nobody where one came from."""


class ForgottenController:
    """Whoever has forgotten their password gets a link by letter, and chooses another one."""

    def __init__(
        self, proofs: ProofManager, sessions: Sessions, tokens: Tokens, throttles: Throttles, visitor: Visitor
    ) -> None:
        self._proofs = proofs
        self._sessions = sessions
        self._tokens = tokens
        self._throttles = throttles
        self._visitor = visitor

    @page("/log-in/forgotten", access=access.PUBLIC)
    def form(self) -> Page:
        """Ask for the address."""
        return Page("forgotten.html", email="", errors={})

    @action("/log-in/forgotten", access=access.PUBLIC)
    def ask(self, form: Form) -> Page | Redirect:
        """Have the link sent. The answer is the same whether or not anybody has the address."""
        email = form.text("email")
        try:
            account = f"forgotten:{normal_email(email)}"
            self._throttles.take((account, ASK_ACCOUNT), (f"forgotten-from:{self._visitor.address}", ASK_ADDRESS))
            self._proofs.ask_for_password(email)
        except Invalid as error:
            return Page("forgotten.html", status=422, email=email, errors=error.by_field())
        except TooMany as error:
            return Page("forgotten.html", status=429, email=email, errors={"email": error.message})
        return Redirect("/log-in", flash=_ASKED)

    @page("/log-in/new/{link:str}", access=access.PUBLIC)
    def choose(self, link: str) -> Page:
        """Ask for the new password."""
        try:
            self._proofs.for_password(link)
        except LinkEnded as error:
            return _ended(error, "/log-in/forgotten")
        return Page("new_password.html", headers=_PRIVATE, link=link, errors={})

    @action("/log-in/new/{link:str}", access=access.PUBLIC)
    def change(self, link: str, form: Form) -> Page | Redirect:
        """Change the password, and log out everybody and every program that was in."""
        try:
            member = self._proofs.reset_password(link, form.secret("new_password"))
        except LinkEnded as error:
            return _ended(error, "/log-in/forgotten")
        except Invalid as error:
            return Page("new_password.html", status=422, headers=_PRIVATE, link=link, errors=error.by_field())
        self._sessions.end_all(member.id)
        self._tokens.end_all(member.id)
        return Redirect(
            "/log-in", flash="Your password is changed, and all places are logged out. Please log in with it."
        )


class AddressController:
    """A member wants another e-mail address."""

    def __init__(self, proofs: ProofManager, sessions: Sessions, throttles: Throttles, visitor: Visitor) -> None:
        self._proofs = proofs
        self._sessions = sessions
        self._throttles = throttles
        self._visitor = visitor

    @page("/account/email", access=access.MEMBER)
    def form(self) -> Page:
        """Ask for the new address."""
        return Page("other_email.html", email="", errors={})

    @action("/account/email", access=access.MEMBER)
    def ask(self, form: Form) -> Page | Redirect:
        """Send a link to the new address; until it is opened, nothing changes."""
        member_id, email = self._visitor.require_member(), form.text("email")
        self._throttles.take((f"password:{member_id}", LOG_IN_ACCOUNT))
        try:
            self._proofs.ask_for_email(member_id, form.secret("password"), email)
        except Invalid as error:
            return Page("other_email.html", status=422, email=email, errors=error.by_field())
        return Redirect(
            "/account", flash=f"A letter is on its way to {email}. Open its link, and that is your address."
        )

    @page("/account/email/{link:str}", access=access.PUBLIC)
    def confirm(self, link: str) -> Page:
        """Show which address it would be: a program that follows links must not change it."""
        try:
            proof = self._proofs.for_email(link)
        except LinkEnded as error:
            return _ended(error, "/account/email")
        return Page("confirm_email.html", headers=_PRIVATE, link=link, email=proof.email)

    @action("/account/email/{link:str}", access=access.PUBLIC)
    def change(self, link: str, form: Form) -> Page | Redirect:
        """Change the address, and log out all other places."""
        try:
            member = self._proofs.change_email(link)
        except LinkEnded as error:
            return _ended(error, "/account/email")
        except EmailTaken:
            return Redirect("/account", flash="There is an account with that address already.", problem=True)
        self._sessions.end_all(member.id, but_this=True)
        return Redirect("/account", flash=f"Your address is {member.email} now.")


def _ended(error: LinkEnded, again: str) -> Page:
    return Page("link_ended.html", status=410, message=error.message, again=again)
