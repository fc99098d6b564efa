"""What can go wrong between an object and its store.

Conflict
├── StaleObject    somebody else changed it since it was read
└── Duplicate      another one already has this value
OpenSkyError
├── NotLoaded      a reference was used before ``UnitOfWork.load``
├── Uncompilable   a filter that no index-friendly SQL exists for; it never scans in Python
├── ReadOnly       a write in a unit of work that only reads
├── EndlessFlush   listeners add to a flush without end
└── FlushInFlush   a listener asked for a flush, commit or rollback inside of the flush
Refusal
└── StoreBusy      others held what was needed for too long, or until both would have waited for ever
    ├── Deadlock         two waited for each other, and this one was let go
    ├── ConnectionLost   the database server went away
    └── StoreFull        there is no room left where the database is
"""

from opensky.kernel.errors import Conflict, OpenSkyError, Refusal


class StaleObject(Conflict):
    """Somebody else changed it since it was read; nothing was written."""


class Duplicate(Conflict):
    """Another object already has this value; ``fields`` names the unique fields."""

    def __init__(self, kind: str, fields: tuple[str, ...]) -> None:
        super().__init__(f"There is already one of {kind} with this {' and '.join(fields) or 'key'}.", fields=fields)
        self.kind = kind
        self.fields = fields


class NotLoaded(OpenSkyError):
    """A reference was used before it was loaded."""


class Uncompilable(OpenSkyError):
    """A filter or sort that cannot be compiled; the message names the part and what is possible."""


class ReadOnly(OpenSkyError):
    """A write was tried in a unit of work that only reads."""


class EndlessFlush(OpenSkyError):
    """Listeners add to a flush without end; the message names them."""


class FlushInFlush(OpenSkyError):
    """A listener asked for a flush, a commit or a rollback inside of the flush that called it."""


class StoreBusy(Refusal):
    """Others held what was needed: the turn to write, a row, or all connections. Nothing was written; try again."""


class Deadlock(StoreBusy):
    """Two waited for each other, and the database let this one go. Nothing was written; at once it may well succeed."""


class ConnectionLost(StoreBusy):
    """The connection to the database was lost: before a commit nothing was written, in the middle of one nobody can say."""


class StoreFull(StoreBusy):
    """There is no room left where the database is. Nothing was written, and nothing will be until somebody makes room."""
