"""What is started beside a wrong database of documents says so, and does not start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from opensky.cli.checks.finding import Finding
from opensky.cli.doctor import examine
from opensky.cli.servers.server import free_port
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.persistence import ConnectionLost
from opensky.persistence.documents.elsewhere import open_elsewhere
from opensky.settings import Settings
from opensky.testing.engines import fresh
from opensky.wiring import open_database

pytestmark = pytest.mark.services

AWAY = "mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=100"


@pytest.fixture
def documents_url() -> Iterator[str]:
    """An empty database for documents."""
    server = os.environ.get("TEST_MONGODB_URL")
    if not server:
        pytest.skip("needs MongoDB: ./opensky test --services")
    with fresh(server) as url:
        yield url


@pytest.fixture
def shop(tmp_path: Path, documents_url: str) -> Path:
    """The data folder of a shop with three sellers, whose documents are in a database of their own."""
    settings = Settings(data=tmp_path, secret_key="0" * 64, documents_url=documents_url)
    with closing(open_database(settings)) as database:
        database.create()
        with database.unit_of_work() as unit:
            unit.persist_all(
                Seller(id=SellerId(n), slug=f"ada{n}", name="Ada", joined_at=datetime.now(UTC)) for n in (1, 2, 3)
            )
            unit.commit()
    return tmp_path


def said(shop: Path, *arguments: str, documents: str = "") -> str:
    """Run a command that is to be refused, and return the line in which it is."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "opensky.cli", *arguments],
        env=os.environ | {"OPENSKY_DATA": str(shop), "OPENSKY_DOCUMENTS_URL": documents},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done
    assert done.stderr.count("\n") == 1
    assert "is open" not in done.stdout
    return done.stderr


def place(shop: Path, documents: str) -> Finding:
    """Return what the doctor says of where the documents are."""
    found = examine({"OPENSKY_DATA": str(shop), "OPENSKY_PORT": "1025", "OPENSKY_DOCUMENTS_URL": documents})
    return {finding.check: finding for finding in found}["documents' place"]


def test_nothing_starts_beside_a_database_without_the_documents(shop: Path, documents_url: str) -> None:
    """A mistyped name would open an empty shop, and new goods would be kept there."""
    mistyped = f"{documents_url}_mistyped"
    for command in (("up", "--port", str(free_port())), ("web",), ("bus", "run"), ("relay",)):
        line = said(shop, *command, documents=mistyped)
        assert line.startswith("opensky: The database that documents_url names has none of this shop's documents (3 ")
    found = place(shop, mistyped)
    assert found.state == "problem"
    assert "none of this shop's documents" in found.says
    with MongoClient[dict[str, Any]](documents_url) as client:
        assert not [name for name in client.list_database_names() if name.endswith("_mistyped")]


def test_what_an_init_system_starts_refuses_no_address_and_a_server_that_does_not_answer(
    shop: Path, documents_url: str
) -> None:
    """As ``up`` does; pages would be empty, or fail. The bus reads no documents: it need not be away because they are."""
    for command in (("web",), ("bus", "run")):
        line = said(shop, *command)
        assert line.startswith(
            "opensky: The documents of this shop are in another database, but documents_url is empty."
        )
    assert said(shop, "web", documents=AWAY).startswith("opensky: The document database at 127.0.0.1:1 does not answer")
    host = urlsplit(documents_url).netloc
    shut_out = said(shop, "web", documents=f"mongodb://ada:wrong@{host}/shop?authSource=admin")
    assert f"The document database at {host} does not answer as it should: authentication failed." in shut_out


def test_who_is_not_let_in_any_more_is_told_to_try_again(documents_url: str) -> None:
    """A password that was changed on the server is no mistake of a page: 503 for visitors, a line in the log."""
    store = open_elsewhere(documents_url.replace("://", "://ada:wrong@") + "?authSource=admin")
    with pytest.raises(ConnectionLost, match="try again") as refused:
        store.reading().find(Seller, {})
    assert "authentication failed" in str(refused.value.__cause__)
    store.close()


def test_documents_that_are_older_than_the_rows_are_named(shop: Path, documents_url: str) -> None:
    """An older copy that was put back lacks the newest: the doctor says so."""
    assert place(shop, documents_url).state == "ok"
    with MongoClient[dict[str, Any]](documents_url) as client:
        client.get_default_database()["sellers"].delete_one({"_id": 3})

    found = place(shop, documents_url)

    assert (found.state, found.says) == ("problem", "1 of 3 that were looked for are not there, such as Seller 3.")
