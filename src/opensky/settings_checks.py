"""What values a setting may have, beyond their kind. ``opensky.settings`` says which settings there are."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from opensky.kernel.currencies import CURRENCIES
from opensky.kernel.errors import Misconfigured

_URLS = (
    "public_url",
    "devo_url",
    "database_url",
    "documents_url",
    "replica_urls",
    "broker_url",
    "mail_url",
    "traces_url",
    "graphite_url",
)
_LIMITS = {
    "port": (1, 65_535),
    "workers": (1, 64),
    "threads": (1, 256),
    "node": (0, 63),
    "replica_sticky_seconds": (0, 3600),
    "bus_threads": (1, 64),
    "large_message_bytes": (1024, 8_388_608),
    "finished_days": (1, 36_500),
    "seen_days": (1, 36_500),
    "fraud_check_ms": (0, 60_000),
    "sandbox_seconds": (0, 86_400),
    "delivery_price": (0, 1_000_000),
}
_CHOICES = {"history": ("staff", "all"), "log_level": ("debug", "info", "warning", "error")}
_LONGEST_LEVEL = 40


def check(found: Mapping[str, Any]) -> None:
    """Raise ``Misconfigured`` where values that have the right kind make no sense; the message says what would."""
    _check_bounds(found)
    currency = found.get("currency", "USD")
    if currency not in CURRENCIES:
        close = difflib.get_close_matches(currency.upper(), sorted(CURRENCIES), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        message = f"The setting 'currency' must be a currency of ISO 4217 such as USD, not {currency!r}.{hint}"
        raise Misconfigured(message, key="currency")
    mail_url = found.get("mail_url", "")
    if mail_url and not (urlsplit(mail_url).scheme in {"smtp", "smtps"} and urlsplit(mail_url).hostname):
        message = "The setting 'mail_url' must be an address such as smtps://user:password@mail.example:465."
        raise Misconfigured(message, key="mail_url")
    for name in ("mail_from", "mail_returns"):
        if found.get(name, "") and not re.fullmatch(r"[^@\s]+@[^@\s]+", found[name]):
            message = f"The setting {name!r} must be an e-mail address, not {found[name]!r}."
            raise Misconfigured(message, key=name)
    for name in ("public_url", "devo_url", "traces_url"):
        url = found.get(name, "")
        if url and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
            message = f"The setting {name!r} must be an address such as https://shop.example, not {url!r}."
            raise Misconfigured(message, key=name)
    check_levels(found.get("levels", {}))
    _check_ports(found)


def _check_bounds(found: Mapping[str, Any]) -> None:
    for name, (least, most) in _LIMITS.items():
        if name in found and not least <= found[name] <= most:
            message = f"The setting {name!r} must be {least} to {most}, not {found[name]}."
            raise Misconfigured(message, key=name)
    for name, choices in _CHOICES.items():
        if name in found and found[name] not in choices:
            message = f"The setting {name!r} must be {' or '.join(map(repr, choices))}, not {found[name]!r}."
            raise Misconfigured(message, key=name)


def check_levels(levels: Mapping[str, Any]) -> None:
    """Raise ``Misconfigured`` where levels are not tables with ``points`` and, where wanted, ``free_shipping``, each with points of its own."""
    for name, level in levels.items():
        known = isinstance(level, Mapping) and not set(level) - {"points", "free_shipping"}
        points, free = (level.get("points"), level.get("free_shipping", False)) if known else (0, False)
        if not 0 < len(name) <= _LONGEST_LEVEL or type(points) is not int or points < 1 or type(free) is not bool:
            shape = f"[levels.{name[:_LONGEST_LEVEL]}] should be like: points = 500, free_shipping = true."
            raise Misconfigured(f"The setting 'levels' is not understood; {shape}", key="levels")
    if len({level["points"] for level in levels.values()}) < len(levels):
        raise Misconfigured("Two of the 'levels' begin at the same number of points; give each its own.", key="levels")


def _check_ports(found: Mapping[str, Any]) -> None:
    for name in _URLS:
        for port in _ports(str(found.get(name, ""))):
            if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= _LIMITS["port"][1]):
                message = f"The setting {name!r} names port {port!r}; a port is a number of 1 to {_LIMITS['port'][1]}."
                raise Misconfigured(message, key=name)


def _ports(text: str) -> Iterator[str]:
    """Yield what stands where a port stands: of one address, or of several, whole or hosts alone, separated by commas."""
    for url in re.split(r",(?=[a-z+]+://)", text):
        place = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]
        for host in place.split(","):
            port = host.rpartition("]")[2].partition(":")[2]
            if port:
                yield port
