"""Old shapes: what is moved, what is handed over, and what counts as old."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.mapping import AlsoLoad, Id, Renewal, also_load, document, entity, old_shape, renewal


@dataclass
class Door:
    street: Annotated[str, AlsoLoad("road", "way")] = ""


@old_shape(lacking="greeting")
@document("old_guests")
@dataclass(eq=False, slots=True, kw_only=True)
class Guest:
    id: Annotated[int, Id()]
    nick: Annotated[str, AlsoLoad("handle")] = ""
    first_name: str = ""
    greeting: str = "Hello"
    doors: list[Door] = field(default_factory=list)

    @also_load("full_name")
    def split(self, full_name: str) -> None:
        self.first_name = full_name.partition(" ")[0]


NEW: dict[str, Any] = {"id": 1, "nick": "mo", "first_name": "Mo", "greeting": "Hi", "doors": [{"street": "A 1"}]}


def made() -> Renewal:
    found = renewal(Guest)
    assert found is not None
    return found


def test_new_data_is_handed_on_untouched() -> None:
    """What is new costs a look, not a copy."""
    assert made().renewed(NEW) is NEW
    assert made().is_old(NEW) is False


def test_an_old_name_fills_a_field_that_is_absent() -> None:
    """Also inside a list of embedded objects; the data as kept is not touched."""
    old = {"id": 1, "handle": "mo", "greeting": "", "doors": [{"street": "A 1"}, {"way": "B 2"}]}
    before = repr(old)

    new = made().renewed(old)

    assert (new["nick"], new["doors"]) == ("mo", [{"street": "A 1"}, {"way": "B 2", "street": "B 2"}])
    assert repr(old) == before
    assert made().is_old(old) is True


def test_the_new_name_wins_over_the_old_one() -> None:
    """A release that writes both names, while two are running, loses nothing."""
    assert made().renewed(NEW | {"handle": "other"})["nick"] == "mo"
    assert made().is_old(NEW | {"handle": "other"}) is True


@pytest.mark.parametrize(("old", "first"), [("Ada Byron", "Ada"), ("Cher", "Cher"), ("", "")])
def test_a_method_takes_an_old_value_apart(old: str, first: str) -> None:
    """It is called with whatever text was there."""
    guest = Guest(id=1, first_name="nobody")
    made().hand_over(guest, {"full_name": old})
    assert guest.first_name == first


def test_nothing_is_handed_over_where_nothing_is() -> None:
    """Missing and null values call nobody; the key alone still counts as old, for a flush would drop it."""
    guest = Guest(id=1, first_name="Mo")
    made().hand_over(guest, {"full_name": None})
    made().hand_over(guest, {})
    assert guest.first_name == "Mo"
    assert made().is_old(NEW | {"full_name": None}) is True


def test_a_shape_can_be_known_by_what_it_lacks() -> None:
    """Then no word helps to find it, and every document is looked at."""
    assert made().is_old({k: v for k, v in NEW.items() if k != "greeting"}) is True
    assert made().words == frozenset()
    inner = renewal(Door)
    assert inner is not None
    assert inner.words == {"road", "way"}


def test_a_class_without_a_past_has_no_renewal() -> None:
    """Nearly all classes."""

    @document("old_none")
    @dataclass
    class Plain:
        id: Annotated[int, Id()]

    assert renewal(Plain) is None


def test_rows_and_clashes_are_refused() -> None:
    """A column has one name; a field that is there is not an old name of another."""

    @entity("old_rows")
    @dataclass(eq=False)
    class Row:
        id: Annotated[int, Id()]
        name: Annotated[str, AlsoLoad("title")] = ""

    @document("old_clash")
    @dataclass
    class Clash:
        id: Annotated[int, Id()]
        a: Annotated[str, AlsoLoad("b")] = ""
        b: str = ""

    @old_shape(having="title")
    @entity("old_pairs")
    @dataclass(eq=False)
    class Pair:
        left: Annotated[int, Id()]
        right: Annotated[int, Id()]
        title: str | None = None

    with pytest.raises(Misconfigured, match="rename them by a deploy migration"):
        renewal(Row)
    with pytest.raises(Misconfigured, match="Pair has 2 ids"):
        renewal(Pair)
    with pytest.raises(Misconfigured, match="cannot also be loaded from b"):
        renewal(Clash)
    with pytest.raises(Misconfigured, match="says nothing"):
        old_shape()
