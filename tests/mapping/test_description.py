"""A description says what the marks say, once, and refuses marks that make no sense."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, NewType

import pytest

from opensky.devo.model import MODEL
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import (
    Embedded,
    Groups,
    Id,
    Index,
    NotBlank,
    Personal,
    ReferenceMany,
    ReferenceOne,
    Unique,
    Version,
    describe,
    document,
    entity,
)

ThingId = NewType("ThingId", int)


@dataclass
class Part:
    """Embedded in a thing."""

    weight: int = 0


@entity("things", Unique("slug"), Index("maker_id", "-id"), clustered=True)
@dataclass(eq=False, kw_only=True)
class Thing:
    """All marks at once."""

    id: Annotated[ThingId, Id(), Groups("api")]
    slug: Annotated[str, Groups("api", "admin"), Groups("me"), NotBlank()]
    maker_id: Annotated[int | None, Personal("account")] = None
    price: Money = Money(0)
    parts: Annotated[list[Part], Embedded()] = field(default_factory=list)
    version: Annotated[int, Version()] = 0
    maker: Annotated["Thing | None", ReferenceOne("maker_id")] = None
    made: Annotated[list["Thing"], ReferenceMany(mapped_by="maker_id")] = field(default_factory=list)


def test_a_class_is_read_once() -> None:
    """Every room gets the same object."""
    assert describe(Thing) is describe(Thing)


def test_the_class_marks_say_where_it_is_kept() -> None:
    """Store, name, indexes and order of rows."""
    description = describe(Thing)

    assert (description.store, description.name, description.clustered) == ("sql", "things", True)
    assert description.indexes == (Index("slug", unique=True), Index("maker_id", "-id"))
    assert describe(Part).store == ""


def test_a_field_tells_its_bare_type_and_its_shape() -> None:
    """NewType, None and list are peeled off, and remembered."""
    shapes = {f.name: (f.type, f.many, f.optional, f.required) for f in describe(Thing).fields}

    assert shapes == {
        "id": (int, False, False, True),
        "slug": (str, False, False, True),
        "maker_id": (int, False, True, False),
        "price": (Money, False, False, False),
        "parts": (Part, True, False, False),
        "version": (int, False, False, False),
        "maker": (Thing, False, True, False),
        "made": (Thing, True, False, False),
    }


def test_a_field_tells_its_marks() -> None:
    """Identity, lock, groups, privacy, rules, embedding and references."""
    description = describe(Thing)

    assert [f.name for f in description.ids] == ["id"]
    assert description.version is description.field("version")
    assert description.field("slug").groups == {"api", "admin", "me"}
    assert description.field("slug").validators == (NotBlank(),)
    assert description.field("maker_id").personal == "account"
    assert description.field("slug").personal == "public"
    assert description.field("parts").embedded is True
    assert description.field("maker").reference == ReferenceOne("maker_id")


def test_references_are_not_stored() -> None:
    """They are loaded by the ids that are."""
    assert [f.name for f in describe(Thing).stored_fields] == ["id", "slug", "maker_id", "price", "parts", "version"]


def test_a_composite_key_keeps_the_order_of_the_fields() -> None:
    """The key of an edge is its two ends."""

    @entity("edges")
    @dataclass(eq=False)
    class Edge:
        left: Annotated[int, Id()]
        right: Annotated[int, Id()]

    assert [f.name for f in describe(Edge).ids] == ["left", "right"]
    assert describe(Edge).version is None


def without_id() -> type:
    """A kept class that nothing identifies."""

    @document("odd")
    @dataclass
    class Odd:
        name: str

    return Odd


def with_index_over_nothing() -> type:
    """An index over a field that is not there."""

    @document("odd", Index("-nam"))
    @dataclass
    class Odd:
        id: Annotated[int, Id()]
        name: str

    return Odd


def with_reference_by_nothing() -> type:
    """A reference by a field that is not there."""

    @document("odd")
    @dataclass
    class Odd:
        id: Annotated[int, Id()]
        part: Annotated[Part | None, ReferenceOne("part_id")] = None

    return Odd


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: str, "str is not a dataclass; add @dataclass"),
        (without_id, "Odd is kept but has no field marked Id"),
        (with_index_over_nothing, "Odd has no field 'nam'; it has id, name"),
        (with_reference_by_nothing, "Odd has no field 'part_id'; it has id, part"),
    ],
)
def test_marks_that_make_no_sense_are_refused_with_what_to_do(make: Callable[[], type[Any]], told: str) -> None:
    """A mistake is found when the class is read, not when a row is lost."""
    with pytest.raises(Misconfigured, match=told):
        describe(make())


@pytest.mark.parametrize("cls", MODEL, ids=lambda cls: cls.__name__)
def test_every_kept_class_of_the_shop_can_be_described(cls: type) -> None:
    """The model has no mark that makes no sense, and each class has a place."""
    assert describe(cls).store in {"sql", "documents"}
