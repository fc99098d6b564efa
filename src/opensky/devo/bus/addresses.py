"""Where the pages of the bus are, for those that lead to them."""

from urllib.parse import urlencode

from opensky.persistence.history.keys import key_text

BUS = "/admin/bus"
QUEUE, DEAD, LETTERS, JOURNEYS, ABOUT, BOOKS = (
    f"{BUS}/{each}" for each in ("queue", "dead", "letters", "journeys", "about", "books")
)


def journeys_path(cls: type, key: object) -> str:
    """Return where the journeys are that an object has been part of."""
    return about_path(cls.__name__, key_text(key))


def about_path(kind: str, object_id: str) -> str:
    """Return where the journeys are of what is known by these words, such as a request."""
    return f"{ABOUT}?{urlencode({'kind': kind, 'id': object_id})}"
