"""What the address bar asks the history for, and how a page of it says that again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.ids import read_id
from opensky.persistence.cursors import id_before
from opensky.persistence.history.reading import Asked

_ACTORS = ("staff", "member", "guest", "system")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters as they were written; ``actor`` is a kind and a number, such as ``staff:12``."""

    kind: str = ""
    id: str = ""
    actor: str = ""
    field: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    def asked(self) -> Asked:
        """Return what the history is asked for; raises ``Invalid`` for what cannot be meant."""
        until = instant(self.until, "until")
        if until is not None and len(self.until) == len("2026-11-23"):
            until += timedelta(days=1)  # a day is meant with all its hours
        return Asked(
            kind=self.kind[:_LONGEST],
            object_id=self.id[:_LONGEST] if self.kind else "",
            actor=self._actor(),
            field=self.field.strip()[:_LONGEST],
            since=instant(self.since, "since"),
            until=until,
        )

    def cursor(self) -> int:
        """Return the id that the page is before."""
        return id_before(self.before)

    def address(self, **changes: str) -> str:
        """Return the query of an address that asks the same, but for ``changes``."""
        written = {name: getattr(self, name) for name in ("kind", "id", "actor", "field", "since", "until")} | changes
        return urlencode({name: value for name, value in written.items() if value})

    def _actor(self) -> tuple[str, int] | None:
        if not self.actor:
            return None
        kind, _, id_ = self.actor.partition(":")
        if kind not in _ACTORS:
            raise Invalid(FieldError("actor", "Please name an actor such as staff:12.", "actor"))
        return kind, number(id_ or "0", "actor")


def number(text: str, field: str) -> int:
    """Read an id; raises ``Invalid``."""
    found = read_id(text)
    if found is None:
        raise Invalid(FieldError(field, "This place in the history is not known; please start again.", "cursor"))
    return found


def instant(text: str, field: str) -> datetime | None:
    """Read a day or an instant, in UTC; nothing gives ``None``. Raises ``Invalid``."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(FieldError(field, "Please give a day such as 2026-11-23.", "date")) from error
