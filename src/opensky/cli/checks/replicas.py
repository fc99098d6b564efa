"""Read replicas: reachable, really replicas, and close behind."""

from collections.abc import Iterator

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from opensky.cli.checks.database import KINDS, reach
from opensky.cli.checks.finding import Finding, ok, problem, warning
from opensky.persistence import schema
from opensky.persistence.engines.opening import open_engine
from opensky.settings import Settings


def replicas(settings: Settings) -> Iterator[Finding]:
    """Look at each replica that the settings name."""
    primary = open_engine(settings.database)
    for address in filter(None, map(str.strip, settings.replica_urls.split(","))):
        url = open_engine(address).url
        if url.get_backend_name() != primary.url.get_backend_name():
            says = f"{_name(url)} is another kind of database than the primary."
            yield problem("replica", says, "Replicas are copies that the database server itself keeps.")
            continue
        yield from _one(address, settings)


def _one(address: str, settings: Settings) -> Iterator[Finding]:
    engine = open_engine(address)
    url = engine.url
    unreachable = reach(url)
    if unreachable:
        yield problem("replica", unreachable, "Is it running? Without it, take it out of replica_urls.")
        return
    kind = KINDS[url.get_backend_name()]
    reading = engine.reading(1)
    try:
        with reading.connect() as connection:
            follows, refuses, behind = kind.replica(connection)
            there = schema.version(connection)
    except SQLAlchemyError as error:
        says, do = kind.explain(error, url)
        yield problem("replica", f"{_name(url)}: {says}", do.replace("database_url", "replica_urls"))
        return
    finally:
        reading.dispose()
    name = _name(url)
    if not follows:
        yield problem("replica", f"{name} follows no primary: pages would show old data.", "Set up its replication.")
    elif behind is None:
        yield problem(
            "replica", f"{name} has stopped following its primary.", "See why in its log, and start it again."
        )
    elif there is None:
        yield problem("replica", f"{name} has no tables of the shop.", "Does it follow the right server and database?")
    elif behind > settings.replica_sticky_seconds:
        says = f"{name} is {behind:.0f} s behind; members would not see what they have just done."
        yield warning("replica", says, "Find what holds it up, or raise replica_sticky_seconds.")
    elif not refuses:
        yield warning(
            "replica", f"{name} can be written: a mistake would part it from its primary.", "SET GLOBAL read_only = 1;"
        )
    else:
        yield ok("replica", f"{name}, {behind:.0f} s behind, only reads")


def _name(url: URL) -> str:
    return f"{url.host}:{url.port}/{url.database}" if url.port else f"{url.host}/{url.database}"
