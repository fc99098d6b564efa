"""To whom alerts are told, and when not: the setting ``alerts``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opensky.kernel.errors import Misconfigured
from opensky.tactical.readings import State

_KNOWN = ("emails", "webhook", "quiet", "zone")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Telling:
    """Addresses that get letters, one that is posted to, and the hours in which only what is broken is told."""

    emails: tuple[str, ...] = ()
    webhook: str = ""
    quiet: tuple[time, time] | None = None
    zone: tzinfo = UTC

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Self:
        """Read the setting.

        Raises:
            Misconfigured: it says something that makes no sense.
        """
        unknown = sorted(set(table) - set(_KNOWN))
        if unknown:
            raise Misconfigured(f"The setting 'alerts' knows {', '.join(_KNOWN)}, not {unknown[0]!r}.", key="alerts")
        emails = table.get("emails", [])
        if not isinstance(emails, list) or not all(isinstance(e, str) and _ADDRESS.fullmatch(e) for e in emails):
            raise Misconfigured(
                "alerts.emails must be a list of e-mail addresses, such as ['ops@shop.example'].", key="alerts"
            )
        webhook = table.get("webhook", "")
        address = urlsplit(webhook if isinstance(webhook, str) else "no")
        if webhook and not (address.scheme in {"http", "https"} and address.hostname):
            raise Misconfigured("alerts.webhook must be an address such as https://chat.example/hook.", key="alerts")
        return cls(tuple(emails), webhook, _hours(table.get("quiet", "")), _zone(table.get("zone", "UTC")))

    def holds_back(self, state: State, now: datetime) -> bool:
        """Whether an alert waits for the end of the quiet hours."""
        if self.quiet is None or state is State.BROKEN:
            return False
        begin, end = self.quiet
        local = now.astimezone(self.zone).time()
        return begin <= local < end if begin < end else local >= begin or local < end


def _hours(text: Any) -> tuple[time, time] | None:
    if not text:
        return None
    found = _QUIET.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Misconfigured("alerts.quiet must be hours such as 22:00-07:00.", key="alerts")
    first, first_minute, last, last_minute = map(int, found.groups())
    return time(first, first_minute), time(last, last_minute)


def _zone(name: Any) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise Misconfigured(
            f"alerts.zone must be a time zone such as Europe/Brussels, not {name!r}.", key="alerts"
        ) from None
