"""``opensky bench serializer``: what it costs to show 1,000 products with 3 variants each as JSON, by groups.

Measured against what a person would write by hand: dictionaries, and orjson. All give the same JSON: ids as text, money as decimal text.
Peers do the same work in the same run; the measure is CPU time of this process.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from types import GenericAlias
from typing import Annotated, Any

import msgspec

from opensky.bench.results import Metric, Results
from opensky.bench.rounds import medians, peer
from opensky.bench.visitor import Context, Visitor
from opensky.devo.products.objects import Picture, Product, ProductId, Variant
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.clock import SystemClock
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.serializer import serialize
from opensky.serializer.texts import forget

GROUP = "api"
TARGET = 0.25
Way = Callable[[list[Product]], bytes]


def run(*, products: int = 1000, rounds: int = 31) -> Results:
    """Measure each way in turn; the value is its time as a multiple of what is written by hand.

    Raises:
        OpenSkyError: a way gives other JSON than the one by hand.
    """
    some = make_products(products)
    ways: dict[str, Way] = {
        "by hand": _by_hand,
        "ours": lambda these: serialize(these, GROUP),
        "ours, nothing remembered": _forgetful,
        "pydantic views": _pydantic(),
        "visitor in the manner of JMS": _visitor(),
        "marshmallow": _marshmallow(),
    }
    wanted = msgspec.json.decode(_by_hand(some))
    for name, way in ways.items():
        if msgspec.json.decode(way(some)) != wanted:
            raise OpenSkyError(f"{name} gives other JSON than what is written by hand.")
    plain = {"by hand, numbers as they are": lambda: _by_hand_plain(some)}
    times = medians({name: (lambda way=way: way(some)) for name, way in ways.items()} | plain, rounds)
    hand = times["by hand"]
    peers = [times[name] / hand for name in ("pydantic views", "visitor in the manner of JMS", "marshmallow")]
    results = {
        "serializer, times by hand with orjson": Metric(
            value=times["ours"] / hand, unit="x", target=TARGET, peer=min(peers)
        ),
        "serializer that remembers no id and no price": Metric(
            value=times["ours, nothing remembered"] / hand, unit="x"
        ),
        "serializer, times by hand without converting anything": Metric(
            value=times["ours"] / times["by hand, numbers as they are"], unit="x"
        ),
    }
    results |= {name: Metric(value=times[name] / hand, unit="x") for name in list(ways)[3:]}
    results["by hand with orjson"] = Metric(value=hand * 1000, unit="CPU-ms")
    return results


def make_products(count: int) -> list[Product]:
    """Make products that look like those of a shop: three variants, a picture, a hundred letters of description."""
    ids, chance = IdGenerator(0, SystemClock()), random.Random(7)
    sellers = [SellerId(ids.next()) for _ in range(max(count // 5, 1))]
    return [
        Product(
            id=ProductId(ids.next()),
            seller_id=chance.choice(sellers),
            slug=f"blue-mug-{number}",
            name=f"Blue mug number {number}",
            words="I drink from it each morning.",
            description="A mug of blue clay, turned by hand and fired twice, so that it keeps its colour for long. "
            * 2,
            categories=["kitchen", "table"],
            variants=[
                Variant(sku=f"mug-{number}-{each}", name=name, price=Money(chance.randrange(500, 9900)))
                for each, name in enumerate(("small", "middle", "large"))
            ],
            pictures=[Picture(path=f"products/mug-{number}.svg", alt="A blue mug on a table")],
            status="published",
            created_at=datetime.fromtimestamp(1_360_000_000 + number, UTC),
            published_at=datetime.fromtimestamp(1_360_000_000 + number * 7, UTC),
        )
        for number in range(count)
    ]


def _by_hand(products: list[Product]) -> bytes:
    orjson = peer("orjson")
    shown = [
        {
            "id": str(p.id),
            "seller_id": str(p.seller_id),
            "slug": p.slug,
            "name": p.name,
            "words": p.words,
            "description": p.description,
            "categories": p.categories,
            "variants": [
                {"sku": v.sku, "name": v.name, "price": {"amount": v.price.text, "currency": v.price.currency}}
                for v in p.variants
            ],
            "pictures": [{"path": x.path, "alt": x.alt} for x in p.pictures],
            "published_at": p.published_at,
        }
        for p in products
    ]
    written: bytes = orjson.dumps(shown, option=orjson.OPT_UTC_Z)
    return written


def _by_hand_plain(products: list[Product]) -> bytes:
    """As above with ids as numbers and money in minor units: what nobody should send, and the fastest by hand."""
    orjson = peer("orjson")
    shown = [
        {
            "id": p.id,
            "seller_id": p.seller_id,
            "slug": p.slug,
            "name": p.name,
            "words": p.words,
            "description": p.description,
            "categories": p.categories,
            "variants": [
                {"sku": v.sku, "name": v.name, "price": {"minor": v.price.minor, "currency": v.price.currency}}
                for v in p.variants
            ],
            "pictures": [{"path": x.path, "alt": x.alt} for x in p.pictures],
            "published_at": p.published_at,
        }
        for p in products
    ]
    written: bytes = orjson.dumps(shown, option=orjson.OPT_UTC_Z)
    return written


def _forgetful(products: list[Product]) -> bytes:
    forget()
    return serialize(products, GROUP)


def _visitor() -> Way:
    visitor, orjson = Visitor(), peer("orjson")

    def visit(products: list[Product]) -> bytes:
        shown = visitor.accept(products, Context(frozenset((GROUP,))))
        written: bytes = orjson.dumps(shown, option=orjson.OPT_UTC_Z)
        return written

    return visit


def _pydantic() -> Way:
    pydantic = peer("pydantic")
    id_ = Annotated[int, pydantic.PlainSerializer(str)]
    money = Annotated[
        Any,
        pydantic.PlainSerializer(lambda value: {"amount": value.text, "currency": value.currency}, return_type=dict),
    ]
    attributes = pydantic.ConfigDict(from_attributes=True)
    variant = pydantic.create_model("variant", __config__=attributes, sku=str, name=str, price=money)
    picture = pydantic.create_model("picture", __config__=attributes, path=str, alt=str)
    product = pydantic.create_model(
        "product",
        __config__=attributes,
        id=id_,
        seller_id=id_,
        slug=str,
        name=str,
        words=str,
        description=str,
        categories=list[str],
        variants=GenericAlias(list, (variant,)),
        pictures=GenericAlias(list, (picture,)),
        published_at=datetime | None,
    )
    views = pydantic.TypeAdapter(GenericAlias(list, (product,)))

    def show(products: list[Product]) -> bytes:
        written: bytes = views.dump_json(views.validate_python(products, from_attributes=True))
        return written

    return show


def _marshmallow() -> Way:
    schemas, orjson = peer("marshmallow"), peer("orjson")
    fields = schemas.fields
    money = schemas.Schema.from_dict({"amount": fields.String(attribute="text"), "currency": fields.String()})
    variant = schemas.Schema.from_dict({"sku": fields.String(), "name": fields.String(), "price": fields.Nested(money)})
    picture = schemas.Schema.from_dict({"path": fields.String(), "alt": fields.String()})
    text = ("id", "seller_id", "slug", "name", "words", "description")
    product = schemas.Schema.from_dict(
        {name: fields.String() for name in text}
        | {
            "categories": fields.List(fields.String()),
            "variants": fields.List(fields.Nested(variant)),
            "pictures": fields.List(fields.Nested(picture)),
            "published_at": fields.Raw(),
        }
    )
    schema = product(many=True)

    def show(products: list[Product]) -> bytes:
        written: bytes = orjson.dumps(schema.dump(products), option=orjson.OPT_UTC_Z)
        return written

    return show
