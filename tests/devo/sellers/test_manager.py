"""Insiders: opening a shop, editing, finding."""

import pytest

from opensky.devo.sellers.events import SELLER_CREATED, SELLER_EDITED
from opensky.devo.sellers.manager import SellerManager
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.persistence import Duplicate, Reader, UnitOfWork
from opensky.persistence.cursors import START, Cursor
from opensky.testing.factories import Factory


def test_a_new_insider_has_an_address_made_of_the_name(
    sellers: SellerManager, unit: UnitOfWork, told: list[Event]
) -> None:
    """Creating makes a readable slug, tells ``seller.created`` and is there for readers after the commit."""
    seller = sellers.create("Zoë O'Brien-Straße", craft="Potter", town="Cork")
    unit.commit()
    assert seller.slug == "zoe-obrien-strasse"
    assert [(e.name, e.subject) for e in told] == [(SELLER_CREATED, seller)]
    shown = sellers.shown("zoe-obrien-strasse")
    assert (shown.id, shown.name, shown.craft, shown.town, shown.bio) == (
        seller.id,
        "Zoë O'Brien-Straße",
        "Potter",
        "Cork",
        "",
    )


def test_a_second_insider_of_the_same_name_gets_a_number(sellers: SellerManager) -> None:
    """Two of one name are told apart by their address."""
    assert [sellers.create("Maya Linden").slug for _ in range(3)] == ["maya-linden", "maya-linden-2", "maya-linden-3"]


def test_an_address_that_was_asked_for_is_not_changed_silently(sellers: SellerManager) -> None:
    """A slug given by hand is that slug or a refusal."""
    sellers.create("Maya", slug="maya")
    with pytest.raises(Duplicate) as refused:
        sellers.create("Other", slug="maya")
    assert refused.value.fields == ("slug",)


def test_an_insider_without_a_name_is_refused(sellers: SellerManager, told: list[Event]) -> None:
    """A blank name breaks a rule, and nothing is told."""
    with pytest.raises(Invalid) as refused:
        sellers.create("  ")
    assert refused.value.by_field() == {"name": "Please give a name."}
    assert told == []


def test_a_member_opens_one_shop(sellers: SellerManager, make: Factory) -> None:
    """A second shop of the same member is refused."""
    member = make.member()
    seller = sellers.open_shop(member.id, "Maya Linden")
    assert seller.member_id == member.id
    with pytest.raises(Conflict):
        sellers.open_shop(member.id, "Another")


def test_an_edit_tells_what_has_changed_and_only_then(sellers: SellerManager, told: list[Event]) -> None:
    """``seller.edited`` names the fields; an edit that changes nothing tells nothing."""
    seller = sellers.create("Maya Linden", craft="Potter")
    told.clear()
    sellers.edit(seller, name="Maya Linden", craft="Baker", town="Lund")
    assert [(e.name, e["fields"]) for e in told] == [(SELLER_EDITED, ["craft", "town"])]
    sellers.rename(seller, "Maya Linden ")
    assert len(told) == 1
    assert (seller.name, seller.slug) == ("Maya Linden", "maya-linden")


def test_a_refused_edit_changes_nothing(sellers: SellerManager, told: list[Event]) -> None:
    """If one field breaks a rule, none is changed."""
    seller = sellers.create("Maya Linden")
    told.clear()
    with pytest.raises(Invalid):
        sellers.edit(seller, name="New", slug="Not A Slug")
    assert (seller.name, seller.slug, told) == ("Maya Linden", "maya-linden", [])


def test_an_unknown_insider_is_not_found(sellers: SellerManager) -> None:
    """All doors say the same."""
    for door in (sellers.by_slug, sellers.shown):
        with pytest.raises(NotFound):
            door("nobody")


def test_the_newest_insiders_come_page_by_page(sellers: SellerManager, unit: UnitOfWork, clock: SetClock) -> None:
    """Three pages of two hold five insiders, each once, the last who joined first."""
    for number in range(5):
        sellers.create(f"Insider {number}")
        clock.advance(minutes=number % 2)
    unit.commit()
    seen = []
    page = sellers.newest(START, 2)
    while page.older:
        seen += [insider.name for insider in page.entries]
        page = sellers.newest(Cursor.read(page.next_page), 2)
    seen += [insider.name for insider in page.entries]
    assert seen == [f"Insider {n}" for n in (4, 3, 2, 1, 0)]


def test_insiders_are_found_by_name_craft_and_town(sellers: SellerManager, unit: UnitOfWork, reader: Reader) -> None:
    """Beginnings of words match, accents do not matter, and what was renamed is found by its new name alone."""
    sellers.create("Zoë Brandt", craft="Potter", town="Lund")
    renamed = sellers.create("Ada Moss", craft="Baker", town="Zoetermeer")
    unit.commit()
    assert [i.name for i in sellers.matching("zoe", 5)] == ["Zoë Brandt", "Ada Moss"]
    sellers.rename(renamed, "Ida Moss")
    unit.commit()
    assert [i.name for i in sellers.matching("ada", 5)] == []
    before = reader.statements
    assert [i.name for i in sellers.matching("baker IDA", 5)] == ["Ida Moss"]
    assert reader.statements - before == 2
