"""Dead letters in the admin: by cause, one by one; edited, tried again or discarded, each after a look at what will happen."""

from datetime import UTC, datetime

from opensky.devo.bus.addresses import DEAD, JOURNEYS, LETTERS
from opensky.devo.bus.manager import MOST, BusManager, Group, as_json, key_of, mark, veiled
from opensky.devo.bus.masking import veil
from opensky.devo.bus.objects import Flows
from opensky.devo.bus.views import ActLine, CauseLine, Decision, LetterView
from opensky.kernel.errors import Conflict, FieldError, Invalid
from opensky.kernel.ids import made_at
from opensky.logs import security
from opensky.messaging import Cause, DeadLetter
from opensky.persistence.cursors import id_before
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_PAGE = 50
_LONGEST_SHOWN = 100_000
_LONGEST_FORM = 512 * 1024


class LetterAdmin:
    """What was given up, until somebody decides."""

    def __init__(self, bus: BusManager, flows: Flows, visitor: Visitor) -> None:
        self._bus = bus
        self._flows = flows
        self._visitor = visitor

    @page(DEAD, access=access.STAFF)
    def causes(self) -> Page:
        """Show what died, by cause."""
        return Page("admin/bus_dead.html", here=DEAD, causes=[self._cause(each) for each in self._bus.groups()])

    @page(f"{DEAD}/{{key:str}}", access=access.STAFF)
    def letters(self, key: str, before: str = "") -> Page:
        """Show the letters that died of one cause."""
        group = self._bus.group(key)
        found = self._bus.listed(group, id_before(before), _PAGE + 1)
        older = str(found[_PAGE - 1].message.id) if len(found) > _PAGE else ""
        lines = [self._seen(each) for each in found[:_PAGE]]
        return Page("admin/bus_letters.html", here=DEAD, cause=self._cause(group), letters=lines, older=older)

    @page(f"{DEAD}/{{key:str}}/retry", access=access.STAFF)
    def ask_retry_group(self, key: str) -> Page:
        """Ask whether all letters of a cause are to be tried again."""
        return _asked(_of_group(self._bus.group(key), "retry"))

    @action(f"{DEAD}/{{key:str}}/retry", access=access.STAFF)
    def retry_group(self, key: str, form: Form) -> Redirect:
        """Try the letters of a cause again, those that were there when it was asked."""
        group = self._bus.group(key)
        done = self._bus.retry_group(group, _until(form))
        self._log("retry letters", group.key)
        return Redirect(DEAD, flash=f"{_letters(done)} {_are(done)} in the queue again.{_rest(group, done)}")

    @page(f"{DEAD}/{{key:str}}/discard", access=access.STAFF)
    def ask_discard_group(self, key: str) -> Page:
        """Ask whether all letters of a cause are to be discarded."""
        return _asked(_of_group(self._bus.group(key), "discard"))

    @action(f"{DEAD}/{{key:str}}/discard", access=access.STAFF)
    def discard_group(self, key: str, form: Form) -> Redirect:
        """Discard the letters of a cause, those that were there when it was asked."""
        group = self._bus.group(key)
        done = self._bus.discard_group(group, _until(form))
        self._log("discard letters", group.key)
        return Redirect(DEAD, flash=f"{_letters(done)} {_are(done)} gone.{_rest(group, done)}")

    @page(f"{LETTERS}/{{letter_id:int}}", access=access.STAFF)
    def show(self, letter_id: int) -> Page:
        """Show one letter, what is personal in it masked."""
        return Page("admin/bus_letter.html", here=DEAD, letter=self._seen(self._bus.letter(letter_id), alone=True))

    @action(f"{LETTERS}/{{letter_id:int}}/reveal", access=access.STAFF)
    def reveal(self, letter_id: int, form: Form) -> Page:
        """Show one letter with what is personal in it; that somebody looked is kept. Secrets stay masked."""
        letter = self._bus.look_into(letter_id)
        self._log("look into letter", letter_id)
        return Page("admin/bus_letter.html", here=DEAD, letter=self._seen(letter, alone=True, bare=True))

    @page(f"{LETTERS}/{{letter_id:int}}/edit", access=access.STAFF)
    def edit(self, letter_id: int) -> Page:
        """Show the form of a letter's parameters, masks in it."""
        letter = self._bus.letter(letter_id)
        text = as_json(veiled(letter).shown)
        if len(text) > _LONGEST_SHOWN:
            raise Conflict(f"This letter is too long to be edited here: ./opensky bus dead edit {letter_id} can.")
        return self._form(letter, text, mark(letter.message))

    @action(f"{LETTERS}/{{letter_id:int}}/edit", access=access.STAFF, limit=_LONGEST_FORM)
    def save(self, letter_id: int, form: Form) -> Page | Redirect:
        """Give a letter other parameters."""
        text, seen = form.text("parameters").replace("\r\n", "\n"), form.text("seen")
        try:
            fields = self._bus.edit(letter_id, text, seen)
        except Invalid as error:
            return self._form(
                self._bus.letter(letter_id), text, seen, error.by_field().get("parameters", error.message)
            )
        except Conflict as error:
            return Redirect(f"{LETTERS}/{letter_id}", flash=error.message, problem=True)
        self._log("edit letter", letter_id)
        said = f"Saved: {', '.join(fields)}. Try it again now." if fields else "Nothing differs, so nothing was saved."
        return Redirect(f"{LETTERS}/{letter_id}", flash=said)

    @page(f"{LETTERS}/{{letter_id:int}}/retry", access=access.STAFF)
    def ask_retry(self, letter_id: int) -> Page:
        """Ask whether a letter is to be tried again."""
        return _asked(_of_letter(self._bus.letter(letter_id), "retry"))

    @action(f"{LETTERS}/{{letter_id:int}}/retry", access=access.STAFF)
    def retry(self, letter_id: int, form: Form) -> Redirect:
        """Try a letter again; lead to its journey, where one sees what becomes of it."""
        message = self._bus.retry(letter_id)
        self._log("retry letter", letter_id)
        return Redirect(f"{JOURNEYS}/{message.correlation}", flash="The letter is in its queue again.")

    @page(f"{LETTERS}/{{letter_id:int}}/discard", access=access.STAFF)
    def ask_discard(self, letter_id: int) -> Page:
        """Ask whether a letter is to be discarded."""
        return _asked(_of_letter(self._bus.letter(letter_id), "discard"))

    @action(f"{LETTERS}/{{letter_id:int}}/discard", access=access.STAFF)
    def discard(self, letter_id: int, form: Form) -> Redirect:
        """Discard a letter."""
        self._bus.discard(letter_id)
        self._log("discard letter", letter_id)
        return Redirect(DEAD, flash="The letter is gone. Its journey says who discarded it.")

    def _cause(self, group: Group) -> CauseLine:
        """A cause may name somebody: what is masked in the newest letter is masked in it, too."""
        cause = group.cause
        said = veil(self._bus.letter(cause.newest).message.parameters).text(cause.cause)
        return CauseLine(group.key, cause.queue, said, cause.letters, cause.last_at, cause.newest)

    def _log(self, act: str, subject: object) -> None:
        visitor = self._visitor
        security("admin.acted", act=act, subject=str(subject), member=visitor.member_id, address=visitor.address)

    def _form(self, letter: DeadLetter, text: str, seen: str, problem: str = "") -> Page:
        return Page(
            "admin/bus_edit.html",
            status=422 if problem else 200,
            here=DEAD,
            letter=self._seen(letter),
            text=text,
            seen=seen,
            problem=problem,
            lines=min(max(text.count("\n") + 2, 8), 40),
        )

    def _seen(self, letter: DeadLetter, *, alone: bool = False, bare: bool = False) -> LetterView:
        message, seen = letter.message, veil(letter.message.parameters, bare=bare)
        body = as_json(seen.shown)
        acts = self._bus.acts_on(message.id) if alone else []
        return LetterView(
            id=message.id,
            type=message.type or "message",
            queue=message.queue_name,
            flow=self._flows.of(message.queue_name).name,
            died_at=letter.died_at,
            put_at=made_at(message.id),
            tries=message.attempt + 1,
            correlation=message.correlation,
            way=message.history,
            cause=seen.text(letter.cause, bare=bare),
            key=key_of(_cause_of(letter)),
            body=body[:_LONGEST_SHOWN],
            cut=len(body) > _LONGEST_SHOWN,
            error=seen.text(letter.error, bare=bare)[:_LONGEST_SHOWN],
            masked=sum(not each.secret for each in seen.hidden),
            bare=bare,
            acts=[ActLine(a.at, a.member_name, a.act, a.fields, a.reason) for a in acts],
        )


