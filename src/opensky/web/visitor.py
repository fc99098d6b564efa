"""Whoever sent the request."""

from collections.abc import Sequence

from opensky.kernel.errors import LoginRequired
from opensky.kernel.ids import MemberId
from opensky.web.access import STAFF_ROLE
from opensky.web.csrf import Csrf


class Visitor:
    """A member, or a guest. Controllers ask for it in their constructor; templates see it as ``visitor``."""

    __slots__ = ("address", "bag_id", "csrf", "member_id", "name", "roles", "scope", "session_id")

    def __init__(self, csrf: Csrf, address: str = "") -> None:
        self.csrf = csrf
        self.address = address
        self.member_id: MemberId | None = None
        self.name = ""
        self.roles: tuple[str, ...] = ()
        self.session_id: str = ""
        self.bag_id: int | None = None
        self.scope = "write"

    @property
    def signed_in(self) -> bool:
        """Whether this is a member."""
        return self.member_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the admin is open to this visitor."""
        return STAFF_ROLE in self.roles

    @property
    def csrf_token(self) -> str:
        """The token that a form of this visitor must bring."""
        return self.csrf.token()

    def require_member(self) -> MemberId:
        """Return the member's id.

        Raises:
            LoginRequired: a guest.
        """
        if self.member_id is None:
            raise LoginRequired("Please log in first.")
        return self.member_id

    def become(
        self, member_id: MemberId | None, name: str, roles: Sequence[str], session_id: str, bag_id: int | None
    ) -> None:
        """Take on what a session or a token says."""
        self.member_id = member_id
        self.name = name
        self.roles = tuple(roles)
        self.session_id = session_id
        self.bag_id = bag_id
