"""What staff do is written down: who, what, to which."""

from opensky.logs import security
from opensky.web import Visitor


def note(visitor: Visitor, act: str, subject: str | int) -> None:
    """Write a line for the security log."""
    security("admin.acted", act=act, subject=str(subject), member=visitor.member_id, address=visitor.address)
