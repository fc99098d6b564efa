"""Addresses that others gave us to call: which ones we do call, and which would have us knock at our own doors.

A merchant names an address and this shop calls it from inside of its own network. So the address is looked at twice: as it is
written, when it is given; and as what its name stands for, each time before a connection is made.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from opensky.kernel.errors import Refusal

LONGEST = 500
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotCalled(Refusal):
    """An address that this shop does not call; the message says why, fit to show to who gave it."""


def checked_url(url: str, *, inside: bool) -> str:
    """Return an address to call as it is kept: nothing in it but scheme, host, port, path and query.

    ``inside`` is for a shop that only its own machine can reach: it may call plain ``http`` there, too.

    Raises:
        NotCalled: it is no address, or one that is not called.
    """
    url = url.strip()
    if len(url) > LONGEST or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}\x7f' for c in url):
        raise NotCalled(f"Please give an address of at most {LONGEST} characters, without blanks, such as {_EXAMPLE}.")
    parts = _split(url)
    if parts.scheme not in ({"https", "http"} if inside else {"https"}):
        raise NotCalled(f"The address must begin with https://, such as {_EXAMPLE}.")
    if not parts.hostname:
        raise NotCalled(f"The address must name a host, such as {_EXAMPLE}.")
    if parts.username is not None or parts.password is not None:
        raise NotCalled("Name and password do not belong into the address; check the signature instead.")
    if parts.fragment or url.endswith("#"):
        raise NotCalled("What comes after a # is never sent; please leave it out.")
    _refuse_host(parts.hostname, inside=inside)
    return parts._replace(path=parts.path or "/").geturl()


_EXAMPLE = "https://shop.example/opensky"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotCalled(f"This is no address: {error}.") from error
    if port == 0:
        raise NotCalled("This is no address: port 0 is none.")
    return parts


def _refuse_host(host: str, *, inside: bool) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A name of digits and dots, or one that begins with 0x, is an address to some resolvers: 127.1, 0x7f000001.
        last = host.rstrip(".").rpartition(".")[2]
        if not _NAME.fullmatch(host) or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
            raise NotCalled(f"{host} is no name of a host.") from None
        if not inside and ("." not in host.rstrip(".") or host.rstrip(".").endswith(_INSIDE)):
            raise NotCalled(f"{host} is a name inside of a network; the shop cannot call it.") from None
    else:
        refuse_address(address, inside=inside)


def refuse_address(address: Address, *, inside: bool) -> None:
    """Refuse to connect to an address that is not out in the open.

    With ``inside`` loopback and private networks are called, too; link-local ones never are, where clouds keep their keys.

    Raises:
        NotCalled: what it is.
    """
    for each in _meant(address):
        if each.is_link_local or each.is_multicast or each.is_unspecified:
            raise NotCalled(f"{address} is no address that can be called from outside.")
        if not each.is_global and not (inside and (each.is_loopback or each.is_private)):
            raise NotCalled(f"{address} is inside of a network or reserved; the shop cannot call it.")


def _meant(address: Address) -> list[Address]:
    """Return an address, and the one that it leads to where it is wrapped in another kind."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]  # the same place, written otherwise
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address.teredo is not None:
        return [address, *address.teredo]
    if address in _NAT64:
        return [ipaddress.IPv4Address(address.packed[-4:])]
    return [address]
