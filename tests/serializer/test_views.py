"""A view shows what its groups show, and nothing else, in the forms that the API promises."""

import json
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

import msgspec
import pytest

from opensky.devo.members.objects import Member, MemberId
from opensky.devo.model import MODEL
from opensky.devo.products.objects import Picture, Product, ProductId, Variant
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Groups, Id, describe
from opensky.serializer import MoneyView, serialize, to_view, view

NOON = datetime(2013, 2, 8, 12, tzinfo=UTC)
ThingId = NewType("ThingId", int)


@dataclass
class Part:
    """Embedded; only its name is shown to all."""

    name: Annotated[str, Groups("api", "admin")]
    cost: Annotated[Money | None, Groups("admin")] = None


@dataclass
class Thing:
    """One of each kind of field."""

    id: Annotated[ThingId, Id(), Groups("api", "admin")]
    maker_id: Annotated[int | None, Groups("api")]
    liked_by: Annotated[list[ThingId], Groups("api")]
    count: Annotated[int, Groups("api")]
    price: Annotated[Money, Groups("api")]
    was: Annotated[Money | None, Groups("api")]
    main: Annotated[Part | None, Groups("api", "admin")]
    parts: Annotated[list[Part], Groups("api", "admin")]
    sizes: Annotated[tuple[int, ...], Groups("api")]
    names: Annotated[dict[str, str], Groups("api")]
    state: Annotated[Literal["new", "old"], Groups("api")]
    weight: Annotated[Decimal, Groups("api")]
    made_at: Annotated[datetime | None, Groups("api")]
    born: Annotated[date, Groups("api")]
    secret: str = "hidden"
    note: Annotated[str, Groups("admin")] = "for staff"

    @property
    def heavy(self) -> Annotated[bool, Groups("api")]:
        """Shown, though nothing keeps it."""
        return self.weight > 1

    @property
    def light(self) -> bool:
        """Not shown."""
        return not self.heavy


def thing(**changed: Any) -> Thing:
    """A thing of plain values, but for what is changed."""
    given: dict[str, Any] = {
        "id": ThingId(1 << 60),
        "maker_id": None,
        "liked_by": [ThingId(1), ThingId(2)],
        "count": 3,
        "price": Money(1250),
        "was": None,
        "main": None,
        "parts": [],
        "sizes": (1, 2),
        "names": {"en": "thing"},
        "state": "new",
        "weight": Decimal("1.50"),
        "made_at": None,
        "born": date(2013, 2, 8),
    }
    return Thing(**(given | changed))


def test_every_kind_of_field_has_its_form() -> None:
    """Ids and decimals as text, money with its currency, times as RFC 3339, properties with a group too."""
    shown = json.loads(serialize(thing(), "api"))

    assert shown == {
        "id": "1152921504606846976",
        "maker_id": None,
        "liked_by": ["1", "2"],
        "count": 3,
        "price": {"amount": "12.50", "currency": "USD"},
        "was": None,
        "main": None,
        "parts": [],
        "sizes": [1, 2],
        "names": {"en": "thing"},
        "state": "new",
        "weight": "1.50",
        "made_at": None,
        "born": "2013-02-08",
        "heavy": True,
    }


def test_what_may_be_empty_has_its_form_when_it_is_not() -> None:
    """Optional values and embedded objects."""
    shown = json.loads(
        serialize(
            thing(maker_id=7, was=Money(1, "JPY"), main=Part("m"), parts=[Part("p", Money(5))], made_at=NOON), "api"
        )
    )

    assert shown["maker_id"] == "7"
    assert shown["was"] == {"amount": "1", "currency": "JPY"}
    assert shown["main"] == {"name": "m"}
    assert shown["parts"] == [{"name": "p"}]
    assert shown["made_at"] == "2013-02-08T12:00:00Z"


def test_the_groups_choose_the_fields_all_the_way_down() -> None:
    """Staff see the cost of a part, customers do not."""
    shown = json.loads(serialize(thing(parts=[Part("p", Money(5))]), "admin"))

    assert shown == {
        "id": "1152921504606846976",
        "main": None,
        "parts": [{"name": "p", "cost": {"amount": "0.05", "currency": "USD"}}],
        "note": "for staff",
    }


