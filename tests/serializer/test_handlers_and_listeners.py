"""Types that the serializer does not know are handled, and whoever listens is told; nobody else pays for it."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
import pytest

from opensky.kernel.errors import FieldError, Invalid, Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Groups, post_deserialize, post_serialize, pre_deserialize, pre_serialize
from opensky.serializer import Handler, Serializer


class Colour:
    """Nobody knows this type."""

    def __init__(self, code: int) -> None:
        self.code = code


class Paint(Colour):
    """A kind of it."""


def read_colour(text: str) -> Colour:
    """From ``#0000ff``."""
    if not text.startswith("#"):
        raise ValueError("A colour is text such as #0000ff.")
    return Colour(int(text[1:], 16))


COLOUR = Handler(Colour, show=lambda colour: f"#{colour.code:06x}", read=read_colour)


@dataclass
class Wall:
    """Wears colours."""

    colour: Annotated[Colour, Groups("api")]
    spare: Annotated[Paint | None, Groups("api")] = None
    others: Annotated[list[Colour], Groups("api")] = field(default_factory=list)


def test_a_handler_serves_both_directions() -> None:
    """In fields, in lists, for subclasses; what it refuses is told by field."""
    serializer = Serializer(handlers=[COLOUR])
    wall = Wall(Colour(255), Paint(1), [Colour(2)])

    assert json.loads(serializer.serialize(wall, "api")) == {
        "colour": "#0000ff",
        "spare": "#000001",
        "others": ["#000002"],
    }
    assert msgspec.json.schema(serializer.view(Wall, "api"))["$defs"]["Wall"]["properties"]["colour"] == {
        "type": "string"
    }
    assert serializer.apply({"colour": "#000007"}, wall, "api").colour.code == 7
    with pytest.raises(Invalid) as refused:
        serializer.apply({"colour": "blue", "others": ["#1", 2]}, wall, "api")
    assert refused.value.errors == (
        FieldError("colour", "A colour is text such as #0000ff.", "Value"),
        FieldError("others.1", "Expected `str`, got `int`.", "Type"),
    )


def test_without_a_handler_the_type_is_a_mistake_and_without_a_reader_it_is_read_only() -> None:
    """Each is told when it matters."""
    with pytest.raises(Misconfigured, match=r"Wall\.colour has no JSON form: Colour"):
        Serializer().view(Wall, "api")

    serializer = Serializer(handlers=[Handler(Colour, show=lambda c: c.code, shown_as=int)])
    with pytest.raises(Invalid, match="colour: This can be read, but not changed"):
        serializer.apply({"colour": 1}, Wall(Colour(1)), "api")


def test_a_lazy_handler_is_made_when_its_type_is_first_met_and_once() -> None:
    """A registry of many costs nothing until then."""
    made: list[str] = []

    def make() -> Handler:
        made.append("made")
        return COLOUR

    serializer = Serializer()
    serializer.handle_lazily(Colour, make)
    assert made == []
    for _ in range(3):
        serializer.serialize(Wall(Colour(1)), "api")
    assert made == ["made"]

    serializer.handle_lazily(Paint, make)
    with pytest.raises(Misconfigured, match="The handler promised for Paint is for Colour"):
        serializer.serialize(Wall(Colour(1)), "api")


def test_a_handler_can_be_replaced() -> None:
    """Views that were made with the old one are made anew."""
    serializer = Serializer(handlers=[COLOUR])
    serializer.serialize(Wall(Colour(1)), "api")
    serializer.handle(Handler(Colour, show=lambda colour: colour.code, shown_as=int))

    assert json.loads(serializer.serialize(Wall(Colour(1)), "api"))["colour"] == 1


