"""The history's manager: what was changed, by whom and when; what something was; and taking a change back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from opensky.devo.history.repository import HistoryRepository, Subject
from opensky.devo.history.reverts import Reverts
from opensky.kernel.errors import Conflict, NotFound
from opensky.kernel.ids import LAST
from opensky.mapping import describe
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.history.folding import Past
from opensky.persistence.history.keys import key_text, key_values
from opensky.persistence.history.privacy import keeps
from opensky.persistence.history.reading import Asked, Entry, HistoryPage
from opensky.persistence.history.reverting import Reversal, Reverter

Subjects = Mapping[tuple[str, str], Subject]
_AT_ONCE = 500


class Taken(NamedTuple):
    """What was taken back: the change, and the object that it was about."""

    found: Reversal
    subject: Subject


class HistoryManager:
    """The verbs of the history."""

    def __init__(self, changes: HistoryRepository, reverts: Reverts, unit: UnitOfWork, database: Database) -> None:
        self._changes = changes
        self._reverts = reverts
        self._unit = unit
        self._database = database
        self._kinds = {cls.__name__: cls for cls in database.model if keeps(cls)}

    @property
    def kinds(self) -> list[str]:
        """The classes of which the history keeps anything, by name."""
        return sorted(self._kinds)

    def fields(self, kind: str) -> list[str]:
        """Return the fields of a class; nothing for one that there is not."""
        cls = self._kinds.get(kind)
        return [] if cls is None else [f.name for f in describe(cls).stored_fields if not f.version]

    def page(self, asked: Asked, limit: int, before: int = LAST) -> HistoryPage:
        """Return what was changed, newest first."""
        return self._changes.page(asked, limit, before)

    def all(self, asked: Asked, before: int = LAST) -> Iterator[tuple[list[Entry], Subjects]]:
        """Return everything that was changed, newest first, page by page with what the objects are called.

        It reads for itself, and holds nothing between two pages, so that it may outlast the request that asks for it.
        """
        older: int | None = before
        while older is not None:
            with self._database.reader() as reader, self._database.unit_of_work(read_only=True) as unit:
                changes = HistoryRepository(reader, unit)
                found = changes.page(asked, _AT_ONCE, older)
                page = found.entries, changes.subjects((e.kind, e.object_id) for e in found.entries)
            yield page
            older = found.older

    def newest_of(self, objects: Iterable[tuple[type, object]], limit: int) -> list[Entry]:
        """Return the newest changes of an object and its parts, each given by class and id; of those that are newest of all."""
        found: list[Entry] = []
        for cls, key in objects:
            asked = Asked(kind=cls.__name__, object_id=key_text(key))
            found += self._changes.page(asked, limit, LAST).entries
        return sorted(found, key=lambda entry: -entry.id)[:limit]

    def parts(self, kind: str, object_id: str) -> list[Subject]:
        """Return what belongs to an object and has a history of its own."""
        return self._changes.parts(kind, object_id)

    def subjects(self, entries: Iterable[Entry]) -> Subjects:
        """Return what the objects of these changes are called, by class and id."""
        return self._changes.subjects((entry.kind, entry.object_id) for entry in entries)

    def called(self, objects: Iterable[tuple[str, str]]) -> Subjects:
        """Return what objects are called, each given by class and id."""
        return self._changes.subjects(objects)

    def subject(self, entry: Entry) -> Subject:
        """Return what the object of a change is called."""
        return self.named(entry.kind, entry.object_id)

    def named(self, kind: str, object_id: str) -> Subject:
        """Return what an object is called."""
        return self._changes.subjects([(kind, object_id)])[kind, object_id]

    def change(self, change_id: int) -> Entry:
        """Return one change; raises ``NotFound``."""
        found = self._changes.one(change_id)
        if found is None:
            raise NotFound("There is no such change.")
        return found

    def as_of(self, kind: str, object_id: str, at: datetime) -> Past:
        """Return an object as it was at an instant; raises ``NotFound`` for a class or an id that cannot be."""
        cls = self._kinds.get(kind)
        if cls is None:
            raise NotFound("The history keeps nothing of this kind.")
        return self._changes.past(cls, key_values(cls, object_id), at)

    def may_be_taken_back(self, entry: Entry) -> bool:
        """Whether a change as a whole is worth a look at what taking it back would do."""
        cls = self._kinds.get(entry.kind)
        return cls is not None and self._reverts.knows(cls, entry.operation)

    def look(self, change_id: int, path: str = "") -> Reversal:
        """Return what taking back a change, or one field of it, would do; raises ``NotFound``."""
        found = Reverter(self._unit, tuple(self._kinds.values())).look(change_id, path)
        return self._reverts.checked(found, whole=not path)

    def revert(
        self, change_id: int, path: str = "", *, version: int | None, confirmed: bool = False, reason: str = ""
    ) -> Taken:
        """Take back a change, or one field of it, through the manager of the object.

        Raises:
            NotFound: there is no such change.
            Conflict: it cannot be reverted, was changed meanwhile, or a later change would be lost and was not confirmed.
            Invalid: the object would break a rule.
        """
        found = self.look(change_id, path)
        problem = found.problem or next((step.problem for step in found.steps if step.problem), "")
        if problem:
            raise Conflict(problem, change=change_id)
        Reverter(self._unit, tuple(self._kinds.values())).revert(
            change_id,
            path,
            version=version,
            confirmed=confirmed or not found.touched_later,
            reason=reason,
            apply=self._reverts.apply(found.cls),
            make=self._reverts.make(found.cls),
            remove=self._reverts.remove(found.cls),
        )
        return Taken(found, self.subject(found.entry))
