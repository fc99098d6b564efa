"""The doors: how somebody comes in, for pages and programs alike. Tries are counted here, before anything else."""

from opensky.devo.members.errors import WrongLogin
from opensky.devo.members.manager import MemberManager, normal_email
from opensky.devo.members.objects import Member
from opensky.logs import security
from opensky.persistence import UnitOfWork
from opensky.web import LOG_IN_ACCOUNT, LOG_IN_ADDRESS, SIGN_UP_ADDRESS, Sessions, Throttles, Tokens, Visitor


class Doors:
    """Signing up, logging in, and giving out tokens."""

    def __init__(
        self,
        members: MemberManager,
        sessions: Sessions,
        tokens: Tokens,
        throttles: Throttles,
        visitor: Visitor,
        unit: UnitOfWork,
    ) -> None:
        self._members = members
        self._sessions = sessions
        self._tokens = tokens
        self._throttles = throttles
        self._visitor = visitor
        self._unit = unit

    def sign_up(self, email: str, name: str, password: str) -> Member:
        """Open an account and sign the visitor in.

        Raises:
            TooMany: many accounts were opened from this address just now.
            Invalid: a rule is broken, or the e-mail address is taken.
        """
        self._throttles.take((f"sign-up:{self._visitor.address}", SIGN_UP_ADDRESS))
        member = self._members.sign_up(email, name, password)
        self._members.welcome(member, self._visitor.bag_id)
        self._sessions.log_in(member.id, name=member.name, roles=member.roles)
        return member

    def log_in(self, email: str, password: str) -> Member:
        """Sign the visitor in.

        Raises:
            TooMany: too many tries for this account or from this address.
            WrongLogin: e-mail and password do not belong together.
        """
        member = self._check(email, password)
        self._members.welcome(member, self._visitor.bag_id)
        self._sessions.log_in(member.id, name=member.name, roles=member.roles)
        return member

    def give_token(self, email: str, password: str, *, name: str, scope: str) -> str:
        """Return a new token for a program of this member; raises as ``log_in`` does."""
        member = self._check(email, password)
        return self._tokens.create(member.id, member_name=member.name, name=name, scope=scope)

    def _check(self, email: str, password: str) -> Member:
        account, address = f"log-in:{normal_email(email)}", f"log-in-from:{self._visitor.address}"
        self._throttles.take((account, LOG_IN_ACCOUNT), (address, LOG_IN_ADDRESS))
        try:
            member = self._members.recognise(email, password)
        except WrongLogin:
            security("auth.failed", address=self._visitor.address)
            raise
        self._throttles.forget(self._unit, account)
        return member
