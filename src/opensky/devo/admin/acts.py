"""What staff do is written down: who, what, to which."""

from opensky.web import Visitor
from opensky.web.logs import security


def note(visitor: Visitor, act: str, subject: str | int) -> None:
    """Write a line for the security log."""
    security("admin.acted", act=act, subject=str(subject), member=visitor.member_id, address=visitor.address)