@dataclass
class Jar:
    """Listens to itself."""

    name: Annotated[str, Groups("api")]
    price: Annotated[Money, Groups("api")] = Money(5)
    said: list[str] = field(default_factory=list)

    @pre_serialize
    def before(self) -> None:
        """Before it is shown."""
        self.said.append("pre_serialize")

    @post_serialize
    def after(self, view: Any) -> Any:
        """After it is shown, and may show something else."""
        self.said.append("post_serialize")
        return msgspec.structs.replace(view, name=view.name + "!") if self.name == "loud" else None

    @pre_deserialize
    @classmethod
    def prepare(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Before it is read."""
        return {"name" if key == "title" else key: value for key, value in data.items()}

    @post_deserialize
    def check(self) -> None:
        """After it is written."""
        self.said.append("post_deserialize")
        if self.name == "bad":
            raise Invalid(FieldError("name", "Not that one.", "Name"))


@dataclass
class Shelf:
    """Holds jars."""

    jars: Annotated[list[Jar], Groups("api")] = field(default_factory=list)


def test_marked_methods_are_told() -> None:
    """Of the object itself, also where it is embedded."""
    serializer = Serializer()
    quiet, loud = Jar("quiet"), Jar("loud")

    assert json.loads(serializer.serialize(Shelf([quiet, loud]), "api")) == {
        "jars": [
            {"name": "quiet", "price": {"amount": "0.05", "currency": "USD"}},
            {"name": "loud!", "price": {"amount": "0.05", "currency": "USD"}},
        ]
    }
    assert quiet.said == ["pre_serialize", "post_serialize"]

    serializer.apply({"title": "new"}, quiet, "api")
    assert (quiet.name, quiet.said[-1]) == ("new", "post_deserialize")
    with pytest.raises(Invalid, match=r"name: Not that one\."):
        serializer.apply({"name": "bad"}, quiet, "api")
    assert (quiet.name, quiet.said[2:]) == ("new", ["post_deserialize"])


@dataclass
class Base:
    """Others listen to it."""

    name: Annotated[str, Groups("api")]


@dataclass
class Derived(Base):
    """And to its kinds."""


def test_functions_listen_to_a_class_and_its_kinds() -> None:
    """All four moments, in order; those of another class are not told."""
    serializer, heard = Serializer(), []

    def tell(moment: str) -> Any:
        def listener(*given: Any) -> None:
            heard.append((moment, *(type(each).__name__ for each in given)))

        return listener

    for moment in ("pre_serialize", "post_serialize", "pre_deserialize", "post_deserialize"):
        serializer.listen(moment, tell(moment), Base)
    serializer.listen("pre_serialize", tell("wrong"), Shelf)

    serializer.serialize([Base("b"), Derived("d")], "api")
    serializer.apply({"name": "x"}, Derived("d"), "api")

    assert heard == [
        ("pre_serialize", "Base"),
        ("post_serialize", "Base", "Base"),
        ("pre_serialize", "Derived"),
        ("post_serialize", "Derived", "Derived"),
        ("pre_deserialize", "type", "dict"),
        ("post_deserialize", "Derived"),
    ]


def test_listening_begins_at_once_for_views_that_were_made_before() -> None:
    """And what a listener returns must be of the view's own struct, so that it cannot show more."""
    serializer = Serializer()
    assert serializer.serialize(Base("b"), "api") == b'{"name":"b"}'

    serializer.listen("post_serialize", lambda _, view: msgspec.structs.replace(view, name="other"), Base)
    assert serializer.serialize(Base("b"), "api") == b'{"name":"other"}'

    serializer.listen("post_serialize", lambda *_: {"secret": 1}, Base)
    with pytest.raises(Misconfigured, match="A post_serialize of Base must return Base or nothing"):
        serializer.serialize(Base("b"), "api")


def test_a_moment_that_does_not_exist_is_a_mistake() -> None:
    """A listener that nobody calls would be a riddle."""
    with pytest.raises(Misconfigured, match="There is no moment 'serialise'; the serializer has pre_serialize, "):
        Serializer().listen("serialise", print)  # type: ignore[arg-type]  # that is the mistake
