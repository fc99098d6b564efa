"""The serializer: what of an object the outside sees, by groups; and strict reading of what the outside sends."""

from opensky.serializer.inputs import Input, decode
from opensky.serializer.views import MoneyView, serialize, to_view, view

__all__ = ["Input", "MoneyView", "decode", "serialize", "to_view", "view"]
