"""What an address asks for: ids and places in the log, as numbers."""

from opensky.kernel.errors import NotFound

_LARGEST = (1 << 63) - 1


def number(text: str) -> int:
    """Return the number of an id in an address; raises ``NotFound`` where it is none."""
    if text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST)) and int(text) <= _LARGEST:
        return int(text)
    raise NotFound("There is no such webhook.")


def before(after: str) -> int:
    """Return the id before which a page of the log begins."""
    return min(int(after), _LARGEST) if after else _LARGEST