def _asked(decision: Decision) -> Page:
    return Page("admin/bus_decide.html", here=DEAD, decision=decision)


def _of_group(group: Group, what: str) -> Decision:
    number = group.cause.letters
    some = (
        f"Its {MOST} oldest of {number} letters"
        if number > MOST
        else f"All {number} letters"
        if number > 1
        else "Its letter"
    )
    path = f"{DEAD}/{group.key}"
    until = group.cause.last_at.isoformat()
    if what == "retry":
        title, sentence = (
            "Try them again?",
            f"{some} of {group.cause.queue} will be handled once more, from the first try on.",
        )
        return Decision(title, sentence, f"{path}/retry", "Try again", path, until=until)
    sentence = f"{some} of {group.cause.queue} will be gone for good: what they ask for will not be done."
    return Decision("Discard them?", sentence, f"{path}/discard", "Discard", path, danger=True, until=until)


def _of_letter(letter: DeadLetter, what: str) -> Decision:
    message = letter.message
    path = f"{LETTERS}/{message.id}"
    named = f"{message.type or 'message'} of {message.queue_name}"
    if what == "retry":
        sentence = f"This {named} will be handled once more, from the first try on. It keeps its id, so what it did already is known by it."
        return Decision("Try it again?", sentence, f"{path}/retry", "Try again", path)
    sentence = f"This {named} will be gone for good: what it asks for will not be done."
    return Decision("Discard it?", sentence, f"{path}/discard", "Discard", path, danger=True)


def _cause_of(letter: DeadLetter) -> Cause:
    return Cause(letter.message.queue_name, letter.cause, 0, 0, letter.died_at)


def _until(form: Form) -> datetime:
    """Read until when letters had died when it was asked: those that died since were not seen, and stay."""
    try:
        return datetime.fromisoformat(form.text("until")).astimezone(UTC)
    except ValueError as error:
        raise Invalid(FieldError("until", "Please look at the letters again, and decide then.", "date")) from error


def _letters(number: int) -> str:
    return "1 letter" if number == 1 else f"{number} letters"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _rest(group: Group, done: int) -> str:
    left = group.cause.letters - done
    return f" {_letters(left)} of this cause {_are(left)} still there." if left > 0 else ""
