"""Views: one struct for each class and groups, made on first use from the marks, and straight code that fills it.

Ids are 64 bits wide and leave as text, because readers in JavaScript would round them. Money leaves as
``{"amount": "12.50", "currency": "USD"}``, times as RFC 3339. A field or property without a group of the view is not in
the struct at all, so it cannot leak.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from opensky.serializer.selection import Shown
from opensky.serializer.serializer import SERIALIZER
from opensky.serializer.texts import MoneyView

Moment = Annotated[datetime, msgspec.Meta(tz=True, examples=["2026-11-23T09:41:00Z"])]
"""An instant in an answer: RFC 3339 with its offset, and described so."""

view, to_view, serialize, apply = SERIALIZER.view, SERIALIZER.to_view, SERIALIZER.serialize, SERIALIZER.apply

__all__ = ["Moment", "MoneyView", "Shown", "apply", "serialize", "to_view", "view"]
