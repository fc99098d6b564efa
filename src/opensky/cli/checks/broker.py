"""The message broker, where one is set: reachable, and which it is."""

from collections.abc import Iterator

from opensky.cli.checks.finding import Finding, ok, problem
from opensky.messaging.stomp import Servers, StompError, connect
from opensky.settings import Settings


def broker(settings: Settings) -> Iterator[Finding]:
    """Log in to the broker; without one, queues are tables of the database, and there is nothing to look at."""
    if not settings.broker_url:
        return
    servers = Servers.read(settings.broker_url)
    try:
        with connect(servers) as connection:
            yield ok("broker", f"{connection.dialect.name} answers, STOMP {connection.version}")
    except StompError as error:
        do = "Is it running, and are login and passcode those of broker_url? Messages wait in the database meanwhile."
        yield problem("broker", str(error), do)
