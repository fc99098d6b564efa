"""The envelope: a written letter as an e-mail message with all that receivers expect of one."""

from datetime import datetime
from email import policy
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, NamedTuple

from opensky.kernel.ids import read_id
from opensky.mail.errors import BrokenLetter
from opensky.mail.letter import Letter
from opensky.mail.rendering import Written


class AddressHeader(UnstructuredHeader, BaseHeader):
    """A header that holds an address of the web: on one line however long, since mail programs read no encoded words there."""

    max_count = 1

    def fold(self, *, policy: Any) -> str:
        """Return it as it is."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", AddressHeader)
POLICY = policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
"""Lines as the wire has them, and nothing but ASCII in them: every server on the way takes that."""


class Sender(NamedTuple):
    """Who writes: a name, an address, and the address to which what cannot be delivered comes back."""

    name: str
    address: str
    returns: str

    @property
    def domain(self) -> str:
        """The part after the @, which also makes the ids of letters ours alone."""
        return self.address.rpartition("@")[2]


def enveloped(written: Written, letter: Letter, sender: Sender, id_: int, now: datetime) -> EmailMessage:
    """Return the message. The same letter has the same ``Message-ID`` whenever it is made: receivers know it again.

    Raises:
        BrokenLetter: an address or a name that no e-mail can have.
    """
    message = EmailMessage(policy=POLICY)
    try:
        message["From"] = _address(sender.name, sender.address)
        message["To"] = _address(letter.name, letter.to)
        message["Subject"] = written.subject
    except (ValueError, HeaderParseError, MessageError, IndexError) as error:
        raise BrokenLetter(f"No e-mail can go to {letter.to!r}: {error}.") from error
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{id_}.{letter.kind}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if written.unsubscribe:
        message["List-Unsubscribe"] = f"<{written.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["List-Id"] = f"{sender.name} {letter.topic} <{letter.topic}.{sender.domain}>"
        message["Precedence"] = "bulk"
    message.set_content(written.text, cte="quoted-printable")
    message.add_alternative(written.html, subtype="html", cte="quoted-printable")
    return message


def message_id_of(header: str) -> int:
    """Return the id of the message that a ``Message-ID`` of ours was made of; 0 if it is none of ours."""
    number = header.strip().strip("<>").partition(".")[0]
    return read_id(number) or 0


def _address(name: str, address: str) -> Address:
    user, at, domain = address.rpartition("@")
    if not at:
        raise ValueError("it has no @")
    if not domain.isascii():  # as the network spells names of other scripts
        address = f"{user}@{domain.encode('idna').decode()}"
    return Address(" ".join(name.split()), addr_spec=address)
