"""Documents in a database of their own: reachable, new enough, and able to do transactions."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from opensky.cli.checks import sqlite
from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.persistence.documents.whereabouts import Looked, documents_of, look_for
from opensky.persistence.engines.opening import open_engine
from opensky.settings import Settings
from opensky.wiring import open_database

OLDEST = (4, 4)
_ANSWER_WITHIN_MS = 5_000
_SCRATCH = "opensky_doctor"
_LOGIN, _NO_RIGHT = (18, 8000), (13,)


def documents(settings: Settings) -> Iterator[Finding]:
    """Look at the document store that the settings name."""
    if not settings.documents_url:
        yield ok("documents", "kept in the database, beside the rows")
        return
    from pymongo import MongoClient  # noqa: PLC0415 - its driver is loaded only for whom it is for
    from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError  # noqa: PLC0415 - likewise

    place = urlsplit(settings.documents_url).netloc.rpartition("@")[2]
    try:
        client: MongoClient[dict[str, Any]]
        with MongoClient(settings.documents_url, **_patience(settings.documents_url)) as client:
            store: Any = client.get_default_database()
            hello, about = client.admin.command("hello"), client.server_info()
            yield from _describe(place, store.name, hello, about)
            scratch = store[_SCRATCH]
            scratch.insert_one({"said": "hello"})
            scratch.drop()
            yield ok("documents' rights", "collections can be made, written and dropped")
    except (InvalidURI, ConfigurationError, ValueError) as error:
        yield problem(
            "documents", f"documents_url cannot be read: {error}", "Write it as mongodb://host:27017/opensky."
        )
    except OperationFailure as error:
        yield problem("documents", *_explain(error.code, str((error.details and error.details.get("errmsg")) or error)))
    except PyMongoError as error:
        says = f"No MongoDB answers at {place} ({type(error).__name__})."
        yield problem("documents", says, "Is the server running, and is the address right? Is a firewall between?")


def place(settings: Settings) -> Iterator[Finding]:
    """Whether the documents of a shop that is there are where the settings look for them."""
    if sqlite.is_missing(open_engine(settings.database).url):
        return
    with closing(open_database(settings)) as whole:
        if not whole.created:
            return
        whole.check_documents()
        if whole.elsewhere is not None:
            with whole.engines[0].connect() as connection:
                looked = look_for(connection, documents_of(whole.model), whole.elsewhere.reading())
            if looked.missing:
                yield _some_are_missing(looked)
                return
    yield ok("documents' place", "where the settings look for them")


def _some_are_missing(looked: Looked) -> Finding:
    kind, id_ = looked.missing[0]
    says = f"{len(looked.missing)} of {looked.number} that were looked for are not there, such as {kind} {id_}."
    return problem("documents' place", says, "Is this an older copy of them? Put back one that is as new as the rows.")


def _patience(url: str) -> dict[str, Any]:
    """Wait for some seconds, unless the address says how long."""
    return {} if "serverselectiontimeoutms" in url.lower() else {"serverSelectionTimeoutMS": _ANSWER_WITHIN_MS}


def _describe(place: str, name: str, hello: dict[str, Any], about: dict[str, Any]) -> Iterator[Finding]:
    version = str(about.get("version", "?"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        yield problem(
            "documents", f"{place} speaks as MongoDB {version}; {oldest} is the oldest that works.", "A newer one."
        )
        return
    yield ok("documents", f"mongodb://{place}/{name}, speaks as MongoDB {version}")
    if "setName" in hello:
        yield ok("documents' transactions", f"yes: replica set {hello['setName']!r}")
    elif hello.get("msg") == "isdbgrid":
        yield ok("documents' transactions", "yes: a sharded cluster")
    else:
        says = "none: the server stands alone. Documents of one commit are applied one after the other; readers may see some."
        yield warning("documents' transactions", says, "Make it a replica set, of one if need be: rs.initiate()")


def _explain(code: int | None, said: str) -> tuple[str, str]:
    if code in _LOGIN:
        return (
            f"The server does not let this user in: {said}.",
            "Check the user, the password and authSource in documents_url.",
        )
    if code in _NO_RIGHT:
        return f"This user may not do that: {said}.", "Give it the role readWrite on that database."
    return f"The server refused: {said}.", "See what the server's log says."
