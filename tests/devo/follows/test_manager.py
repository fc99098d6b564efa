"""Following: once is once, counters are true, lists come page by page."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from opensky.devo.follows import counters
from opensky.devo.follows.events import SELLER_FOLLOW, SELLER_UNFOLLOW
from opensky.devo.follows.listeners import FollowListeners
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.follows.repository import FollowRepository
from opensky.devo.follows.views import Standing
from opensky.devo.members.objects import MemberId
from opensky.devo.model import MODEL
from opensky.devo.sellers.events import SELLER_CREATED
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.devo.sellers.repository import SellerRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, Reader, UnitOfWork, table
from opensky.persistence.cursors import START, Cursor
from opensky.testing.factories import Factory
from opensky.testing.statements import counted


def test_following_twice_is_the_same_as_once(
    follows: FollowManager, make: Factory, unit: UnitOfWork, told: list[Event]
) -> None:
    """The second time changes no counter and tells nothing."""
    member, seller = make.member(), make.seller()
    assert [follows.follow(member.id, seller), follows.follow(member.id, seller)] == [True, False]
    unit.commit()
    assert [(e.name, e.subject, e["member_id"]) for e in told] == [(SELLER_FOLLOW, seller, member.id)]
    assert (follows.number_of_followers(seller.id), follows.number_followed(member.id)) == (1, 1)
    assert follows.is_following(member.id, seller.id)


def test_unfollowing_what_is_not_followed_changes_nothing(
    follows: FollowManager, make: Factory, unit: UnitOfWork, told: list[Event]
) -> None:
    """Counters never go below the number of edges."""
    member, seller = make.member(), make.seller()
    follows.follow(member.id, seller)
    assert [follows.unfollow(member.id, seller), follows.unfollow(member.id, seller)] == [True, False]
    unit.commit()
    assert [e.name for e in told] == [SELLER_FOLLOW, SELLER_UNFOLLOW]
    assert (follows.number_of_followers(seller.id), follows.number_followed(member.id)) == (0, 0)
    assert not follows.is_following(member.id, seller.id)


def test_a_follow_that_is_rolled_back_leaves_nothing(
    follows: FollowManager, make: Factory, unit: UnitOfWork, reader: Reader
) -> None:
    """Edge and counters share the transaction."""
    member, seller = make.member(), make.seller()
    unit.commit()
    follows.follow(member.id, seller)
    unit.rollback()
    for cls in (Follow, FollowerCount, FollowingCount):
        assert reader.rows(select(table(cls))) == []


def test_a_guest_follows_nobody(follows: FollowManager, make: Factory, database: Database) -> None:
    """Nothing is asked of the store for a guest."""
    with counted(database) as statements:
        assert not follows.is_following(None, 1)
        assert follows.followed_among(None, [1, 2]) == frozenset()
    assert statements == []


def test_a_follow_needs_few_statements(
    follows: FollowManager, make: Factory, unit: UnitOfWork, database: Database
) -> None:
    """An edge and two counters; the first follow of all also starts the counters."""
    seller, members = make.seller(), [make.member() for _ in range(3)]
    follows.follow(members[0].id, seller)
    follows.follow(members[1].id, make.seller())
    unit.commit()
    with counted(database) as statements:
        follows.follow(members[1].id, seller)
        unit.commit()
    writes = [s for s in statements if not s.startswith(("BEGIN", "COMMIT"))]
    assert [s.split()[0] for s in writes] == ["INSERT", "UPDATE", "UPDATE"]


STEPS = st.lists(st.tuples(st.booleans(), st.integers(1, 3), st.integers(11, 13)), max_size=30)


@settings(max_examples=25)
@given(STEPS)
def test_counters_always_equal_the_edges(steps: list[tuple[bool, int, int]]) -> None:
    """Whatever members do in whatever order, each counter is the number of its edges, and events are the changes."""
    with TemporaryDirectory() as folder:
        clock = SetClock(datetime(2013, 2, 8, tzinfo=UTC))
        database = Database(Path(folder) / "f.sqlite", MODEL, clock=clock)
        database.create()
        told: list[Event] = []
        expected: set[tuple[int, int]] = set()
        with database.unit_of_work() as unit, database.reader() as reader:
            dispatcher = Dispatcher(Listeners([listen("*", told.append)]))
            manager = FollowManager(FollowRepository(reader, unit), clock, dispatcher)
            for follow, member, seller in steps:
                act = manager.follow if follow else manager.unfollow
                who = Seller(id=SellerId(seller), slug=f"s{seller}", name="S", joined_at=clock.now())
                changed = act(MemberId(member), who)
                assert changed == (((member, seller) in expected) != follow)
                (expected.add if follow else expected.discard)((member, seller))
            unit.commit()
            by_member, by_seller = Counter(m for m, _ in expected), Counter(s for _, s in expected)
            for member in (1, 2, 3):
                assert manager.number_followed(MemberId(member)) == by_member[member]
                assert set(manager.followed_ids(MemberId(member))) == {s for m, s in expected if m == member}
            for seller in (11, 12, 13):
                assert manager.number_of_followers(seller) == by_seller[seller]
            changes = Counter((e["member_id"], e.subject.id) for e in told if e.name == SELLER_FOLLOW)
            changes.subtract((e["member_id"], e.subject.id) for e in told if e.name == SELLER_UNFOLLOW)
            assert {pair for pair, balance in changes.items() if balance} == expected
        database.close()


def test_both_lists_come_page_by_page_each_entry_once(
    follows: FollowManager, make: Factory, unit: UnitOfWork, clock: SetClock
) -> None:
    """Ties in time do not repeat or lose anybody; the latest comes first, and only given names are shown."""
    seller, members = make.seller(), [make.member(name=f"Mo{n} Secret") for n in range(7)]
    me, others = make.member(), [make.seller() for _ in range(7)]
    for number, (member, other) in enumerate(zip(members, others, strict=True)):
        follows.follow(member.id, seller)
        follows.follow(me.id, other)
        clock.advance(minutes=number % 3)
    unit.commit()
    pages = [follows.followers(seller.id, START, 3)]
    while pages[-1].next_page:
        pages.append(follows.followers(seller.id, Cursor.read(pages[-1].next_page), 3))
    assert [[f.name for f in page.entries] for page in pages] == [["Mo6", "Mo5", "Mo4"], ["Mo3", "Mo2", "Mo1"], ["Mo0"]]
    first = follows.following(me.id, START, 5)
    second = follows.following(me.id, Cursor.read(first.next_page), 5)
    assert [f.insider.id for f in (*first.entries, *second.entries)] == [s.id for s in reversed(others)]
    assert {f.followers for f in first.entries} == {1}
    assert second.older is None


def test_the_list_of_insiders_goes_by_followers_and_holds_those_without(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, make: Factory
) -> None:
    """A new insider stands at the end of the list at once, through the event of their creation."""
    follows = FollowManager(FollowRepository(reader, unit), clock, Dispatcher())
    heard = Dispatcher(Listeners([listen(SELLER_CREATED, FollowListeners(follows).on_seller_created)]))
    sellers = SellerManager(SellerRepository(reader, unit), ids, clock, heard)
    made = [sellers.create(f"Insider {n}") for n in range(4)]
    for number in (1, 1, 1, 3, 3, 2):
        follows.follow(make.member().id, made[number])
    unit.commit()
    first = follows.most_followed(Standing.read(""), 3)
    second = follows.most_followed(Standing.read(first.next_page), 3)
    found = [(p.insider.name, p.followers) for p in (*first.entries, *second.entries)]
    assert found == [("Insider 1", 3), ("Insider 3", 2), ("Insider 2", 1), ("Insider 0", 0)]
    assert second.next_page == ""


def test_whom_of_these_one_follows_is_one_question(
    follows: FollowManager, make: Factory, unit: UnitOfWork, reader: Reader
) -> None:
    """However many are asked about."""
    member, some = make.member(), [make.seller() for _ in range(30)]
    for seller in some[::2]:
        follows.follow(member.id, seller)
    unit.commit()
    before = reader.statements
    among = follows.followed_among(member.id, [s.id for s in some])
    numbers = follows.followers_of([s.id for s in some])
    assert among == {s.id for s in some[::2]}
    assert numbers == {s.id: 1 - n % 2 for n, s in enumerate(some)}
    assert reader.statements - before == 2


def test_counters_are_rebuilt_from_the_edges(
    database: Database, follows: FollowManager, make: Factory, unit: UnitOfWork, clock: SetClock, reader: Reader
) -> None:
    """A bulk import writes edges alone; afterwards counters are true and every insider has one."""
    members, some = [make.member() for _ in range(3)], [make.seller() for _ in range(3)]
    unit.commit()
    with database.bulk() as bulk:
        edges = [(0, 0), (1, 0), (2, 0), (0, 1)]
        bulk.rows(
            Follow,
            [{"member_id": members[m].id, "seller_id": some[s].id, "followed_at": clock.now()} for m, s in edges],
        )
        bulk.commit()
    counters.rebuild(database)
    counters.rebuild(database)
    assert [follows.number_of_followers(s.id) for s in some] == [3, 1, 0]
    assert [follows.number_followed(m.id) for m in members] == [2, 1, 1]
    assert reader.rows(select(func.count()).select_from(table(FollowerCount)))[0][0] == 3


@pytest.mark.parametrize("text", ["x", "%", "AAAA", "é" * 10, "A" * 1000, "AAAAAAAAAAAAAAAAAAAAAB", "\ud800"])
def test_a_cursor_that_is_none_of_ours_is_refused(text: str) -> None:
    """Whatever stands in an address, it is a refusal that names the parameter, never an accident."""
    for kind in (Cursor, Standing):
        with pytest.raises(Invalid) as refused:
            kind.read(text, "after")
        assert list(refused.value.by_field()) == ["after"]
