"""Parcels, as every partner tells of them once its own form is read; DEVO takes just these."""

import msgspec


class Parcel(msgspec.Struct, kw_only=True):
    """A parcel: its partner's number, of which order, and how many of which SKU are in it. ``row`` is where it was read."""

    row: int
    number: str
    order: str
    lines: dict[str, int]
    carrier: str = ""
    tracking: str = ""
    sent_at: str | None = None


class Bad(msgspec.Struct, kw_only=True):
    """A row that is no parcel, as it was written, and why."""

    row: int
    text: str
    reason: str
