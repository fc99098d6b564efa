"""The member manager: opening accounts, logging in, and what a member changes about themselves."""

import unicodedata
from collections.abc import Callable

from opensky.devo.members.errors import EmailTaken, WrongLogin
from opensky.devo.members.events import (
    MEMBER_CHANGED,
    MEMBER_CREATED,
    MEMBER_DISMISSED,
    MEMBER_EMAIL_CHANGED,
    MEMBER_LOGGED_IN,
    MEMBER_PASSWORD_CHANGED,
    MEMBER_PROMOTED,
)
from opensky.devo.members.objects import STAFF, Member, MemberId, PostalAddress
from opensky.devo.members.passwords import Passwords, refuse_weak
from opensky.devo.members.repository import MemberRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.mapping import validate
from opensky.persistence import Duplicate
from opensky.settings import Settings


class MemberManager:
    """The verbs of members.

    A password is hashed or checked before the unit of work begins, as the one writer would wait for it; so a caller must
    not have written anything in the same unit of work before.
    """

    def __init__(
        self,
        members: MemberRepository,
        passwords: Passwords,
        events: Dispatcher,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._members = members
        self._passwords = passwords
        self._events = events
        self._ids = ids
        self._clock = clock
        self._settings = settings

    def sign_up(self, email: str, name: str, password: str) -> Member:
        """Open an account.

        An address that has one already is refused after the same work and with a sentence that fits any reason; until
        addresses are confirmed by mail, a refusal is all that can be told apart, and tries are throttled.

        Raises:
            Invalid: e-mail, name or password break a rule; all of them are told.
            EmailTaken: no account can be opened with that address.
        """
        member = Member(
            id=MemberId(self._ids.next()),
            email=normal_email(email),
            name=_plain(name),
            joined_at=self._clock.now(),
        )
        self._refuse_broken(member, password)
        member.password_hash = self._passwords.hash(password)
        if self._members.credentials_of(member.email) is not None:
            raise EmailTaken
        try:
            self._members.add(member)
        except Duplicate as error:
            raise EmailTaken from error
        self._events.notify(Event(MEMBER_CREATED, member))
        return member

    def recognise(self, email: str, password: str) -> Member:
        """Return the member whose e-mail and password these are.

        Raises:
            WrongLogin: they do not belong together, or it is a demo login from elsewhere than this machine.
        """
        known = self._members.credentials_of(normal_email(email))
        if known is not None and known.demo and not self._settings.loopback:
            known = None
        fits, newer = self._passwords.check(password, known.password_hash if known else "")
        if known is None or not fits:
            raise WrongLogin
        member = self.get(known.id)
        if newer:
            member.password_hash = newer
        return member

    def welcome(self, member: Member, bag_id: int | None) -> None:
        """Tell that a member has come in; ``bag_id`` is the bag that they filled as a guest."""
        self._events.notify(Event(MEMBER_LOGGED_IN, member, {"bag_id": bag_id}))

    def get(self, member_id: MemberId) -> Member:
        """Return a member; raises ``NotFound``."""
        member = self._members.by_id(member_id)
        if member is None:
            raise NotFound("There is no such member.", member=member_id)
        return member

    def shown(self, member_id: MemberId) -> Member:
        """Return a member to be looked at: changes to the object are not kept. Raises ``NotFound``."""
        member = self._members.shown(member_id)
        if member is None:
            raise NotFound("There is no such member.", member=member_id)
        return member

    def change_password(self, member_id: MemberId, password: str, new_password: str) -> Member:
        """Give a member another password. The caller ends the other sessions.

        Raises:
            Invalid: the present password is wrong, or the new one is refused.
        """
        known = self._members.credentials_by_id(member_id)
        if known is None:
            raise NotFound("There is no such member.", member=member_id)
        fits, _ = self._passwords.check(password, known.password_hash)
        if not fits:
            raise Invalid(FieldError("password", "This is not your present password.", "wrong"))
        refuse_weak(new_password, (known.email, known.name, self._settings.shop_name), field="new_password")
        hashed = self._passwords.hash(new_password)
        member = self.get(member_id)
        member.password_hash = hashed
        self._events.notify(Event(MEMBER_PASSWORD_CHANGED, member))
        return member

    def by_email(self, email: str) -> Member | None:
        """Return whose address this is; ``None`` if it is nobody's."""
        return self._members.by_email(normal_email(email))

    def refuse_wrong(self, member_id: MemberId, password: str) -> None:
        """Make sure that this is a member's password; raises ``Invalid`` if it is not."""
        known = self._members.credentials_by_id(member_id)
        if known is None or not self._passwords.check(password, known.password_hash)[0]:
            raise Invalid(FieldError("password", "This is not your present password.", "wrong"))

    def hashed(self, member_id: MemberId, new_password: str) -> str:
        """Return what is to be kept of a member's new password; writes nothing.

        Raises:
            Invalid: the password is refused.
        """
        known = self._members.credentials_by_id(member_id)
        if known is None:
            raise NotFound("There is no such member.", member=member_id)
        refuse_weak(new_password, (known.email, known.name, self._settings.shop_name), field="new_password")
        return self._passwords.hash(new_password)

    def set_password(self, member_id: MemberId, hashed: str) -> Member:
        """Give a member who has proven to own their address another password. The caller ends all sessions."""
        member = self.get(member_id)
        member.password_hash = hashed
        self._events.notify(Event(MEMBER_PASSWORD_CHANGED, member))
        return member

    def set_email(self, member_id: MemberId, email: str) -> Member:
        """Give a member another address, of which they have proven that it is theirs.

        Raises:
            EmailTaken: somebody else has an account with it.
        """
        member = self.get(member_id)
        before, wanted = member.email, normal_email(email)
        if before == wanted:
            return member
        owner = self._members.by_email(wanted)
        if owner is not None:
            raise EmailTaken
        member.email = wanted
        self._members.flush()
        self._events.notify(Event(MEMBER_EMAIL_CHANGED, member, {"before": before}))
        return member

    def change_profile(self, member_id: MemberId, *, name: str, address: PostalAddress | None) -> Member:
        """Change a member's name and address; no address removes it.

        Raises:
            Invalid: a rule is broken; nothing was changed.
        """
        member = self.get(member_id)
        before = member.name, member.address
        member.name, member.address = _plain(name), address
        try:
            validate(member)
        except Invalid:
            member.name, member.address = before
            raise
        self._events.notify(Event(MEMBER_CHANGED, member))
        return member

    def make_staff(self, email: str) -> Member:
        """Open the admin to a member, who must log in anew for it. Doing it twice is the same as once.

        Raises:
            NotFound: nobody has this address.
        """
        member = self._members.by_email(normal_email(email))
        if member is None:
            raise NotFound("Nobody has an account with this address.", email=email)
        if not member.is_staff:
            member.roles = [*member.roles, STAFF]
            self._members.end_sessions(member.id)
            self._events.notify(Event(MEMBER_PROMOTED, member))
        return member

    def dismiss(self, member: Member) -> Member:
        """Close the admin to a member, and sign them out everywhere. Doing it twice is the same as once."""
        if member.is_staff:
            member.roles = [role for role in member.roles if role != STAFF]
            self._members.end_sessions(member.id)
            self._events.notify(Event(MEMBER_DISMISSED, member))
        return member

    def end_sessions(self, member_id: MemberId) -> Member:
        """Sign a member out everywhere."""
        member = self.get(member_id)
        self._members.end_sessions(member_id)
        return member

    def _refuse_broken(self, member: Member, password: str) -> None:
        """Tell everything that is wrong at once, so that nobody fills in a form three times."""
        context = member.email, member.name, self._settings.shop_name
        checks: tuple[Callable[[], None], ...] = (lambda: validate(member), lambda: refuse_weak(password, context))
        errors: list[FieldError] = []
        for check in checks:
            try:
                check()
            except Invalid as error:
                errors.extend(error.errors)
        if errors:
            raise Invalid(*errors)


def normal_email(email: str) -> str:
    """Return the one form in which an address is kept: composed Unicode, small letters, no blanks around it.

    Small letters also before the @: the standard lets hosts tell cases apart there, none does, and people type both.
    """
    return unicodedata.normalize("NFC", email.strip()).lower()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
