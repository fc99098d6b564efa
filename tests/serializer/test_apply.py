"""What is sent is laid onto an object within the fields of its groups, or refused field by field, and then nothing is changed."""

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NewType

import pytest

from opensky.devo.products.objects import Picture, Product, ProductId, Variant
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.errors import FieldError, Invalid, Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import (
    Accessor,
    Discriminator,
    Groups,
    Id,
    Inline,
    Length,
    MatchBy,
    NotBlank,
    ReadOnly,
    ReferenceOne,
    Serialized,
    Since,
    Version,
    shape,
)
from opensky.serializer import apply, serialize
from opensky.web.problems import problem_of

NOON = datetime(2013, 2, 8, 12, tzinfo=UTC)
CupId = NewType("CupId", int)


class Glaze(Enum):
    """An enum."""

    MATT = "matt"
    SHINY = "shiny"


@dataclass(slots=True, kw_only=True)
class Handle:
    """Embedded; staff alone know its cost."""

    sku: Annotated[str, Groups("api")]
    length: Annotated[int, Groups("api")] = 1
    cost: Annotated[Money | None, Groups("staff")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Embedded and frozen."""

    shelf: Annotated[str, Groups("api")]
    row: int = 7


@dataclass(eq=False, slots=True, kw_only=True)
class Cup:
    """One of each kind of field."""

    id: Annotated[CupId, Id(), Groups("api")]
    name: Annotated[str, Groups("api"), NotBlank("Please give a name."), Length(0, 20)]
    price: Annotated[Money, Groups("api")] = Money(100)
    maker_id: Annotated[int | None, Groups("api")] = None
    glaze: Annotated[Glaze, Groups("api")] = Glaze.MATT
    state: Annotated[Literal["new", "old"], Groups("api")] = "new"
    weight: Annotated[Decimal | None, Groups("api")] = None
    made_at: Annotated[datetime | None, Groups("api")] = None
    tags: Annotated[list[str], Groups("api")] = field(default_factory=list)
    liked_by: Annotated[list[CupId], Groups("api")] = field(default_factory=list)
    sizes: Annotated[dict[str, int], Groups("api")] = field(default_factory=dict)
    main: Annotated[Handle | None, Groups("api"), Serialized("mainHandle")] = None
    handles: Annotated[list[Handle], Groups("api"), MatchBy("sku")] = field(default_factory=list)
    place: Annotated[Place, Groups("api"), Inline()] = Place(shelf="a")
    rank: Annotated[int, Groups("api"), ReadOnly()] = 0
    later: Annotated[str, Groups("api"), Since("2")] = ""
    secret: str = "hidden"
    note: Annotated[str, Groups("staff")] = ""
    version: Annotated[int, Version(), Groups("api")] = 0
    maker: Annotated["Cup | None", ReferenceOne("maker_id")] = None

    @property
    def cheap(self) -> Annotated[bool, Groups("api")]:
        """Computed."""
        return self.price < Money(1000)


def cup(**given: Any) -> Cup:
    """A cup."""
    needed: dict[str, Any] = {"id": CupId(1), "name": "cup"}
    return Cup(**(needed | given))


def refused(data: Any, onto: Any, *groups: str, **options: Any) -> list[tuple[str, str, str]]:
    """What is wrong, and nothing was changed."""
    before = copy.deepcopy(onto)
    with pytest.raises(Invalid) as error:
        apply(data, onto, groups or "api", **options)
    if not isinstance(onto, type):
        assert [getattr(onto, n) for n in WATCHED] == [getattr(before, n) for n in WATCHED]
    return [(e.field, e.message, e.rule) for e in error.value.errors]


WATCHED = tuple(name for name in Cup.__slots__ if name != "maker")


def test_what_is_sent_is_set_and_the_rest_stays() -> None:
    """Every kind of value, from JSON."""
    mug = cup(secret="s", note="n", handles=[Handle(sku="a", cost=Money(5))])

    done = apply(
        json.dumps({
            "name": "mug", "price": {"amount": "12.50", "currency": "EUR"}, "maker_id": str(1 << 60), "glaze": "shiny", "state": "old",
            "weight": "1.50", "made_at": "2013-02-08T12:00:00Z", "tags": ["x"], "liked_by": ["7", "8"], "sizes": {"s": 1}, "shelf": "b",
            "mainHandle": {"sku": "m"},
        }),
        mug,
        "api",
    )  # fmt: skip

    assert done is mug
    assert (mug.name, mug.price, mug.maker_id, mug.glaze, mug.state) == (
        "mug",
        Money(1250, "EUR"),
        1 << 60,
        Glaze.SHINY,
        "old",
    )
    assert (mug.weight, mug.made_at, mug.tags, mug.liked_by, mug.sizes) == (
        Decimal("1.50"),
        NOON,
        ["x"],
        [7, 8],
        {"s": 1},
    )
    assert (mug.place, mug.main) == (Place(shelf="b", row=7), Handle(sku="m"))
    assert (mug.secret, mug.note, mug.handles) == ("s", "n", [Handle(sku="a", cost=Money(5))])


def test_a_field_outside_the_groups_is_refused_by_name() -> None:
    """Unknown, forbidden and read-only differ; all are told at once."""
    assert refused({"name": "x", "nmae": 1, "note": "n", "secret": "s", "id": "2", "version": 1, "rank": 1, "cheap": True, "maker": {}}, cup()) == [
        ("nmae", "There is no such field.", "Unknown"),
        ("note", "This may not be set here.", "Forbidden"),
        ("secret", "This may not be set here.", "Forbidden"),
        ("id", "This can be read, but not changed.", "ReadOnly"),
        ("version", "This can be read, but not changed.", "ReadOnly"),
        ("rank", "This can be read, but not changed.", "ReadOnly"),
        ("cheap", "This can be read, but not changed.", "ReadOnly"),
        ("maker", "This may not be set here.", "Forbidden"),
    ]  # fmt: skip


def test_a_field_of_another_version_is_refused() -> None:
    """Whoever speaks version 1 does not know it."""
    assert refused({"later": "x"}, cup(), version="1") == [("later", "This may not be set here.", "Forbidden")]
    assert apply({"later": "x"}, cup(), "api", version="2").later == "x"


@pytest.mark.parametrize(
    ("data", "field_", "message"),
    [
        ({"name": 1}, "name", "Expected `str`, got `int`."),
        ({"name": None}, "name", "Expected `str`, got `null`."),
        ({"maker_id": 7}, "maker_id", "An id is text of digits."),
        ({"maker_id": "7x"}, "maker_id", "An id is text of digits."),
        ({"liked_by": ["7", 8]}, "liked_by.1", "An id is text of digits."),
        ({"tags": ["a", 1]}, "tags.1", "Expected `str`, got `int`."),
        ({"tags": "a"}, "tags", "Expected `array`, got `str`."),
        ({"sizes": {"s": "1"}}, "sizes.s", "Expected `int`, got `str`."),
        ({"glaze": "wet"}, "glaze", "Invalid enum value 'wet'."),
        ({"state": "lost"}, "state", "Invalid enum value 'lost'."),
        ({"weight": "heavy"}, "weight", "Invalid decimal string."),
        ({"made_at": "noon"}, "made_at", "Invalid RFC3339 encoded datetime."),
        ({"price": "12.50"}, "price", 'Money is an object such as {"amount": "12.50", "currency": "USD"}.'),
        ({"price": {"amount": 12, "currency": "USD"}}, "price.amount", "An amount is decimal text such as 12.50."),
        ({"price": {"amount": "1e3", "currency": "USD"}}, "price.amount", "An amount is decimal text such as 12.50."),
        ({"price": {"amount": "1.005", "currency": "USD"}}, "price.amount", "USD has no parts as small as that."),
        ({"price": {"amount": "1", "currency": "usd"}}, "price.currency", "A currency is three capital letters such as USD."),
        ({"price": {"amount": "1", "currency": "USD", "x": 1}}, "price.x", "There is no such field."),
        ({"mainHandle": []}, "mainHandle", "This must be an object."),
        ({"mainHandle": {"length": 2}}, "mainHandle.sku", "This is needed."),
        ({"mainHandle": {"sku": "a", "cost": None}}, "mainHandle.cost", "This may not be set here."),
        ({"handles": {}}, "handles", "This must be a list."),
        ({"handles": [{"sku": "a"}, {"sku": "a"}]}, "handles.1.sku", "This is in the list already."),
        ({"handles": [{"sku": "a", "length": "1"}]}, "handles.0.length", "Expected `int`, got `str`."),
        ({"shelf": 1}, "shelf", "Expected `str`, got `int`."),
    ],
)  # fmt: skip
def test_no_type_is_guessed(data: dict[str, Any], field_: str, message: str) -> None:
    """What does not fit is named by its path, though other fields were right."""
    assert [(f, m) for f, m, _ in refused({"state": "old"} | data, cup())] == [(field_, message)]


def test_what_is_not_json_is_refused() -> None:
    """The whole body is at fault."""
    with pytest.raises(Invalid, match="This is not JSON"):
        apply(b"{", cup(), "api")
    assert refused(b"[]", cup()) == [("", "This must be an object.", "Type")]


def test_the_rules_of_the_object_hold_afterwards_or_nothing_is_changed() -> None:
    """Broken rules are told by the names outside; rules can be chosen, or none."""
    assert refused({"name": " ", "state": "old"}, cup()) == [("name", "Please give a name.", "NotBlank")]
    assert apply({"name": " "}, cup(), "api", rules=()).name == " "


def test_an_embedded_object_is_changed_where_it_is() -> None:
    """What is not sent of it stays, what the groups do not show too; null takes it away."""
    handle = Handle(sku="a", cost=Money(5))
    mug = cup(main=handle)

    apply({"mainHandle": {"length": 9}}, mug, "api")
    assert mug.main is handle
    assert handle == Handle(sku="a", length=9, cost=Money(5))

    apply({"mainHandle": None}, mug, "api")
    assert mug.main is None


def test_elements_of_a_list_are_matched_by_their_key() -> None:
    """Those that are there are changed and keep what is not shown; others are made; what is not sent goes; the order is that sent."""
    kept = Handle(sku="a", cost=Money(5))
    mug = cup(handles=[Handle(sku="gone"), kept])

    apply({"handles": [{"sku": "new"}, {"sku": "a", "length": 3}]}, mug, "api")

    assert mug.handles == [Handle(sku="new"), Handle(sku="a", length=3, cost=Money(5))]
    assert mug.handles[1] is kept


def test_a_list_that_would_lose_what_is_not_shown_is_a_mistake() -> None:
    """Without a key nobody knows which cost belongs to which handle."""

    @dataclass
    class Shelf:
        handles: Annotated[list[Handle], Groups("api")] = field(default_factory=list)

    with pytest.raises(
        Misconfigured, match=r"A new list in .*Shelf.handles would lose cost of each Handle, which group api cannot"
    ):
        apply({"handles": []}, Shelf(), "api")
    assert apply({"handles": [{"sku": "a"}]}, Shelf, "api").handles == [Handle(sku="a")]


def test_a_new_object_asks_for_what_it_needs() -> None:
    """All required fields of the groups; the others come from whoever constructs."""
    assert refused({}, Handle) == [("sku", "This is needed.", "Required")]
    with pytest.raises(
        Misconfigured, match=r"Cup needs id, which cannot be sent; give apply a construct= that adds it"
    ):
        apply({"name": "mug"}, Cup, "api")

    mug = apply(
        {"name": "mug"},
        Cup,
        "api",
        construct=lambda cls, values: cls(id=CupId(5), **values) if cls is Cup else cls(**values),
    )
    assert (mug.id, mug.name) == (5, "mug")


def test_a_constructor_may_fetch_what_is_there() -> None:
    """Objects of a store, by what was sent of them; the others are new."""
    known = Handle(sku="a", cost=Money(5))

    def fetch(cls: type, values: dict[str, Any]) -> Any:
        return known if values.get("sku") == "a" else cls(**values)

    assert apply({"mainHandle": {"sku": "a"}}, cup(), "api", construct=fetch).main is known


class Refuses(ValueError):
    """Said by a setter."""


@dataclass
class Tank:
    """Is filled by a method."""

    litres: Annotated[int, Groups("api"), Accessor(getter="shown", setter="fill")] = 0
    label: Annotated[str, Groups("api")] = ""
    log: list[int] = field(default_factory=list)

    def shown(self) -> int:
        """As read."""
        return self.litres * 10

    def fill(self, value: int) -> None:
        """As written."""
        self.log.append(value)
        if value > 90:
            raise Refuses("It holds 90 litres.")
        self.litres = value // 10


def test_a_setter_writes_and_what_it_refuses_is_undone() -> None:
    """Also what it did before it refused."""
    tank = Tank()
    apply({"litres": 20}, tank, "api")
    assert (tank.litres, tank.log, json.loads(serialize(tank, "api"))) == (2, [20], {"litres": 20, "label": ""})

    with pytest.raises(Invalid) as error:
        apply({"label": "x", "litres": 95}, tank, "api")
    assert error.value.errors == (FieldError("litres", "It holds 90 litres.", "Value"),)
    assert (tank.litres, tank.label, tank.log) == (2, "", [20])
    assert apply({"litres": 50}, Tank, "api").litres == 5


@shape(discriminator=Discriminator("kind"))
@dataclass
class Gift:
    """One of several kinds."""

    to: Annotated[str, Groups("api")]


@dataclass
class Voucher(Gift):
    """A kind."""

    amount: Annotated[int, Groups("api")] = 5


@dataclass
class Parcel(Gift):
    """A kind."""

    weight: Annotated[int, Groups("api")] = 1


@dataclass
class Party:
    """Has gifts."""

    best: Annotated[Gift | None, Groups("api")] = None
    gifts: Annotated[list[Gift], Groups("api")] = field(default_factory=list)


def test_the_tag_chooses_the_class() -> None:
    """Of new objects; that of an object that is there cannot be changed."""
    party = apply({"gifts": [{"kind": "voucher", "to": "m", "amount": 7}, {"kind": "parcel", "to": "b"}]}, Party, "api")
    assert party.gifts == [Voucher("m", 7), Parcel("b")]

    party.best = Voucher("m")
    assert apply({"best": {"kind": "voucher", "amount": 9}}, party, "api").best == Voucher("m", 9)
    for data, path, message in (
        ({"best": {"kind": "parcel"}}, "best.kind", "This is of the kind voucher and stays so."),
        ({"gifts": [{"to": "x"}]}, "gifts.0.kind", "Say which kind it is: gift, voucher, parcel."),
        ({"gifts": [{"kind": "joke", "to": "x"}]}, "gifts.0.kind", "This is none of gift, voucher, parcel."),
    ):
        with pytest.raises(Invalid) as error:
            apply(data, party, "api")
        assert [(e.field, e.message) for e in error.value.errors] == [(path, message)]


def test_the_product_of_the_shop_is_patched_and_its_problems_point_at_the_field() -> None:
    """A JSON pointer for each field, as RFC 9457 wants it."""
    product = Product(
        id=ProductId(5), seller_id=SellerId(6), slug="mug", name="Mug", created_at=NOON,
        variants=[Variant(sku="m", price=Money(1850))], pictures=[Picture(path="p", alt="a")],
    )  # fmt: skip

    apply({"variants": [{"sku": "m", "name": "Blue", "price": {"amount": "19.00", "currency": "USD"}}]}, product, "api")
    assert product.variants == [Variant(sku="m", name="Blue", price=Money(1900))]

    with pytest.raises(Invalid) as error:
        apply(
            {"variants": [{"sku": "m", "price": {"amount": "x", "currency": "USD"}}], "status": "published"},
            product,
            "api",
        )
    assert [(v.pointer, v.rule) for v in problem_of(error.value).errors] == [
        ("#/variants/0/price/amount", "Type"),
        ("#/status", "Forbidden"),
    ]
    with pytest.raises(Invalid) as error:
        apply({"variants": [{"sku": "m m", "price": {"amount": "1", "currency": "USD"}}], "name": " "}, product, "api")
    assert [v.pointer for v in problem_of(error.value).errors] == ["#/name", "#/variants/0/sku"]
    assert product.name == "Mug"
