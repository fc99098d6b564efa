"""Event names are declared once, each with a sentence."""

import pytest

from opensky.events import Declaration, UnknownEvent, WrongEvent, declaration_of, declarations, declare


class Lamp:
    """What the events of these tests are about."""


def test_a_declaration_is_kept_and_its_name_comes_back() -> None:
    """The constant is the name; the register knows the rest."""
    name = declare("lamp.lit", "Somebody lit a lamp.", subject=Lamp, parameters=("by",))

    assert name == "lamp.lit"
    assert declaration_of("lamp.lit") == Declaration(name, "Somebody lit a lamp.", Lamp, frozenset({"by"}))
    assert declaration_of("lamp.lit") in declarations()


def test_the_register_is_sorted_by_name() -> None:
    """Documentation reads like an index."""
    declare("lamp.put_out", "Somebody put out a lamp.", subject=Lamp)
    declare("lamp.broke", "A lamp broke.", subject=Lamp)

    names = [declared.name for declared in declarations()]
    assert names == sorted(names)


def test_the_same_declaration_twice_is_one_and_a_different_one_is_refused() -> None:
    """A module that is read twice does no harm; two meanings of one name do."""
    declare("lamp.moved", "Somebody moved a lamp.", subject=Lamp)
    declare("lamp.moved", "Somebody moved a lamp.", subject=Lamp)

    with pytest.raises(WrongEvent, match=r"'lamp\.moved' is declared twice"):
        declare("lamp.moved", "A lamp was moved.", subject=Lamp)
    assert declaration_of("lamp.moved").sentence == "Somebody moved a lamp."


@pytest.mark.parametrize(
    "name", ["", "lamp", "Lamp.lit", "lamp.", ".lit", "lamp lit", "lamp..lit", "lamp.lit!", "lamp.*"]
)
def test_a_name_without_the_form_is_refused(name: str) -> None:
    """Small words with dots between, at least two: statistics and queues are named after them."""
    with pytest.raises(WrongEvent, match="small words with dots"):
        declare(name, "Something happened.", subject=None)


def test_a_sentence_is_a_sentence() -> None:
    """The list of events is read by people."""
    with pytest.raises(WrongEvent, match="full stop"):
        declare("lamp.flickered", "flicker", subject=Lamp)


def test_an_unknown_name_is_refused_with_the_closest_one() -> None:
    """A slip of the finger is found at once."""
    declare("lamp.dimmed", "Somebody dimmed a lamp.", subject=Lamp)

    with pytest.raises(UnknownEvent, match=r"did you mean 'lamp\.dimmed'\?"):
        declaration_of("lamp.dimed")
    with pytest.raises(UnknownEvent, match=r"declare it in the events\.py"):
        declaration_of("zzz")
