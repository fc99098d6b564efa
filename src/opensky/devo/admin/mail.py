"""Letters in the admin: what became of each, and how each looks on a phone and on a desk."""

from opensky.devo.admin.lists import PAGE, Asked, list_page
from opensky.devo.letters.examples import EXAMPLES
from opensky.devo.letters.manager import LetterManager
from opensky.devo.storefront.views import AdminRow
from opensky.kernel.errors import NotFound
from opensky.mail import Delivery, Letter
from opensky.mail.rendering import Renderer
from opensky.web import Framed, Page, access, page

_MAIL = "/admin/mail"
_KINDS = f"{_MAIL}/kinds"
_COLUMNS = ("Begun", "To", "Letter", "About", "State", "Tries", "What the post said")


class MailAdmin:
    """Letters: was it sent, and what does it say."""

    def __init__(self, letters: LetterManager, renderer: Renderer) -> None:
        self._letters = letters
        self._renderer = renderer

    @page(_MAIL, access=access.STAFF)
    def list(self, q: str = "", before: str = "") -> Page:
        """List letters and what became of them, found by address or by the number of an order."""
        asked = Asked.read(q, "", before)
        found = self._letters.deliveries(asked.words, asked.before, PAGE + 1)
        made = list_page("Letters", _MAIL, _COLUMNS, asked, found, _row)
        made.template = "admin/mail.html"
        return made

    @page(_KINDS, access=access.STAFF)
    def kinds(self) -> Page:
        """List the letters that there are."""
        kinds = [(kind, self._renderer.write(letter).subject) for kind, letter in EXAMPLES.items()]
        return Page("admin/letters.html", kinds=kinds, here=_MAIL)

    @page(_KINDS + "/{kind:str}", access=access.STAFF)
    def show(self, kind: str) -> Page:
        """Show a letter with an example, at two widths and as text."""
        letter = _example(kind)
        written = self._renderer.write(letter)
        return Page("admin/letter.html", kind=kind, written=written, topic=letter.topic, here=_MAIL)

    @page(_KINDS + "/{kind:str}/look", access=access.STAFF)
    def look(self, kind: str) -> Framed:
        """Show what is in the frames."""
        return Framed(self._renderer.write(_example(kind)).html)


def _example(kind: str) -> Letter:
    letter = EXAMPLES.get(kind)
    if letter is None:
        raise NotFound("There is no such letter.", letter=kind)
    return letter


def _row(each: Delivery) -> AdminRow:
    state = "not heard of again" if each.state == "sending" and each.ended_at is None else each.state
    cells = [each.begun_at, each.address, each.kind, each.about, state, each.tries, each.answer]
    return AdminRow(cells, f"/admin/orders/{each.about}" if each.about else "")
