"""Databases whose rows and documents are apart, for the tests of that; on each SQL engine that is there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.mapping import describe
from opensky.persistence import Database
from opensky.testing.conformance.model import MODEL, Pot
from opensky.testing.engines import fresh

ENGINES = ("sqlite", "mariadb", "postgresql")


@contextmanager
def apart(engine: str, folder: Path, *, drop: bool = True) -> Iterator[tuple[str, str]]:
    """Give the URLs of an empty SQL database and of an empty document database; ``drop`` the latter at the end."""
    documents = os.environ.get("TEST_MONGODB_URL", "")
    rows = os.environ.get(f"TEST_{engine.upper()}_URL", "")
    if not documents or (engine != "sqlite" and not rows):
        pytest.skip(f"needs {engine} and MongoDB: ./opensky test --services")
    named = urlsplit(documents)._replace(path=f"/opensky_test_{secrets.token_hex(6)}").geturl()
    with (
        fresh(documents) if drop else nullcontext(named) as store,
        nullcontext(str(folder / "o.sqlite")) if engine == "sqlite" else fresh(rows) as url,
    ):
        yield url, store


def opened(urls: tuple[str, str], node: int = 0) -> Database:
    """Open the database of these URLs, as each process does."""
    rows: str | Path = urls[0] if "://" in urls[0] else Path(urls[0])
    return Database(rows, MODEL, documents=urls[1], ids=IdGenerator(node, SystemClock()))


def stored(urls: tuple[str, str], cls: type = Pot) -> dict[Any, dict[str, Any]]:
    """Return what the document database really holds of a class, removed documents and revisions included, by id."""
    with MongoClient[dict[str, Any]](urls[1]) as client:
        found = client.get_default_database()[describe(cls).name].find()
        return {each["_id"]: each for each in found}
