"""The letters of a demo shop, to be read at ``/dev/mail``: they lie in a folder, as no mail server is set."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple

from opensky.kernel.errors import NotFound
from opensky.mail.folder import NAME, MailFolder
from opensky.settings import Settings

MOST = 100


class Inside(NamedTuple):
    """A letter that lies in the folder."""

    id: int
    to: str
    sender: str
    subject: str
    date: datetime | None
    text: str
    html: str
    unsubscribe: str


class Inbox:
    """Reads the folder; only for the demo shop of a machine that nobody else can reach, as letters open accounts."""

    def __init__(self, settings: Settings) -> None:
        self._open = settings.demo and settings.loopback and not settings.mail_url
        self._folder = MailFolder(settings.data / NAME)

    def newest(self) -> list[Inside]:
        """Return the newest letters; raises ``NotFound`` where this is no demo shop."""
        self._refuse()
        found = ((id_, self._folder.read(id_)) for id_ in self._folder.newest(MOST))
        return [_inside(id_, raw) for id_, raw in found if raw is not None]

    def read(self, id_: int) -> Inside:
        """Return one letter; raises ``NotFound``."""
        return _inside(id_, self.raw(id_))

    def raw(self, id_: int) -> bytes:
        """Return one letter as it lies there; raises ``NotFound``."""
        self._refuse()
        raw = self._folder.read(id_)
        if raw is None:
            raise NotFound("There is no such letter.", letter=id_)
        return raw

    def _refuse(self) -> None:
        if not self._open:
            raise NotFound("There is nothing at this address.")


def _inside(id_: int, raw: bytes) -> Inside:
    message = message_from_bytes(raw, policy=policy.default)
    date = message["Date"]
    return Inside(
        id=id_,
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        date=getattr(date, "datetime", None),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        unsubscribe=str(message["List-Unsubscribe"] or ""),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
