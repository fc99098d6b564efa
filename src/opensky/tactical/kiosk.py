"""Screens on a wall: links that show the board where nobody signs in.

A link is opened once; the browser then keeps it as a cookie, so that the address on the screen opens nothing for whoever photographs it.
It is asked after at each page and at each new beginning of the stream, so that a link which is taken back is dark within two minutes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.sealing import Signer
from opensky.mapping import validate
from opensky.persistence import Query, Reader, UnitOfWork, table
from opensky.settings import Settings
from opensky.web.objects import KioskLink

OPENS = "/board/kiosk/open/"
LONGEST_DAYS = 366
_links = table(KioskLink)


class Screen(NamedTuple):
    """A link that is good."""

    id: int
    name: str
    made_at: datetime
    ends_at: datetime


_GOOD = select(_links.c.id, _links.c.name, _links.c.made_at, _links.c.ends_at).where(
    _links.c.ends_at > bindparam("now")
)
_ONE = Query(_GOOD.where(_links.c.id == bindparam("id")), Screen)
_ALL = Query(_GOOD.order_by(_links.c.id.desc()).limit(500), Screen)


class Kiosks:
    """Makes links for screens, says whether one is good, and takes them back."""

    def __init__(self, unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: Clock, settings: Settings) -> None:
        self._unit = unit
        self._reader = reader
        self._ids = ids
        self._clock = clock
        self._signer = Signer(settings.secret_key, "board kiosk")

    def make(self, name: str, days: int) -> str:
        """Make a link for a screen, good for so many days; return its path. It is not kept, and cannot be shown again.

        Raises:
            Invalid: without a name, with one that has unseen characters, or for no days or more than a year.
        """
        if not 1 <= days <= LONGEST_DAYS:
            raise Invalid(FieldError("days", f"Please give a whole number of 1 to {LONGEST_DAYS} days.", "Range"))
        name = " ".join(name.split())
        if not name.isprintable():
            raise Invalid(FieldError("name", "Please leave out characters that cannot be seen.", "Printable"))
        now = self._clock.now()
        link = KioskLink(id=int(self._ids.next()), name=name, made_at=now, ends_at=now + timedelta(days=days))
        validate(link)
        self._unit.execute(delete(_links).where(_links.c.ends_at <= now))
        self._unit.persist(link)
        return OPENS + self._signer.seal(str(link.id))

    def screens(self, *, after_making: bool = False) -> Sequence[Screen]:
        """Return the links that are good, the newest first; ``after_making`` with what this transaction has made."""
        asked = self._unit if after_making else self._reader
        return asked.fetch(_ALL, now=self._clock.now())

    def screen(self, sealed: str) -> Screen | None:
        """Return the link that a browser brought, if we made it and it is still good."""
        number = self._signer.open(sealed) if sealed.isascii() else ""
        return self._reader.fetch_one(_ONE, id=int(number), now=self._clock.now()) if number else None

    def seconds(self, screen: Screen) -> int:
        """Return how long a link is still good."""
        return max(0, int((screen.ends_at - self._clock.now()).total_seconds()))

    def take_back(self, number: int) -> str:
        """Have a link show nothing any more; return the name of its screen.

        Raises:
            NotFound: there is no such link, or it has ended by itself.
        """
        link = self._unit.get(KioskLink, number)
        if link is None:
            raise NotFound("There is no such link any more.", link=number)
        self._unit.remove(link)
        return link.name
