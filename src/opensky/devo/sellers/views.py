"""What lists and pages read of insiders: frozen values, never saved."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct


class Insider(Struct, frozen=True):
    """An insider as a list shows one."""

    id: int
    slug: str
    name: str
    craft: str = ""
    town: str = ""
    sentence: str = ""
    picture: str = ""


class InsiderInFull(Insider, frozen=True, kw_only=True):
    """An insider as their own page shows one."""

    bio: str = ""
    joined_at: datetime


read_insider: Callable[[str], Insider] = msgspec.json.Decoder(Insider).decode
"""Makes an insider of the body of a seller's document."""
read_insider_in_full: Callable[[str], InsiderInFull] = msgspec.json.Decoder(InsiderInFull).decode
"""Makes an insider, with everything their page shows, of the body of a seller's document."""
