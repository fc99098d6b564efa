"""Before workers are forked: do once what every worker would do at its first requests, so that they share the memory of it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import anyio
from sqlalchemy.orm import configure_mappers

from opensky.kernel.clock import Clock
from opensky.kernel.money import Money
from opensky.persistence import Database
from opensky.web.access import Access
from opensky.web.adapter import Endpoint
from opensky.web.formats import Ago, count, money
from opensky.web.incoming import Incoming
from opensky.web.kernel import Kernel
from opensky.web.routing import Route
from opensky.web.templates import Templates


def warm(kernel: Kernel, endpoints: Iterable[Endpoint], templates: Templates, database: Database, clock: Clock) -> None:
    """Compile the templates, load the locale, and answer each open page once. All connections are closed again.

    Before there is a database, no page is answered.
    """
    templates.preload()
    money(Money(1))
    count(1_000)
    Ago(clock)(clock.now() - timedelta(days=90))
    configure_mappers()
    anyio.run(anyio.sleep, 0)  # loads what Litestar needs to start up
    made = database.created
    for endpoint in endpoints if made else ():
        route: Route | None = endpoint.opt.get("route")
        if route is not None and route.method == "GET" and route.access is Access.PUBLIC and "{" not in route.path:
            kernel.answer(route, endpoint.opt["controller"], endpoint.opt["method"], _asked(route.path), {})
    database.close()  # a connection must not be carried into another process


def _asked(path: str) -> Incoming:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    return Incoming(scope)
