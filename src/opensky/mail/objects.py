"""What is kept of letters: what became of each, and the addresses that get none that they need not get."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from opensky.mapping import Id, Index, Length, NoHistory, Personal, entity

State = Literal["sending", "sent", "refused", "withheld"]
Why = Literal["bounced", "unsubscribed"]

LONGEST_ANSWER = 500
EVERYTHING = ""
"""The topic of a stop that holds for all letters that nobody has to get."""


@NoHistory()
@entity("mail_deliveries", Index("address", "-id"), Index("about", "-id"))
@dataclass(eq=False, kw_only=True)
class Delivery:
    """One letter and what became of it. Its id is that of its message, so that it is sent once however often that is handled.

    ``sending`` with an end is a letter that the post did not take yet; without one, a hand-over that was never heard of again.
    """

    id: Annotated[int, Id()]
    kind: Annotated[str, Length(0, 60)]
    address: Annotated[str, Personal("contact"), Length(0, 254)]
    about: Annotated[str, Personal("account"), Length(0, 80)] = ""
    state: Annotated[State, Length(0, 10)] = "sending"
    answer: Annotated[str, Personal("contact"), Length(0, LONGEST_ANSWER)] = ""
    tries: int = 0
    begun_at: datetime
    ended_at: datetime | None = None


@entity("mail_stops")
@dataclass(eq=False, kw_only=True)
class Stop:
    """An address to which letters of a topic are not sent any more; letters about somebody's own orders and account still are."""

    address: Annotated[str, Id(), Personal("contact"), Length(0, 254)]
    topic: Annotated[str, Id(), Length(0, 40)] = EVERYTHING
    why: Annotated[Why, Length(0, 20)]
    answer: Annotated[str, Personal("contact"), Length(0, LONGEST_ANSWER)] = ""
    at: datetime
