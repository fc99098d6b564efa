"""Objects inside objects: kinds that are told apart, other groups inside, and objects in places that take anything."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
import pytest

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Discriminator, Groups, shape
from opensky.serializer import serialize, to_view, view


def shown(obj: Any, **options: Any) -> Any:
    """What a reader of the JSON sees."""
    return json.loads(serialize(obj, "api", **options))


@dataclass
class Address:
    """Embedded."""

    city: Annotated[str, Groups("api", "brief")]
    door: str = "secret"


@shape(discriminator=Discriminator("kind"))
@dataclass
class Payment:
    """One of several kinds."""

    amount: Annotated[Money, Groups("api")]


@shape(tag="card")
@dataclass
class CardPayment(Payment):
    """By card."""

    last4: Annotated[str, Groups("api")] = "4242"
    number: str = "4242424242424242"


@dataclass
class Cash(Payment):
    """In coins."""


@dataclass
class Circle:
    """A form."""

    radius: Annotated[int, Groups("api")] = 1


@dataclass
class Square:
    """Another form."""

    side: Annotated[int, Groups("api")] = 2


@dataclass
class Sale:
    """Holds kinds."""

    payments: Annotated[list[Payment], Groups("api")]
    forms: Annotated[
        list[Circle | Square], Groups("api"), Discriminator("form", {"round": Circle, "square": Square})
    ] = field(default_factory=list)


def test_kinds_are_told_apart_by_a_name() -> None:
    """Subclasses of a class, or classes that a field names; in fields, in lists, and on their own."""
    sale = Sale([CardPayment(Money(1)), Cash(Money(2))], [Circle(), Square()])

    assert shown(sale) == {
        "payments": [
            {"kind": "card", "amount": {"amount": "0.01", "currency": "USD"}, "last4": "4242"},
            {"kind": "cash", "amount": {"amount": "0.02", "currency": "USD"}},
        ],
        "forms": [{"form": "round", "radius": 1}, {"form": "square", "side": 2}],
    }
    assert shown([Cash(Money(2)), CardPayment(Money(1))]) == [
        {"kind": "cash", "amount": {"amount": "0.02", "currency": "USD"}},
        {"kind": "card", "amount": {"amount": "0.01", "currency": "USD"}, "last4": "4242"},
    ]
    assert "discriminator" in json.dumps(msgspec.json.schema(view(Sale, "api")))


def test_a_field_of_several_classes_without_a_discriminator_is_a_mistake() -> None:
    """A reader could not tell which it is."""

    @dataclass
    class Vague:
        form: Annotated[Circle | Square, Groups("api")]

    with pytest.raises(Misconfigured, match=r"is one of several classes; say Discriminator\(name, \{tag: class"):
        view(Vague, "api")


@dataclass
class Part:
    """Shown short or long."""

    sku: Annotated[str, Groups("api", "brief")]
    text: Annotated[str, Groups("api")] = "long"
    maker: Annotated[Address | None, Groups("api", "brief")] = None


@dataclass
class Machine:
    """Has parts, and a spare one."""

    name: Annotated[str, Groups("api")]
    parts: Annotated[list[Part], Groups("api")] = field(default_factory=list)
    spare: Annotated[Part | None, Groups("api")] = None


def test_groups_can_differ_inside_a_member() -> None:
    """By dotted path; elsewhere the groups stay as they are."""
    machine = Machine("m", [Part("a")], Part("b", maker=Address("Hudson")))

    assert shown(machine, nested={"parts": "brief"}) | {"spare": None} == {
        "name": "m",
        "parts": [{"sku": "a", "maker": None}],
        "spare": None,
    }
    assert shown(machine, nested={"spare": "brief", "spare.maker": "api"})["spare"] == {
        "sku": "b",
        "maker": {"city": "Hudson"},
    }
    with pytest.raises(Misconfigured, match="Machine shows no objects at 'prats' in group api"):
        serialize(machine, "api", nested={"prats": "brief"})


@dataclass
class Loose:
    """Holds whatever is put in."""

    anything: Annotated[Any, Groups("api")] = None
    by_name: Annotated[dict[str, Part], Groups("api")] = field(default_factory=dict)
    state: Annotated[Literal["a", "b"], Groups("api")] = "a"
    pair: Annotated[tuple[int, Part] | None, Groups("api")] = None


def test_an_object_is_shown_by_its_groups_wherever_it_is_found() -> None:
    """In mappings, in pairs, and in fields that take anything: never as a whole."""
    hidden = Address("Hudson", door="hidden")
    loose = Loose({"x": [hidden, Money(5)]}, {"a": Part("p", maker=hidden)}, pair=(1, Part("q", maker=hidden)))

    part = {"sku": "p", "text": "long", "maker": {"city": "Hudson"}}
    assert shown(loose) == {
        "anything": {"x": [{"city": "Hudson"}, {"amount": "0.05", "currency": "USD"}]},
        "by_name": {"a": part},
        "state": "a",
        "pair": [1, part | {"sku": "q"}],
    }
    assert to_view(loose, "api").anything["x"][0].city == "Hudson"
