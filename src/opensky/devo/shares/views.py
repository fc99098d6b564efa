"""What pages show of shares."""

from datetime import datetime
from typing import NamedTuple


class ShareRow(NamedTuple):
    """One thing that a member shared. What is not on show any more has no name and no address."""

    name: str
    slug: str
    link: str
    shared_at: datetime
    bought: int
