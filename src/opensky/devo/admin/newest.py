"""What every page of the admin shows of the history of its object: the newest changes, and the way to all of them."""

from urllib.parse import urlencode

from opensky.devo.history.manager import HistoryManager
from opensky.devo.storefront.views import AdminRow, AdminTable
from opensky.persistence.history.keys import key_text

_SOME = 5
_COLUMNS = ("Changed", "By", "What", "Why")


class Newest:
    """The newest changes of one object."""

    def __init__(self, history: HistoryManager) -> None:
        self._history = history

    def path(self, cls: type, key: int) -> str:
        """Return where all changes of the object are."""
        return "/admin/history?" + urlencode({"kind": cls.__name__, "id": key_text(key)})

    def table(self, cls: type, key: int) -> AdminTable:
        """Return the newest changes as a table."""
        rows = [
            AdminRow(
                [each.at, each.actor.name or each.actor.kind, ", ".join(each.fields), each.actor.reason],
                f"/admin/history/{each.id}",
            )
            for each in self._history.newest_of(cls, key, _SOME)
        ]
        return AdminTable("Newest changes", _COLUMNS, rows)
