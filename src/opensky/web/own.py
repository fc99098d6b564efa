"""The few routes that need no controller: files, and a word of health."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Request
from litestar.types import Method
from sqlalchemy import text

from opensky.web import access
from opensky.web.adapter import Endpoint
from opensky.web.answer import Answer
from opensky.web.headers import NO_SNIFF, NO_STORE, REVALIDATE
from opensky.web.incoming import Incoming
from opensky.web.openapi import PATH
from opensky.web.parts import Parts

_OWN_THINGS = (
    "account",
    "admin",
    "api",
    "bag",
    "board",
    "checkout",
    "feed",
    "log-in",
    "orders",
    "search",
    "sign-up",
    "welcome",
)
_ROBOTS = "\n".join(["User-agent: *", *(f"Disallow: /{each}" for each in _OWN_THINGS), ""]).encode()
"""Goods, shelves and insiders may be found by search engines; what is somebody's own, and endless lists, need not."""
Serve = Callable[[Incoming], Answer]


def own_endpoints(parts: Parts) -> list[Endpoint]:
    """Return the handlers of these routes."""

    def static(incoming: Incoming) -> Answer:
        return parts.assets.serve_static(incoming, incoming.path.removeprefix("/static/"))

    def media(incoming: Incoming) -> Answer:
        return parts.assets.serve_media(incoming, incoming.path.removeprefix("/media/"))

    def favicon(incoming: Incoming) -> Answer:
        return parts.assets.serve_static(incoming, "img/favicon.svg")

    def robots(_incoming: Incoming) -> Answer:
        return Answer(200, [NO_SNIFF, REVALIDATE, (b"content-type", b"text/plain; charset=utf-8")], _ROBOTS)

    def health(_incoming: Incoming) -> Answer:
        with parts.database.reader() as reader:
            reader.one(text("SELECT 1"))
        return Answer(200, [NO_SNIFF, NO_STORE, (b"content-type", b"text/plain; charset=utf-8")], b"well\n")

    return [
        _plain("/static/{name:path}", static, parts),
        _plain("/media/{name:path}", media, parts),
        _plain("/favicon.ico", favicon, parts),
        _plain("/robots.txt", robots, parts),
        _plain("/healthz", health, parts),
    ]


def described(parts: Parts, describe: Callable[[], bytes]) -> Endpoint:
    """Return the handler of the API's description, which is made once for a shop."""

    def serve(_incoming: Incoming) -> Answer:
        parts.description = parts.description or describe()
        return Answer(200, [NO_SNIFF, REVALIDATE, (b"content-type", b"application/json")], parts.description)

    return _plain(PATH, serve, parts)


def options(paths: Mapping[str, set[str]], parts: Parts) -> list[Endpoint]:
    """Return the handlers that say which methods each path has. Litestar's own ones know only the first of several."""

    def told(methods: set[str]) -> Serve:
        allowed = ", ".join(sorted({*methods, "OPTIONS"})).encode()
        return lambda _incoming: Answer(204, [NO_SNIFF, NO_STORE, (b"allow", allowed)])

    return [_plain(path, told(methods), parts, methods=["OPTIONS"]) for path, methods in paths.items()]


def _plain(path: str, serve: Serve, parts: Parts, *, methods: Sequence[Method] = ("GET", "HEAD")) -> Endpoint:
    async def handler(request: Request[Any, Any, Any]) -> Any:
        return await parts.pool.run(parts.kernel.plainly, serve, Incoming(request.scope))

    opt = {"access": access.PUBLIC}
    made = Endpoint(path, http_method=methods, name=f"{methods[0]} {path}", include_in_schema=False, opt=opt)
    made(handler)
    return made
