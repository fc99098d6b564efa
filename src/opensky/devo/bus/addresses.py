"""Where the pages of the bus are, for those that lead to them."""

from urllib.parse import urlencode

from opensky.persistence.history.keys import key_text

BUS = "/admin/bus"
QUEUE, DEAD, LETTERS, JOURNEYS, ABOUT, BOOKS = (
    f"{BUS}/{each}" for each in ("queue", "dead", "letters", "journeys", "about", "books")
)


def journeys_path(cls: type, key: object) -> str:
    """Return where the journeys are that an object has been part of."""
    return f"{ABOUT}?{urlencode({'kind': cls.__name__, 'id': key_text(key)})}"
