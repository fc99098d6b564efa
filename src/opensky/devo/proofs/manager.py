"""The proof manager: links that only the owner of an address can open, for a forgotten password and for another address.

A link holds the number of its proof and a signature, which is made when the letter is written: no row and no message opens
anything. It works once, for an hour; the newest link of a purpose ends those before it.
"""

from opensky.devo.letters.manager import LetterManager
from opensky.devo.members.manager import MemberManager, normal_email
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.proofs.errors import LinkEnded
from opensky.devo.proofs.events import PROOF_PASSWORD_ASKED
from opensky.devo.proofs.objects import VALID, Proof, ProofId, Purpose
from opensky.devo.proofs.repository import Open, ProofRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.ids import IdGenerator, read_id
from opensky.kernel.sealing import Signer
from opensky.mail import Letter, Sealed
from opensky.mapping import validate
from opensky.mapping.validators import Email
from opensky.settings import Settings


class ProofManager:
    """The verbs of proofs."""

    def __init__(
        self,
        proofs: ProofRepository,
        members: MemberManager,
        letters: LetterManager,
        events: Dispatcher,
        ids: IdGenerator,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._proofs = proofs
        self._members = members
        self._letters = letters
        self._events = events
        self._ids = ids
        self._clock = clock
        self._settings = settings

    def ask_for_password(self, email: str) -> None:
        """Have a link for a new password sent to an address, later: whether anybody has it can be told neither by answer nor by time.

        Raises:
            Invalid: this is no address.
        """
        address = normal_email(email)
        if Email().broken_by(address):
            raise Invalid(FieldError("email", "This does not look like an e-mail address.", "Email"))
        self._events.notify_async(Event(PROOF_PASSWORD_ASKED, None, {"email": address}))

    def send_password_link(self, email: str) -> None:
        """Send the link, if anybody has that address."""
        member = self._members.by_email(email)
        if member is None or (member.demo and not self._settings.loopback):
            return
        self._send(member.id, "password", member.email, member.name, "password_reset", ("reset", "/log-in/new/"))

    def for_password(self, sealed: str) -> Open:
        """Return what a link for a new password stands for; raises ``LinkEnded``."""
        return self._opened(sealed, "password")

    def reset_password(self, sealed: str, new_password: str) -> Member:
        """Give whoever has the link another password. The caller ends all their sessions and tokens.

        Raises:
            LinkEnded: it opens nothing.
            Invalid: the password is refused; the link stays good.
        """
        proof = self._opened(sealed, "password")
        hashed = self._members.hashed(proof.member_id, new_password)
        self._take(proof)
        return self._members.set_password(proof.member_id, hashed)

    def ask_for_email(self, member_id: MemberId, password: str, email: str) -> None:
        """Send a link to the address that a member wants to have. Whether somebody has it already is told to its owner alone.

        Raises:
            Invalid: the present password is wrong, or this is no address.
        """
        self._members.refuse_wrong(member_id, password)
        member = self._members.shown(member_id)
        address = normal_email(email)
        if address == member.email:
            raise Invalid(FieldError("email", "This is your address already.", "same"))
        self._send(member_id, "email", address, member.name, "email_confirm", ("confirm", "/account/email/"))

    def for_email(self, sealed: str) -> Open:
        """Return what a link for another address stands for; raises ``LinkEnded``."""
        return self._opened(sealed, "email")

    def change_email(self, sealed: str) -> Member:
        """Give a member the address of which the link proves that it is theirs.

        Raises:
            LinkEnded: it opens nothing.
            EmailTaken: somebody else has an account with it.
        """
        proof = self._opened(sealed, "email")
        self._take(proof)
        return self._members.set_email(proof.member_id, proof.email)

    def forget_old(self) -> None:
        """Forget links that nobody can use any more."""
        self._proofs.forget_old(self._clock.now())

    def _send(
        self, member_id: MemberId, purpose: Purpose, email: str, name: str, kind: str, link: tuple[str, str]
    ) -> None:
        ends_at = self._clock.now() + VALID
        proof = Proof(id=ProofId(self._ids.next()), member_id=member_id, purpose=purpose, email=email, ends_at=ends_at)
        validate(proof)
        self.forget_old()
        self._proofs.forget(member_id, purpose)
        self._proofs.add(proof)
        sealed = {link[0]: Sealed(link[1], _purpose(purpose), str(proof.id))}
        letter = Letter(kind=kind, to=email, name=name, sealed=sealed, until=ends_at.timestamp())
        self._letters.send(letter, urgent=True)

    def _opened(self, sealed: str, purpose: Purpose) -> Open:
        number = read_id(Signer(self._settings.secret_key, _purpose(purpose)).open(sealed))
        proof = self._proofs.open(number, purpose, self._clock.now()) if number is not None else None
        if proof is None:
            raise LinkEnded
        return proof

    def _take(self, proof: Open) -> None:
        if not self._proofs.take(proof.id):
            raise LinkEnded


def _purpose(purpose: Purpose) -> str:
    return f"proof:{purpose}"
