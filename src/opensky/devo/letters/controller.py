"""Letters on the web: which ones a member gets, the way to end them, and the inbox of the demo shop."""

from opensky.devo.letters.inbox import Inbox
from opensky.devo.letters.manager import LetterManager
from opensky.devo.members.manager import MemberManager
from opensky.kernel.errors import Invalid
from opensky.web import Download, Form, Framed, Page, Redirect, Visitor, access, action, api, page

_TO_THE_TOP = '<head><base target="_top">'
"""Links of a letter lead out of the frame that it is shown in."""


class LettersController:
    """The letters that a member gets only because they want them."""

    def __init__(self, letters: LetterManager, members: MemberManager, visitor: Visitor) -> None:
        self._letters = letters
        self._members = members
        self._visitor = visitor

    @page("/account/letters", access=access.MEMBER)
    def show(self) -> Page:
        """Show which letters a member gets, and whether any came back."""
        member_id = self._visitor.require_member()
        email = self._members.shown(member_id).email
        return Page(
            "account_letters.html",
            email=email,
            wants_news=self._letters.wants(member_id),
            came_back=self._letters.stopped(email) is not None,
        )

    @action("/account/letters", access=access.MEMBER)
    def change(self, form: Form) -> Redirect:
        """Begin or end the weekly letter."""
        member_id = self._visitor.require_member()
        if form.text("news") == "yes":
            self._letters.subscribe(member_id)
            return Redirect("/account/letters", flash="You get the weekly letter from now on.")
        self._letters.unsubscribe(member_id)
        return Redirect("/account/letters", flash="You get no weekly letter any more.")

    @page("/unsubscribe/{link:str}", access=access.PUBLIC)
    def ask(self, link: str) -> Page:
        """Ask once: programs that follow the links of letters must not end anything."""
        try:
            self._letters.opened(link)
        except Invalid as error:
            return Page("unsubscribe.html", status=404, link="", message=error.errors[0].message)
        return Page("unsubscribe.html", link=link, message="")

    @action("/unsubscribe/{link:str}/end", access=access.PUBLIC)
    def end(self, link: str, form: Form) -> Redirect:
        """End the letters of a topic; whoever has the link need not log in."""
        self._letters.unsubscribe(*self._letters.opened(link))
        return Redirect("/", flash="You get no weekly letter any more. Letters about your orders still come.")


class OneClickApi:
    """Ending letters by the button that mail programs show (RFC 8058): they post to the address that the letter names."""

    def __init__(self, letters: LetterManager) -> None:
        self._letters = letters

    @api.post(
        "/unsubscribe/{link:str}",
        access=access.PUBLIC,
        status=200,
        summary="End letters",
        raises=[Invalid],
        tag="Letters",
    )
    def end(self, link: str) -> None:
        """End the letters of a topic. The link is signed, and needs nothing else."""
        self._letters.unsubscribe(*self._letters.opened(link))


class InboxController:
    """The letters of a demo shop, on the machine that it runs on."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    @page("/dev/mail", access=access.PUBLIC)
    def list(self) -> Page:
        """List the newest letters."""
        return Page("dev_mail.html", letters=self._inbox.newest())

    @page("/dev/mail/{id_:int}", access=access.PUBLIC)
    def show(self, id_: int) -> Page:
        """Show a letter as it is read, and as text."""
        return Page("dev_letter.html", letter=self._inbox.read(id_))

    @page("/dev/mail/{id_:int}/look", access=access.PUBLIC)
    def look(self, id_: int) -> Framed:
        """Show what is in the frame."""
        return Framed(self._inbox.read(id_).html.replace("<head>", _TO_THE_TOP, 1))

    @page("/dev/mail/{id_:int}/source", access=access.PUBLIC)
    def source(self, id_: int) -> Download:
        """Give the letter as a file that mail programs open."""
        return Download(f"{id_}.eml", "message/rfc822", self._inbox.raw(id_))
