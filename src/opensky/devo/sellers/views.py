"""What lists and pages read of insiders: frozen values, never saved."""

from datetime import datetime

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
