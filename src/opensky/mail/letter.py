"""A letter before it is written: which template, to whom, and the plain data that the template fills in."""

from typing import Any

import msgspec

QUEUE = "mail.letters"
"""The queue of letters that are to be sent."""


class Sealed(msgspec.Struct):
    """A link that is signed when the letter is written, and not before: no queue and no dead letter holds what it opens."""

    path: str
    purpose: str
    text: str
    whole: bool = True
    """Whether the text stands in the link, too; without it only its signature does."""


class Letter(msgspec.Struct, kw_only=True):
    """What is to be sent. Everything in it is plain data, fit for a message."""

    kind: str
    """Name of the template, such as ``order_paid``."""
    to: str
    name: str = ""
    """The name of whom it is for."""
    data: dict[str, Any] = {}
    links: dict[str, str] = {}
    """Pages of the shop, by the name that the template knows: paths that begin with a slash."""
    sealed: dict[str, Sealed] = {}
    """Further links, each with a signature at its end."""
    topic: str = ""
    """What a letter is about that nobody has to get (``news``): those are sent with a way to end them. Empty for all others."""
    about: str = ""
    """What staff finds it by, such as the number of an order."""
    until: float = 0
    """Seconds of the epoch after which it is of no use any more and is not sent; 0 for never."""
