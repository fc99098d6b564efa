"""The peers of ``bench persistence``: raw pymongo, MongoEngine, Beanie; each reads and changes the same documents in its own way."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from pymongo import MongoClient, UpdateOne
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from opensky.bench.rounds import peer
from opensky.persistence.documents.codec import Plain

_DATABASE = "bench"


class Peer(Protocol):
    """One way to keep documents, over a collection of its own."""

    name: str

    def read(self) -> Sequence[Any]:
        """Read all documents as it gives them."""

    def change(self, documents: Sequence[Any], turn: int) -> None:
        """Change two fields of each, one of them inside."""

    def write(self, documents: Sequence[Any]) -> None:
        """Write what was changed."""

    def close(self) -> None:
        """Let go of the server."""


class RawPymongo:
    """Dictionaries, and one bulk write by hand: the unit that the others are measured in."""

    name = "raw pymongo"

    def __init__(self, url: str, bodies: Sequence[Plain]) -> None:
        self._client: MongoClient[Plain] = MongoClient(url)
        self._collection = self._client[_DATABASE]["bench_raw"]
        self._collection.insert_many(_mongo(bodies))

    def read(self) -> Sequence[Any]:
        return list(self._collection.find())

    def change(self, documents: Sequence[Any], turn: int) -> None:
        for each in documents:
            each["reviews"] = turn
            each["variants"][0]["stock"] = turn

    def write(self, documents: Sequence[Any]) -> None:
        self._collection.bulk_write(
            [
                UpdateOne({"_id": d["_id"]}, {"$set": {"reviews": d["reviews"], "variants": d["variants"]}})
                for d in documents
            ],
            ordered=False,
        )

    def close(self) -> None:
        self._client.close()


class MongoEngine:
    """A base class for each document, saved one by one."""

    name = "MongoEngine"

    def __init__(self, url: str, bodies: Sequence[Plain]) -> None:
        engine: Any = peer("mongoengine")
        self._engine = engine
        client = engine.connect(_DATABASE, host=url, uuidRepresentation="standard")
        client[_DATABASE]["bench_mongoengine"].insert_many(_mongo(bodies))
        price = type(
            "Price", (engine.EmbeddedDocument,), {"minor": engine.IntField(), "currency": engine.StringField()}
        )
        variant = type(
            "Variant",
            (engine.EmbeddedDocument,),
            {
                "sku": engine.StringField(),
                "name": engine.StringField(),
                "price": engine.EmbeddedDocumentField(price),
                "stock": engine.IntField(),
            },
        )
        picture = type(
            "Picture", (engine.EmbeddedDocument,), {"path": engine.StringField(), "alt": engine.StringField()}
        )
        text = ("slug", "name", "words", "description", "status", "created_at", "published_at")
        fields: dict[str, Any] = {name: engine.StringField() for name in text}
        fields |= {name: engine.IntField() for name in ("seller_id", "reviews", "version")}
        fields |= {
            "id": engine.IntField(primary_key=True),
            "rating": engine.FloatField(),
            "featured": engine.BooleanField(),
            "tags": engine.ListField(engine.StringField()),
            "variants": engine.EmbeddedDocumentListField(variant),
            "pictures": engine.EmbeddedDocumentListField(picture),
            "meta": {"collection": "bench_mongoengine", "auto_create_index": False},
        }
        self._product: Any = type("Product", (engine.Document,), fields)

    def read(self) -> Sequence[Any]:
        return list(self._product.objects())

    def change(self, documents: Sequence[Any], turn: int) -> None:
        for each in documents:
            each.reviews = turn
            each.variants[0].stock = turn

    def write(self, documents: Sequence[Any]) -> None:
        for each in documents:
            each.save()

    def close(self) -> None:
        self._engine.disconnect_all()


class Beanie:
    """Pydantic models that are documents, saved one by one; asynchronous."""

    name = "Beanie"

    def __init__(self, url: str, bodies: Sequence[Plain]) -> None:
        beanie, pydantic = peer("beanie"), peer("pydantic")
        self._loop = asyncio.new_event_loop()
        self._client: AsyncMongoClient[Plain] = AsyncMongoClient(url)
        price = pydantic.create_model("Price", minor=int, currency=str)
        variant = pydantic.create_model("Variant", sku=str, name=str, price=price, stock=int)
        picture = pydantic.create_model("Picture", path=str, alt=str)
        text = ("slug", "name", "words", "description", "status", "created_at", "published_at")
        fields: dict[str, Any] = dict.fromkeys(text, str)
        fields |= {"id": int, "seller_id": int, "reviews": int, "version": int, "rating": float, "featured": bool}
        fields |= {
            "tags": list[str],
            "variants": list.__class_getitem__(variant),
            "pictures": list.__class_getitem__(picture),
        }
        self._product: Any = pydantic.create_model("BeanieProduct", __base__=beanie.Document, **fields)
        self._product.Settings = type("Settings", (), {"name": "bench_beanie", "use_state_management": True})
        self._loop.run_until_complete(self._prepare(beanie, bodies))

    async def _prepare(self, beanie: Any, bodies: Sequence[Plain]) -> None:
        database = self._client[_DATABASE]
        await database["bench_beanie"].insert_many(_mongo(bodies))
        await beanie.init_beanie(database=database, document_models=[self._product], skip_indexes=True)

    def read(self) -> Sequence[Any]:
        found: list[Any] = self._loop.run_until_complete(self._product.find_all().to_list())
        return found

    def change(self, documents: Sequence[Any], turn: int) -> None:
        for each in documents:
            each.reviews = turn
            each.variants[0].stock = turn

    def write(self, documents: Sequence[Any]) -> None:
        self._loop.run_until_complete(self._save(documents))

    async def _save(self, documents: Sequence[Any]) -> None:
        for each in documents:
            await each.save_changes()

    def close(self) -> None:
        self._loop.run_until_complete(self._client.close())
        self._loop.close()


def _mongo(bodies: Sequence[Plain]) -> list[Plain]:
    return [{"_id": body["id"], **{k: v for k, v in body.items() if k != "id"}} for body in bodies]
