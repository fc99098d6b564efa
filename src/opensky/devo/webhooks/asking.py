"""What an address asks for, as a number."""

from opensky.kernel.errors import NotFound
from opensky.kernel.ids import read_id


def number(text: str) -> int:
    """Return the number of an id in an address; raises ``NotFound`` where it is none."""
    found = read_id(text)
    if found is None:
        raise NotFound("There is no such webhook.")
    return found
