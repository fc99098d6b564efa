"""Cursors: where a page of a list ended, so that the next one starts there. Never an offset, never a count.

A list that is paged is in the order of an instant and an id, newest first. The condition is written out
(``a <= x and (a < x or b < y)``): MariaDB scans for ``(a, b) < (x, y)``.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, or_

from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.ids import LAST, read_id

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_LONGEST = 64
FORM = "^([A-Za-z0-9_-]{21}[AQgw])?$"
"""What every cursor looks like, as a regular expression: two numbers of 64 bits, or nothing for the start of a list."""


class Cursor(NamedTuple):
    """The last entry of a page: its instant and its id."""

    at: datetime
    id: int

    def text(self) -> str:
        """Return the cursor as it stands in an address. What it holds is nobody's business."""
        return pack(">qq", microseconds(self.at), self.id)

    @classmethod
    def read(cls, text: str, field: str = "before") -> "Cursor":
        """Read what ``text`` wrote; an empty text is the start of the list. Beyond the calendar is its first or last day.

        Raises:
            Invalid: it has not the form of a cursor; ``field`` is named as the one at fault.
        """
        if not text:
            return START
        at, id_ = unpack(">qq", text, field)
        try:
            return cls(instant(at), id_)
        except OverflowError:
            return cls(LATEST if at > 0 else EARLIEST, id_)


START = Cursor(LATEST, LAST)
"""Before the newest entry that there can be."""


def id_before(text: str, field: str = "before") -> int:
    """Read the id that a page of a list by ids alone is before; an empty text is the start of the list.

    Raises:
        Invalid: it is no id; ``field`` is named as the one at fault.
    """
    if not text:
        return LAST
    number = read_id(text)
    if number is None:
        raise not_a_cursor(field)
    return number


class Stretch(NamedTuple, Generic[T]):
    """One page of a list, and where the next begins: ``None`` if this was the last."""

    entries: list[T]
    older: Any = None

    @property
    def next_page(self) -> str:
        """The cursor of the next page as text; empty on the last."""
        return self.older.text() if self.older is not None else ""


def stretch(found: Sequence[T], limit: int, place: Callable[[T], Any]) -> Stretch[T]:
    """Make a page of entries that were asked for with ``limit + 1``; ``place`` gives the cursor of an entry."""
    entries = list(found[:limit])
    return Stretch(entries, place(entries[-1]) if len(found) > limit and entries else None)


def older_than(at: ColumnElement[Any], id_: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition "after the cursor" with the parameters ``before_at`` and ``before_id``."""
    before_at, before_id = bindparam("before_at", type_=at.type), bindparam("before_id", type_=id_.type)
    return and_(at <= before_at, or_(at < before_at, id_ < before_id))


def microseconds(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(microseconds_: int) -> datetime:
    """Return the instant of so many microseconds since 1970; raises ``OverflowError`` beyond the year 9999."""
    return _EPOCH + timedelta(microseconds=microseconds_)


def pack(form: str, *values: float) -> str:
    """Write numbers as text that is safe in an address; ``form`` is that of ``struct``."""
    return urlsafe_b64encode(struct.pack(form, *values)).rstrip(b"=").decode()


def unpack(form: str, text: str, field: str) -> tuple[Any, ...]:
    """Read what ``pack`` wrote; raises ``Invalid``."""
    try:
        if len(text) > _LONGEST:
            raise not_a_cursor(field)
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        values = struct.unpack(form, urlsafe_b64decode(padded))
    except (ValueError, struct.error) as error:
        raise not_a_cursor(field) from error
    if pack(form, *values) != text:
        raise not_a_cursor(field)
    return values


def not_a_cursor(field: str) -> Invalid:
    """Return the refusal of a text that is no cursor."""
    message = "This place in the list is not known; please start again from the top."
    return Invalid(FieldError(field, message, "cursor"), message=message)
