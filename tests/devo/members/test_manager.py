"""Members: opening accounts, coming in, changing what others know of them."""

import pytest

from opensky.devo.members.errors import EmailTaken, WrongLogin
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId, PostalAddress
from opensky.devo.members.passwords import Passwords
from opensky.devo.members.repository import MemberRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.web.objects import Session

SENTENCE = "seven blue cacti"
ADDRESS = PostalAddress(name="Maya Stone", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")


@pytest.fixture
def maya(members: MemberManager, unit: UnitOfWork, told: list[Event]) -> Member:
    member = members.sign_up("maya@example.org", "Maya Stone", SENTENCE)
    unit.commit()
    told.clear()
    return member


def open_session(unit: UnitOfWork, clock: SetClock, member: Member, token: str) -> None:
    unit.persist(Session(token_hash=token * 64, member_id=member.id, created_at=clock.now(), seen_at=clock.now()))
    unit.commit()


def test_signing_up_keeps_a_member_and_tells_so(
    members: MemberManager, unit: UnitOfWork, clock: SetClock, told: list[Event]
) -> None:
    """The address is kept in small letters, the name without blanks too many, the password not at all."""
    member = members.sign_up("  Maya@Example.ORG ", "  Maya   Stone ", SENTENCE)
    unit.commit()

    kept = unit.get(Member, member.id)
    assert kept is not None
    assert (kept.email, kept.name, kept.joined_at, kept.roles) == ("maya@example.org", "Maya Stone", clock.now(), [])
    assert SENTENCE not in kept.password_hash
    assert told == [Event("member.created", member)]


def test_all_that_is_wrong_is_told_at_once(members: MemberManager, unit: UnitOfWork, told: list[Event]) -> None:
    """Nobody fills in a form three times."""
    with pytest.raises(Invalid) as refusal:
        members.sign_up("maya", " ", "short")

    assert list(refusal.value.by_field()) == ["email", "name", "password"]
    assert unit.find(Member) == []
    assert told == []


def test_an_address_opens_one_account(
    members: MemberManager, maya: Member, unit: UnitOfWork, told: list[Event]
) -> None:
    """However it is cased; and the refusal names no reason that only an account would have."""
    with pytest.raises(EmailTaken) as refusal:
        members.sign_up("MAYA@example.org", "Somebody", SENTENCE)

    assert refusal.value.by_field() == {
        "email": "We could not open an account with this address. If you have one already, please log in."
    }
    assert [m.id for m in unit.find(Member)] == [maya.id]
    assert told == []


def test_the_writer_is_free_while_a_password_is_worked_on(
    members: MemberManager, unit: UnitOfWork, maya: Member
) -> None:
    """34 ms in which nobody else could write would be the end of the shop."""
    seen = []
    work = members._passwords

    class Watched:
        def hash(self, password: str) -> str:
            seen.append(unit._connection)
            return work.hash(password)

        def check(self, password: str, kept: str) -> tuple[bool, str]:
            seen.append(unit._connection)
            return work.check(password, kept)

    members._passwords = Watched()  # type: ignore[assignment]

    members.sign_up("ben@example.org", "Ben", SENTENCE)
    unit.commit()
    members.recognise("maya@example.org", SENTENCE)
    unit.commit()
    members.change_password(maya.id, SENTENCE, "eight green cacti")

    assert seen == [None] * 4


def test_a_member_is_recognised_by_address_and_password(members: MemberManager, maya: Member) -> None:
    """The address may be typed as one likes, the password may not."""
    assert members.recognise(" Maya@example.org", SENTENCE).id == maya.id


@pytest.mark.parametrize(
    ("email", "password"), [("maya@example.org", "six blue cacti"), ("nobody@example.org", SENTENCE), ("", "")]
)
def test_a_wrong_log_in_does_not_say_what_was_wrong(
    members: MemberManager, maya: Member, email: str, password: str
) -> None:
    """Unknown address and wrong password read the same."""
    with pytest.raises(WrongLogin) as refusal:
        members.recognise(email, password)

    assert str(refusal.value) == "This e-mail address and password do not belong together. Please check both."


def test_a_demo_login_works_on_this_machine_alone(
    members: MemberManager, maya: Member, unit: UnitOfWork, settings: Settings
) -> None:
    """Its password is printed on the log-in page, so a shop that others can reach refuses it."""
    member = unit.get(Member, maya.id)
    assert member is not None
    member.demo = True
    unit.commit()
    assert members.recognise("maya@example.org", SENTENCE).id == maya.id

    members._settings = Settings(data=settings.data, secret_key="0" * 64, host="0.0.0.0", demo=True)  # noqa: S104

    with pytest.raises(WrongLogin):
        members.recognise("maya@example.org", SENTENCE)


def test_a_hash_of_old_parameters_is_made_anew_at_log_in(
    maya: Member, unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, settings: Settings
) -> None:
    """And kept."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    members = MemberManager(MemberRepository(unit, reader), Passwords(), Dispatcher(), ids, clock, settings)
    member = unit.get(Member, maya.id)
    assert member is not None
    member.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SENTENCE)
    unit.commit()

    members.recognise("maya@example.org", SENTENCE)
    unit.commit()

    again = unit.get(Member, maya.id)
    assert again is not None
    assert again.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_coming_in_is_told_with_the_bag_of_the_guest(members: MemberManager, maya: Member, told: list[Event]) -> None:
    """So that the bag and the orders of the guest can follow."""
    members.welcome(maya, 5)

    assert told == [Event("member.logged_in", maya, {"bag_id": 5})]


def test_a_password_is_changed_by_who_knows_the_old_one(
    members: MemberManager, maya: Member, unit: UnitOfWork, told: list[Event]
) -> None:
    """The new one counts from then on."""
    members.change_password(maya.id, SENTENCE, "eight green cacti")
    unit.commit()

    assert members.recognise("maya@example.org", "eight green cacti").id == maya.id
    assert [event.name for event in told] == ["member.password_changed"]
    with pytest.raises(WrongLogin):
        members.recognise("maya@example.org", SENTENCE)


@pytest.mark.parametrize(
    ("password", "new", "field"),
    [("wrong wrong", "eight green cacti", "password"), (SENTENCE, "maya.stone", "new_password")],
)
def test_a_password_is_not_changed_otherwise(
    members: MemberManager, maya: Member, told: list[Event], password: str, new: str, field: str
) -> None:
    """The message stands beside the field that is wrong."""
    with pytest.raises(Invalid) as refusal:
        members.change_password(maya.id, password, new)

    assert list(refusal.value.by_field()) == [field]
    assert members.recognise("maya@example.org", SENTENCE).id == maya.id
    assert told == []


def test_a_member_changes_name_and_address(
    members: MemberManager, maya: Member, unit: UnitOfWork, told: list[Event]
) -> None:
    """Both are kept together."""
    members.change_profile(maya.id, name="Maya S.", address=ADDRESS)
    unit.commit()
    unit.rollback()

    again = unit.get(Member, maya.id)
    assert again is not None
    assert (again.name, again.address) == ("Maya S.", ADDRESS)
    assert [event.name for event in told] == ["member.changed"]


def test_a_broken_address_changes_nothing(
    members: MemberManager, maya: Member, unit: UnitOfWork, told: list[Event]
) -> None:
    """Not even the name that came with it."""
    with pytest.raises(Invalid) as refusal:
        members.change_profile(maya.id, name="Maya S.", address=PostalAddress(name="Maya"))
    unit.commit()
    unit.rollback()

    assert list(refusal.value.by_field()) == ["address.street", "address.city", "address.postcode"]
    again = unit.get(Member, maya.id)
    assert again is not None
    assert (again.name, again.address) == ("Maya Stone", None)
    assert told == []


def test_a_new_member_of_staff_logs_in_anew(
    members: MemberManager, maya: Member, make: Factory, unit: UnitOfWork, clock: SetClock, told: list[Event]
) -> None:
    """What one may do is noted in the session, so those from before are ended; twice is as once."""
    other = make.member()
    open_session(unit, clock, maya, "a")
    open_session(unit, clock, other, "b")

    members.make_staff("Maya@example.org")
    members.make_staff("maya@example.org")
    unit.commit()
    unit.rollback()

    again = unit.get(Member, maya.id)
    assert again is not None
    assert again.roles == ["staff"]
    assert [session.member_id for session in unit.find(Session)] == [other.id]
    assert [event.name for event in told] == ["member.promoted"]


def test_nobody_becomes_staff_without_an_account(members: MemberManager) -> None:
    """There are no accounts by default."""
    with pytest.raises(NotFound):
        members.make_staff("nobody@example.org")


def test_an_unknown_member_is_not_found(members: MemberManager) -> None:
    """By id."""
    with pytest.raises(NotFound):
        members.get(MemberId(1))
