"""What lists and pages read of follows: values, never saved."""

from datetime import datetime
from typing import NamedTuple

from opensky.devo.sellers.views import Insider
from opensky.persistence.cursors import pack, unpack

_MOST = (1 << 63) - 1


class Follower(NamedTuple):
    """A member who follows; only the given name is for others to see."""

    member_id: int
    followed_at: datetime
    name: str


class Followed(NamedTuple):
    """An insider whom a member follows."""

    insider: Insider
    followed_at: datetime
    followers: int


class Popular(NamedTuple):
    """An insider and how many follow them."""

    insider: Insider
    followers: int


class Standing(NamedTuple):
    """The place of an insider in the list by followers: a cursor."""

    followers: int
    seller_id: int

    def text(self) -> str:
        """Return the cursor as it stands in an address."""
        return pack(">qq", *self)

    @classmethod
    def read(cls, text: str, field: str = "before") -> "Standing":
        """Read what ``text`` wrote; an empty text is the top of the list. Raises ``Invalid``."""
        return cls(*unpack(">qq", text, field)) if text else cls(_MOST, _MOST)
