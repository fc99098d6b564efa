"""The history in the admin: the timeline of everything, one change, what something was, taking back, and files of it."""

from collections.abc import Sequence
from datetime import UTC

from opensky.devo.history import exports
from opensky.devo.history.asking import Question, instant, number
from opensky.devo.history.manager import HistoryManager
from opensky.devo.history.views import DONE, line, sides, states, steps
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.logs import security
from opensky.persistence.history.reading import Asked, Entry
from opensky.web import Download, Form, Page, Redirect, access, action, page
from opensky.web.visitor import Visitor

_HISTORY = "/admin/history"
_PAGE = 50
_LONGEST_REASON = 300


class HistoryAdmin:
    """What was changed, by whom and why."""

    def __init__(self, history: HistoryManager, visitor: Visitor, clock: Clock) -> None:
        self._history = history
        self._visitor = visitor
        self._clock = clock

    @page(_HISTORY, access=access.STAFF)
    def list(
        self,
        kind: str = "",
        id: str = "",
        actor: str = "",
        field: str = "",
        since: str = "",
        until: str = "",
        before: str = "",
    ) -> Page:
        """Show what was changed, newest first: everything, or of one object, one actor, one kind, one field, a period."""
        question = Question(kind, id, actor, field, since, until, before)
        found = self._history.page(question.asked(), _PAGE, question.cursor())
        subjects = self._history.subjects(found.entries)
        subject = next(iter(subjects.values()), None) if id else None
        return Page(
            "admin/history.html",
            here=_HISTORY,
            question=question,
            kinds=self._history.kinds,
            names=self._history.fields(kind),
            subject=subject,
            parts=self._history.parts(kind, id),
            actor_name=next((e.actor.name for e in found.entries), "") if actor else "",
            changes=[line(entry, subjects[entry.kind, entry.object_id]) for entry in found.entries],
            older=question.address(before=str(found.older)) if found.older is not None else "",
            looked_back_to=found.looked_back_to,
            query=question.address(),
        )

    @page(f"{_HISTORY}/export.csv", access=access.STAFF)
    def export_csv(
        self,
        kind: str = "",
        id: str = "",
        actor: str = "",
        field: str = "",
        since: str = "",
        until: str = "",
        before: str = "",
    ) -> Download:
        """Give what a page asks for as a file for a spreadsheet."""
        found = self._exported(Question(kind, id, actor, field, since, until, before))
        return Download("history.csv", "text/csv; charset=utf-8", exports.as_csv(found))

    @page(f"{_HISTORY}/export.json", access=access.STAFF)
    def export_json(
        self,
        kind: str = "",
        id: str = "",
        actor: str = "",
        field: str = "",
        since: str = "",
        until: str = "",
        before: str = "",
    ) -> Download:
        """Give what a page asks for as a file for a program."""
        found = self._exported(Question(kind, id, actor, field, since, until, before))
        return Download("history.json", "application/json", exports.as_json(found))

    @page(f"{_HISTORY}/as-of", access=access.STAFF)
    def as_of(self, kind: str, id: str, at: str = "") -> Page:
        """Show an object as it was at an instant, beside what it is now."""
        now = self._clock.now()
        moment = min(instant(at, "at") or now, now)
        then, present = self._history.as_of(kind, id, moment), self._history.as_of(kind, id, now)
        subject = self._history.named(kind, id)
        if (
            then.state is None
            and present.state is None
            and not self._history.page(Asked(kind=kind, object_id=id), 1).entries
        ):
            raise NotFound("There is no such object, nor was there one that the history knows.")
        return Page(
            "admin/history_as_of.html",
            here=_HISTORY,
            subject=subject,
            at=moment,
            written=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            lines=states(then, present),
            there=then.state is not None,
            there_now=present.state is not None,
            whole=then.whole,
            known=then.known,
        )

    @page(f"{_HISTORY}/{{change_id:int}}", access=access.STAFF)
    def show(self, change_id: int) -> Page:
        """Show one change in full, old beside new."""
        entry = self._history.change(change_id)
        return Page(
            "admin/history_change.html",
            here=_HISTORY,
            entry=entry,
            done=DONE[entry.operation],
            subject=self._history.subject(entry),
            sides=sides(entry),
            tops=_tops(entry),
            whole=self._history.may_be_taken_back(entry),
        )

    @page(f"{_HISTORY}/{{change_id:int}}/revert", access=access.STAFF)
    def look(self, change_id: int, field: str = "") -> Page:
        """Show what taking back would do. Nothing is done yet."""
        return self._look(change_id, field)

    @action(f"{_HISTORY}/{{change_id:int}}/revert", access=access.STAFF)
    def revert(self, change_id: int, form: Form) -> Page | Redirect:
        """Take back a change, or one field of it; it is a change like any other."""
        field, seen = form.text("field"), form.text("version")
        reason = form.text("reason")[:_LONGEST_REASON]
        try:
            taken = self._history.revert(
                change_id,
                field,
                version=number(seen, "version") if seen else None,
                confirmed=form.text("confirmed") == "yes",
                reason=reason,
            )
        except Conflict as error:
            return self._look(change_id, field, error.message)
        except Invalid as error:
            return self._look(change_id, field, " ".join(error.by_field().values()))
        security("admin.acted", act="revert change", subject=str(change_id), member=self._visitor.member_id)
        there = taken.subject.path if taken.found.operation != "remove" else ""  # what was removed has no page any more
        back = there or f"{_HISTORY}?kind={taken.subject.kind}&id={taken.subject.object_id}"
        return Redirect(back, flash="It is taken back, and that is in the history, too.")

    def _exported(self, question: Question) -> exports.Pages:
        security("admin.acted", act="export history", subject=question.address(), member=self._visitor.member_id)
        return self._history.all(question.asked(), question.cursor())

    def _look(self, change_id: int, field: str, refused: str = "") -> Page:
        entry = self._history.change(change_id)
        found = self._history.look(change_id, field)
        return Page(
            "admin/history_revert.html",
            status=409 if refused else 200,
            here=_HISTORY,
            entry=entry,
            subject=self._history.subject(entry),
            field=field,
            found=found,
            steps=steps(found.steps),
            version="" if found.version is None else str(found.version),
            refused=refused,
            longest_reason=_LONGEST_REASON,
        )


def _tops(entry: Entry) -> Sequence[str]:
    """Return the fields that one can take back by themselves: each once, whatever was changed inside of it."""
    if entry.operation != "update":
        return ()
    paths = {path: change for path, change in entry.fields.items() if not change.privacy}
    return list(dict.fromkeys(paths))
