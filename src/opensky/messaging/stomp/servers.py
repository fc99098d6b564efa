"""Which brokers there are: a list of servers from one URL, tried in turn."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from opensky.kernel.errors import Misconfigured

PORT, TLS_PORT = 61613, 61614


@dataclass(frozen=True, slots=True)
class Servers:
    """Servers of one broker, and how to log in. ``vhost`` is RabbitMQ's virtual host; other brokers do not mind it."""

    addresses: tuple[tuple[str, int], ...]
    login: str = ""
    passcode: str = field(default="", repr=False)
    vhost: str = "/"
    tls: bool = False
    ca: str = ""
    """File of the certificates to trust instead of the system's."""

    @classmethod
    def read(cls, url: str) -> "Servers":
        """Read ``stomp://login:passcode@host:61613,other:61613/vhost``; ``stomps://`` for TLS, with ``?ca=FILE`` if need be.

        Raises:
            Misconfigured: it is not of that form.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"stomp", "stomps"} or not parts.netloc:
            raise Misconfigured(f"A broker's URL looks like stomp://login:passcode@host:{PORT}/, not {_safe(url)!r}.")
        credentials, _, hosts = parts.netloc.rpartition("@")
        login, _, passcode = credentials.partition(":")
        options = dict(parse_qsl(parts.query))
        if unknown := options.keys() - {"ca"}:
            raise Misconfigured(f"A broker's URL has no option {', '.join(sorted(unknown))}; it has ca.")
        tls = parts.scheme == "stomps"
        return cls(
            addresses=tuple(_address(host, TLS_PORT if tls else PORT) for host in hosts.split(",") if host),
            login=unquote(login),
            passcode=unquote(passcode),
            vhost=unquote(parts.path.strip("/")) or "/",
            tls=tls,
            ca=options.get("ca", ""),
        )


def _address(text: str, usual: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise Misconfigured(f"{text!r} is no server; write host or host:{usual}.")
    return host, port or usual


def _safe(url: str) -> str:
    scheme, found, rest = url.partition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
