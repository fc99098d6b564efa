"""Vendornet: a marketplace that posts its shipments as JSON.

```json
{"shipments": [{"id": "VN-55", "order": "OS-7KQ2MXB", "items": [{"sku": "MUG-S", "quantity": 2}],
  "carrier": "DHL", "tracking": "JD0146", "shipped_at": "2026-11-23T09:30:00Z"}]}
```
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec

from opensky.osis.partners.parcels import Bad, Parcel
from opensky.osis.runtime import Reject

PARTNER = "vendornet"
_LONGEST_ROW = 500


class Item(msgspec.Struct):
    """So many of one thing."""

    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=9999)]


class Entry(msgspec.Struct):
    """One shipment."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    order: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    items: Annotated[list[Item], msgspec.Meta(min_length=1)]
    carrier: str = ""
    tracking: str = ""
    shipped_at: datetime | None = None


def read(document: dict[str, Any]) -> Iterator[Parcel | list[Bad]]:
    """Read a document: its parcels in order, and what is none; rows are counted from 1.

    Raises:
        Reject: there are no shipments in it.
    """
    entries = document.get("shipments")
    if not isinstance(entries, list) or not entries:
        raise Reject('The document should have a list "shipments" with something in it.')
    for row, written in enumerate(entries, 1):
        yield _parcel(row, written)


def _parcel(row: int, written: Any) -> Parcel | list[Bad]:
    text = msgspec.json.encode(written).decode()[:_LONGEST_ROW]
    try:
        entry = msgspec.convert(written, Entry)
    except msgspec.ValidationError as error:
        return [Bad(row=row, text=text, reason=f"{error}.")]
    if not_text := next((each for each in _texts(entry) if not each.isprintable()), None):
        return [Bad(row=row, text=text, reason=f"There are control characters in {not_text!r}.")]
    lines: dict[str, int] = {}
    for item in entry.items:
        lines[item.sku] = lines.get(item.sku, 0) + item.quantity
    if entry.shipped_at is not None and entry.shipped_at.tzinfo is None:
        return [Bad(row=row, text=text, reason="shipped_at has no time zone.")]
    return Parcel(
        row=row,
        number=entry.id,
        order=entry.order,
        lines=lines,
        carrier=entry.carrier,
        tracking=entry.tracking,
        sent_at=entry.shipped_at.isoformat() if entry.shipped_at else None,
    )


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry.id, entry.order, entry.carrier, entry.tracking)
    yield from (item.sku for item in entry.items)