def test_several_groups_show_what_any_of_them_shows() -> None:
    """The order of their names does not matter."""
    assert view(Thing, ("api", "admin")) is view(Thing, ["admin", "api"])
    assert set(view(Thing, ("api", "admin")).__struct_fields__) == {
        *view(Thing, "api").__struct_fields__,
        *view(Thing, "admin").__struct_fields__,
    }


def test_a_view_is_made_once_and_described_for_the_api_documentation() -> None:
    """Same class and groups, same struct; its name and sentence are those of the class."""
    struct = view(Thing, "api")

    assert struct is view(Thing, {"api"})
    assert struct is not view(Thing, "admin")
    assert (struct.__name__, view(Thing, "admin").__name__) == ("Thing", "ThingAdmin")
    assert struct.__doc__ == Thing.__doc__
    assert msgspec.json.schema(struct)["$defs"]["Thing"]["properties"]["price"] == {"$ref": "#/$defs/MoneyView"}


def test_a_list_becomes_a_list_of_views() -> None:
    """An empty one too."""
    assert serialize([], "api") == b"[]"
    views = to_view([thing(), thing(count=4)], "api")
    assert [v.count for v in views] == [3, 4]
    assert views[0].price == MoneyView("12.50", "USD")
    assert isinstance(views[0], view(Thing, "api"))


def test_a_class_that_shows_nothing_is_a_mistake() -> None:
    """An empty object in the API would be a riddle."""
    with pytest.raises(Misconfigured, match="Thing shows nothing in groups me, you; mark fields with Groups"):
        view(Thing, ("you", "me"))


def test_a_type_without_json_form_is_found_when_the_view_is_made() -> None:
    """Not when the first object of it is asked for."""

    @dataclass
    class Odd:
        thing: Annotated[type[int] | Any, Groups("api")]
        other: Annotated[json.JSONEncoder, Groups("api")]

    with pytest.raises(Misconfigured, match=r"Odd\.other has no JSON form: JSONEncoder"):
        view(Odd, "api")


@dataclass
class Node:
    """Contains itself."""

    children: Annotated[list["Node"], Groups("api")] = field(default_factory=list)


def test_a_class_that_contains_itself_is_refused() -> None:
    """A view is a tree of known depth."""
    with pytest.raises(Misconfigured, match="Node contains itself in group api"):
        view(Node, "api")


def test_the_product_of_the_talk_serialises_for_the_api() -> None:
    """``serialize(product, "api")``, exactly; the draft status and the version stay inside."""
    product = Product(
        id=ProductId(5),
        seller_id=SellerId(6),
        slug="blue-mug",
        name="Blue mug",
        categories=["kitchen"],
        variants=[Variant(sku="mug-b", name="Blue", price=Money(1850))],
        pictures=[Picture(path="p/mug.svg", alt="A blue mug")],
        created_at=NOON,
        published_at=NOON,
    )

    assert json.loads(serialize(product, "api")) == {
        "id": "5",
        "seller_id": "6",
        "slug": "blue-mug",
        "name": "Blue mug",
        "words": "",
        "description": "",
        "categories": ["kitchen"],
        "variants": [{"sku": "mug-b", "name": "Blue", "price": {"amount": "18.50", "currency": "USD"}}],
        "pictures": [{"path": "p/mug.svg", "alt": "A blue mug"}],
        "published_at": "2013-02-08T12:00:00Z",
    }


def test_a_member_shows_itself_to_itself_and_never_the_secrets() -> None:
    """The password hash is in no group."""
    member = Member(id=MemberId(1), email="maya@example.org", name="Maya", password_hash="$argon2id$", joined_at=NOON)

    assert b"argon2" not in serialize(member, "me")
    with pytest.raises(Misconfigured, match="Member shows nothing in group api"):
        serialize(member, "api")


@pytest.mark.parametrize("cls", MODEL, ids=lambda cls: cls.__name__)
def test_no_group_of_the_shop_shows_more_than_it_says(cls: type) -> None:
    """For every class and every group: the fields of the view are those marked, and no secret is among them."""
    groups = {group for each in describe(cls).fields for group in each.groups}
    for group in groups:
        shown = set(view(cls, group).__struct_fields__) & {f.name for f in fields(cls)}
        assert shown == {f.name for f in describe(cls).fields if group in f.groups}
        assert [f.name for f in describe(cls).fields if f.name in shown and f.personal == "secret"] == []
