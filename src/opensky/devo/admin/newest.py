"""What every page of the admin shows of the history of its object: the newest changes, and the way to all of them."""

from urllib.parse import urlencode

from opensky.devo.history.manager import HistoryManager
from opensky.devo.storefront.views import AdminRow, AdminTable
from opensky.persistence.history.keys import key_text
from opensky.persistence.history.reading import Entry

_SOME = 5
_COLUMNS = ("Changed", "By", "What", "Why")


class Newest:
    """The newest changes of one object, and of its parts."""

    def __init__(self, history: HistoryManager) -> None:
        self._history = history

    def path(self, cls: type, key: int) -> str:
        """Return where all changes of the object are."""
        return "/admin/history?" + urlencode({"kind": cls.__name__, "id": key_text(key)})

    def table(self, cls: type, key: int, *parts: tuple[type, str]) -> AdminTable:
        """Return the newest changes as a table; those of ``parts`` say of what they are."""
        rows = [
            AdminRow(
                [each.at, each.actor.name or each.actor.kind, _what(each, cls), each.actor.reason],
                f"/admin/history/{each.id}",
            )
            for each in self._history.newest_of(((cls, key), *parts), _SOME)
        ]
        return AdminTable("Newest changes", _COLUMNS, rows)


def _what(entry: Entry, of: type) -> str:
    fields = ", ".join(entry.fields)
    return fields if entry.kind == of.__name__ else f"{fields} of {entry.object_id}"
