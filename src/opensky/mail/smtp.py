"""The post over SMTP: TLS from the first byte or by STARTTLS, and never a password without it.

A connection is kept for the next letter of its thread for a little while: most of what a letter costs is the greeting.
"""

import smtplib
import ssl
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from opensky.kernel.errors import Misconfigured
from opensky.mail.errors import PostUnavailable, Refused

SECONDS = 30.0
KEPT_SECONDS = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MODES = ("require", "offered", "none")
_DONE, _NOT_NOW, _FOR_EVER = 250, 400, 500
"""As RFC 5321 numbers answers; what is refused now or for ever begins with a number."""
_BAD_ADDRESS = frozenset({510, 511, 512, 513, 521, 550, 551, 553, 556})
"""Answers that speak of an address: there is no such one, or it takes nothing."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server as its address says it: ``smtp://user:password@host:587/?tls=require&ca=file``."""

    host: str
    port: int
    user: str
    password: str
    direct: bool
    tls: str
    ca: str

    @classmethod
    def read(cls, url: str) -> "MailServer":
        """Read an address.

        Raises:
            Misconfigured: it is none of a mail server, or would send a password in the clear.
        """
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in _PORTS or not parts.hostname or options.keys() - {"tls", "ca"}:
            raise Misconfigured(
                "The setting 'mail_url' must be an address such as smtps://user:password@mail.example:465 "
                "or smtp://user:password@mail.example:587/?tls=require&ca=/path/of/certificate.pem."
            )
        here = parts.hostname in _LOOPBACK
        tls = options.get("tls", "offered" if here else "require")
        if tls not in _MODES:
            raise Misconfigured(f"In the setting 'mail_url', tls must be one of {', '.join(_MODES)}, not {tls!r}.")
        if parts.username and tls == "none" and not here and parts.scheme == "smtp":
            raise Misconfigured("The setting 'mail_url' would send a password in the clear; leave out tls=none.")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            direct=parts.scheme == "smtps",
            tls=tls,
            ca=options.get("ca", ""),
        )


class SmtpPost:
    """Hands letters to a mail server. Safe for any number of threads, each of which has its own connection."""

    def __init__(self, server: MailServer, returns: str, *, seconds: float = SECONDS) -> None:
        self._server = server
        self._returns = returns
        self._seconds = seconds
        self._mine = threading.local()

    def hand_over(self, id_: int, message: EmailMessage, to: str) -> str:
        """Give the letter to the server and return what it said.

        Raises:
            PostUnavailable: it cannot be reached, or does not take it now.
            Refused: it will not take it, now or later.
        """
        client = self._connected()
        try:
            return self._given(client, message, to)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise _told(error, self._server) from error

    def close(self) -> None:
        """Let go of this thread's connection."""
        self._drop()

    def _given(self, client: smtplib.SMTP, message: EmailMessage, to: str) -> str:
        # Not send_message: it loses what the server says of an address, and of a letter that it took.
        options = ["smtputf8"] if not to.isascii() else []
        if options and not client.has_extn("smtputf8"):
            raise Refused(f"{self._server.host} takes no addresses in other scripts than Latin.", bounce=True)
        for code, said in (client.mail(self._returns, options), client.rcpt(to)):
            if code >= _NOT_NOW:
                raise smtplib.SMTPResponseException(code, said)
        code, said = client.data(message.as_bytes())
        if code != _DONE:
            raise smtplib.SMTPDataError(code, said)
        self._mine.until = time.monotonic() + KEPT_SECONDS
        return f"{code} {_text(said)}"

    def _connected(self) -> smtplib.SMTP:
        client: smtplib.SMTP | None = getattr(self._mine, "client", None)
        if client is not None:
            if time.monotonic() < self._mine.until and _alive(client):
                return client
            self._drop()
        try:
            client = self._open()
        except (smtplib.SMTPException, OSError) as error:
            raise PostUnavailable(f"{self._server.host} takes no letters now: {_reason(error)}.") from error
        self._mine.client = client
        return client

    def _open(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca or None)
        if server.direct:
            client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self._seconds, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=self._seconds)
        try:
            client.ehlo_or_helo_if_needed()
            if not server.direct and server.tls != "none" and (server.tls == "require" or client.has_extn("starttls")):
                client.starttls(context=context)
                client.ehlo()
            if server.user:
                client.login(server.user, server.password)
        except BaseException:
            client.close()
            raise
        return client

    def _drop(self) -> None:
        client: smtplib.SMTP | None = getattr(self._mine, "client", None)
        if client is not None:
            self._mine.client = None
            client.close()


def _alive(client: smtplib.SMTP) -> bool:
    try:
        return client.rset()[0] == _DONE
    except (smtplib.SMTPException, OSError):
        return False


def _told(error: Exception, server: MailServer) -> PostUnavailable | Refused:
    """Return what an answer means for the letter: now, or never; and if never, whether because of the address."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _FOR_EVER:
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
        about_letter = isinstance(error, smtplib.SMTPDataError)
        return Refused(f"{server.host} said: {said}", bounce=not about_letter and error.smtp_code in _BAD_ADDRESS)
    return PostUnavailable(f"{server.host} did not take the letter: {_reason(error)}.")


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
