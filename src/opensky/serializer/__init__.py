"""The serializer: what of an object the outside sees, by groups; and strict reading of what the outside sends."""

from opensky.serializer.handlers import Handler
from opensky.serializer.inputs import Input, decode
from opensky.serializer.serializer import SERIALIZER, Serializer
from opensky.serializer.views import Moment, MoneyView, apply, serialize, to_view, view

__all__ = [
    "SERIALIZER",
    "Handler",
    "Input",
    "Moment",
    "MoneyView",
    "Serializer",
    "apply",
    "decode",
    "serialize",
    "to_view",
    "view",
]
