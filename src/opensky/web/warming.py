"""Before workers are forked: do once what every worker would do at its first requests, so that they share the memory of it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import anyio
from sqlalchemy.orm import configure_mappers

from opensky.kernel.money import Money
from opensky.web.access import Access
from opensky.web.adapter import Endpoint
from opensky.web.formats import Ago, count, money
from opensky.web.incoming import Incoming
from opensky.web.parts import Parts
from opensky.web.routing import Route


def warm(parts: Parts, endpoints: Iterable[Endpoint]) -> None:
    """Compile the templates, load the locale, and answer each open page once. All connections are closed again.

    Before there is a database, no page is answered.
    """
    parts.pages.preload()
    money(Money(1))
    count(1_000)
    Ago(parts.clock)(parts.clock.now() - timedelta(days=90))
    configure_mappers()
    anyio.run(anyio.sleep, 0)  # loads what Litestar needs to start up
    made = parts.database.created
    for endpoint in endpoints if made else ():
        route: Route | None = endpoint.opt.get("route")
        if route is not None and route.method == "GET" and route.access is Access.PUBLIC and "{" not in route.path:
            controller, method = endpoint.opt["controller"], endpoint.opt["method"]
            parts.kernel.answer(route, controller, method, _asked(route.path), {})
    parts.database.close()  # a connection must not be carried into another process


def _asked(path: str) -> Incoming:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    return Incoming(scope)
