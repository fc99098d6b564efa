"""The demo logins that the log-in page may show: only in a demo shop, and only on this machine."""

from pathlib import Path

import msgspec

from opensky.settings import Settings

NOTE = Path("run", "prepared.json")
"""What the maker of the demo shop leaves in the data folder."""


class DemoLogin(msgspec.Struct, frozen=True):
    """An account of the demo shop that may be shown."""

    email: str
    password: str
    role: str


class _Note(msgspec.Struct):
    demo: bool = False
    logins: list[DemoLogin] = []


def demo_logins(settings: Settings) -> list[DemoLogin]:
    """Return the demo logins; none unless this is a demo shop that nobody else can reach."""
    if not (settings.demo and settings.loopback):
        return []
    try:
        return msgspec.json.decode((settings.data / NOTE).read_bytes(), type=_Note).logins
    except (OSError, msgspec.DecodeError):
        return []
