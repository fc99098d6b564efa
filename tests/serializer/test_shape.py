"""Each mark of shape does what its sentence says: versions, conditions, names, order, depth, flat objects, kinds."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
import pytest

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import (
    Accessor,
    Exclude,
    Expose,
    Groups,
    Id,
    Inline,
    MaxDepth,
    Personal,
    Serialized,
    Since,
    SkipWhenEmpty,
    Until,
    Virtual,
    shape,
)
from opensky.serializer import Serializer, serialize, to_view, view


def shown(obj: Any, *groups: str, **options: Any) -> Any:
    """What a reader of the JSON sees."""
    return json.loads(serialize(obj, groups or "api", **options))


@dataclass
class Lamp:
    """Changed its form twice."""

    name: Annotated[str, Groups("api")]
    watts: Annotated[int, Groups("api"), Until("1.9")] = 40
    lumen: Annotated[int, Groups("api"), Since("1.10")] = 400


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("", {"name", "watts", "lumen"}),
        ("1", {"name", "watts"}),
        ("1.9", {"name", "watts"}),
        ("1.9.0", {"name", "watts"}),
        ("1.9.1", {"name"}),
        ("1.10", {"name", "lumen"}),
        ("2.0", {"name", "lumen"}),
    ],
)
def test_a_version_shows_what_it_knew(version: str, names: set[str]) -> None:
    """Numbers are compared as numbers: 1.10 is after 1.9. Both bounds are included. Without a version all is shown."""
    assert set(shown(Lamp("l"), version=version)) == names


def test_a_version_that_is_no_number_is_a_mistake() -> None:
    """``latest`` could mean anything."""
    with pytest.raises(Misconfigured, match=r"A version is numbers with dots between them, such as 1\.2, not 'latest'"):
        serialize(Lamp("l"), "api", version="latest")


@shape(policy="none")
@dataclass
class Open:
    """Shows all that it does not exclude."""

    name: str
    note: Annotated[str, Exclude()] = "n"
    password: Annotated[str, Personal("secret")] = "p"
    inner: Annotated[str, Groups("staff")] = "i"


@dataclass
class Shut:
    """Shows nothing but what it exposes."""

    name: Annotated[str, Expose()]
    note: str = "n"
    both: Annotated[str, Expose, Groups("api")] = "b"
    never: Annotated[str, Groups("api", "default"), Exclude] = "x"


def test_the_policy_says_what_a_field_without_groups_is() -> None:
    """``none`` excludes none but what is marked or secret, ``all`` excludes all but what is exposed; both speak of ``default``."""
    assert json.loads(serialize(Open("o"))) == {"name": "o"}
    assert shown(Open("o"), "staff") == {"inner": "i"}
    assert json.loads(serialize(Shut("s"))) == {"name": "s", "both": "b"}
    assert shown(Shut("s"), "api") == {"both": "b"}


@dataclass
class Offer:
    """Shows its price when it may."""

    name: Annotated[str, Groups("api")]
    price: Annotated[Money | None, Groups("api"), Expose(when=lambda offer: offer.public)] = None
    stock: Annotated[int, Groups("api"), Exclude(when=lambda offer: offer.stock > 100)] = 0
    public: bool = True


def test_a_condition_is_asked_of_each_object() -> None:
    """What it leaves out is absent, not null."""
    open_, hidden = Offer("a", Money(100), 5), Offer("b", Money(100), 500, public=False)

    assert shown([open_, hidden]) == [
        {"name": "a", "price": {"amount": "1.00", "currency": "USD"}, "stock": 5},
        {"name": "b"},
    ]
    assert msgspec.json.schema(view(Offer, "api"))["$defs"]["Offer"]["required"] == ["name"]


@dataclass
class Person:
    """Has friends, who have friends."""

    name: Annotated[str, Groups("api")]
    friends: Annotated[list["Person"], Groups("api"), MaxDepth(1)] = field(default_factory=list)
    boss: Annotated["Person | None", Groups("staff"), MaxDepth(2)] = None
    title: Annotated[str, Groups("staff")] = "t"


def test_depth_ends_what_would_never_end() -> None:
    """One level: friends are shown, their friends are not even an empty list."""
    maya = Person("maya", [Person("ben", [Person("ida")])])

    assert shown(maya) == {"name": "maya", "friends": [{"name": "ben"}]}


def test_several_levels_are_counted() -> None:
    """Two levels of bosses, and no third."""
    person = Person("a", boss=Person("b", boss=Person("c", boss=Person("d"))))

    assert shown(person, "staff") == {"title": "t", "boss": {"title": "t", "boss": {"title": "t"}}}


@shape(naming="camelCase")
@dataclass
class Camel:
    """Speaks the other way."""

    first_name: Annotated[str, Groups("api")]
    url: Annotated[str, Groups("api"), Serialized("@id")] = "u"


@dataclass
class Snake:
    """Takes the way of the serializer."""

    firstName: Annotated[str, Groups("api")]  # noqa: N815 - that is the case


def test_names_follow_a_strategy_or_stand_as_given() -> None:
    """Of the class, else of the serializer; a name that is given wins."""
    assert shown(Camel("m")) == {"firstName": "m", "@id": "u"}
    assert to_view(Camel("m"), "api").first_name == "m"
    assert json.loads(Serializer(naming="snake_case").serialize(Snake("s"), "api")) == {"first_name": "s"}
    assert json.loads(Serializer(naming=str.upper).serialize(Lamp("l"), "api", version="1")) == {
        "NAME": "l",
        "WATTS": 40,
    }
    assert shown(Snake("s")) == {"firstName": "s"}


@shape(order="alphabetical")
@dataclass
class Sorted:
    """By the letter."""

    b: Annotated[int, Groups("api")] = 1
    a: Annotated[int, Groups("api")] = 2


@shape(order=("c", "a"))
@dataclass
class Chosen:
    """Two first, the others as they come."""

    a: Annotated[int, Groups("api")] = 1
    b: Annotated[int, Groups("api")] = 2
    c: Annotated[int, Groups("api")] = 3


def test_members_stand_in_their_order() -> None:
    """Declared, alphabetical or chosen."""
    assert serialize(Sorted(), "api") == b'{"a":2,"b":1}'
    assert serialize(Chosen(), "api") == b'{"c":3,"a":1,"b":2}'


@dataclass
class Address:
    """Lies flat in its parent."""

    city: Annotated[str, Groups("api", "brief")]
    zip_code: Annotated[str, Groups("api"), Serialized("zip")] = "1"
    door: str = "secret"


@dataclass
class Shop:
    """Has an address, and perhaps another."""

    name: Annotated[str, Groups("api")]
    address: Annotated[Address, Groups("api"), Inline()]


@dataclass
class Stall:
    """May be nowhere."""

    name: Annotated[str, Groups("api")]
    address: Annotated[Address | None, Groups("api"), Inline] = None


def test_an_inline_object_lies_flat_in_its_parent() -> None:
    """Only what its groups show; of one that is not there, nothing."""
    assert shown(Shop("s", Address("Hudson"))) == {"name": "s", "city": "Hudson", "zip": "1"}
    assert shown([Stall("s"), Stall("t", Address("Hudson"))]) == [
        {"name": "s"},
        {"name": "t", "city": "Hudson", "zip": "1"},
    ]


def test_two_members_of_one_name_are_a_mistake() -> None:
    """One would hide the other."""

    @dataclass
    class Twice:
        name: Annotated[str, Groups("api")]
        other: Annotated[str, Groups("api"), Serialized("name")]

    with pytest.raises(Misconfigured, match="Twice shows two members as name; rename one"):
        view(Twice, "api")


@shape(virtual=[Virtual("margin", lambda jar: jar.price - jar.cost, Annotated[Money, Groups("staff")])])
@dataclass
class Jar:
    """Computes things."""

    price: Annotated[Money, Accessor(getter="shown_price"), Groups("api")] = Money(250)
    cost: Money = Money(100)
    reads: int = 0

    def shown_price(self) -> Money:
        """Of which the reader hears."""
        return self.price * 2

    @property
    def cheap(self) -> Annotated[bool, Groups("api")]:
        """A property."""
        self.reads += 1
        return self.price < Money(1000)

    def words(self) -> Annotated[list[str], Groups("api")]:
        """A method."""
        return ["a", "jar"]

    def other(self) -> str:
        """Not shown."""
        return "other"


def test_members_can_be_computed() -> None:
    """By properties, methods, functions beside the class, and accessors; each is read once."""
    jar = Jar()

    assert shown(jar) == {"price": {"amount": "5.00", "currency": "USD"}, "cheap": True, "words": ["a", "jar"]}
    assert jar.reads == 1
    assert shown(jar, "staff") == {"margin": {"amount": "1.50", "currency": "USD"}}


@dataclass
class Sparse:
    """Says nothing where there is nothing."""

    id: Annotated[int, Id(), Groups("api")]
    note: Annotated[str, Groups("api"), SkipWhenEmpty()] = ""
    tags: Annotated[list[str], Groups("api"), SkipWhenEmpty()] = field(default_factory=list)
    sizes: Annotated[dict[str, int], Groups("api"), SkipWhenEmpty()] = field(default_factory=dict)
    price: Annotated[Money | None, Groups("api"), SkipWhenEmpty()] = None
    count: Annotated[int, Groups("api"), SkipWhenEmpty()] = 0
    inner: Annotated["Sparser | None", Groups("api"), SkipWhenEmpty()] = None


@dataclass
class Sparser:
    """May show nothing."""

    note: Annotated[str, Groups("api"), SkipWhenEmpty()] = ""


def test_what_is_empty_can_be_skipped() -> None:
    """Nothing, empty text, lists and mappings, objects that show nothing; never zero."""
    assert shown(Sparse(1, inner=Sparser())) == {"id": "1", "count": 0}
    assert shown(Sparse(1, "n", ["t"], {"a": 1}, Money(0), 2, Sparser("x"))) == {
        "id": "1",
        "note": "n",
        "tags": ["t"],
        "sizes": {"a": 1},
        "price": {"amount": "0.00", "currency": "USD"},
        "count": 2,
        "inner": {"note": "x"},
    }


def test_a_stranger_who_asks_for_ever_other_versions_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The views are bounded; what was forgotten is made anew."""
    monkeypatch.setattr("opensky.serializer.serializer.MOST_VIEWS", 8)
    serializer = Serializer()

    for number in range(40):
        serializer.serialize(Lamp("l"), "api", version=f"1.{number}")

    assert len(serializer._made) <= 8
    assert len(serializer._asked) <= 8
    assert json.loads(serializer.serialize(Lamp("l"), "api", version="1.3")) == {"name": "l", "watts": 40}
