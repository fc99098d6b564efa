"""The application: all routes, the errors that no route answers, health, files, and the description of the API."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from dishka import Container
from litestar import Litestar, Request
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException, NotFoundException

from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound
from opensky.persistence import Database, relay
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.web.adapter import Endpoint, endpoints
from opensky.web.answer import Answer
from opensky.web.assets import Assets
from opensky.web.headers import SecurityHeaders
from opensky.web.identities import Identities
from opensky.web.incoming import Incoming
from opensky.web.kernel import Frame, Kernel
from opensky.web.openapi import describe
from opensky.web.own import described, options, own_endpoints
from opensky.web.pool import Pool
from opensky.web.problems import Problem, broken_request, problem_for
from opensky.web.reference import ApiReference
from opensky.web.templates import Templates
from opensky.web.warming import warm

_BODY_LIMIT = 1024 * 1024


def build(
    settings: Settings,
    container: Container,
    controllers: Sequence[type],
    *,
    templates: Sequence[Path] = (),
    static: Sequence[Path] = (),
    frame: type[Frame] | None = None,
) -> Litestar:
    """Make the application. Nothing is opened before the first request, so it may be made before workers are forked.

    ``templates`` and ``static`` are folders of the features, looked into before this room's own; ``frame`` gives what every
    page shows around its content.
    """
    clock, database = container.get(Clock), container.get(Database)
    assets = Assets(settings.data / "media", SecurityHeaders(settings), static)
    pages = Templates(settings, clock, assets, templates)
    identities = _identities(settings, database, clock)
    stats = container.get(Stats)
    kernel = Kernel(settings, container, identities, pages, assets, frame, stats)
    pool = Pool(settings.threads)
    made = [
        *own_endpoints(kernel, pool, database, assets),
        described(kernel, pool, lambda: describe(app, settings)),
        *endpoints([ApiReference, *controllers], kernel, pool, embedded=database.embedded),
    ]
    app = Litestar(
        [*options(_methods(made), kernel, pool), *made],
        exception_handlers={HTTPException: _refusing(kernel, pool), Exception: _refusing(kernel, pool)},
        openapi_config=None,
        request_max_body_size=_BODY_LIMIT,
        lifespan=[_lifespan(pool, database, stats)],
        logging_config=None,
    )
    app.state.preload, app.state.pool = partial(warm, kernel, made, pages, database, clock), pool
    return app


def _identities(settings: Settings, database: Database, clock: Clock) -> Identities:
    # A public address while we listen on loopback alone: what reaches us comes through a proxy of this machine.
    proxied = bool(settings.public_url) and settings.host in {"127.0.0.1", "::1", "localhost"}
    return Identities(database, clock, settings.secret_key, secure=settings.secure_cookies, proxied=proxied)


def _methods(made: Sequence[Endpoint]) -> dict[str, set[str]]:
    """Return the methods of each path."""
    found: dict[str, set[str]] = {}
    for endpoint in made:
        for path in endpoint.paths:
            found.setdefault(path, set()).update(endpoint.http_methods)
    return found


def _lifespan(pool: Pool, database: Database, stats: Stats) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        redoing = relay.start(database)  # in each worker, after the fork: threads do not survive it
        stats.start()
        yield
        pool.close()
        stats.stop()
        if redoing is not None:
            redoing.stop()

    return lifespan


def _refusing(kernel: Kernel, pool: Pool) -> Callable[[Request[Any, Any, Any], Exception], Any]:
    def refuse(request: Request[Any, Any, Any], error: Exception) -> "_Refused":
        return _Refused(kernel, pool, Incoming(request.scope), error)

    return refuse


class _Refused:
    """Stands for a response towards Litestar; the answer is made in a thread, as it may show who is signed in."""

    def __init__(self, kernel: Kernel, pool: Pool, incoming: Incoming, error: Exception) -> None:
        self._kernel = kernel
        self._pool = pool
        self._incoming = incoming
        self._error = error

    def to_asgi_response(self, *_: Any, **__: Any) -> "_Refused":
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer: Answer = await self._pool.run(self._kernel.refuse, self._incoming, self._error, self._problem())
        if isinstance(self._error, MethodNotAllowedException) and self._error.headers:
            answer.headers.extend((k.lower().encode(), v.encode()) for k, v in self._error.headers.items())
        await answer(scope, receive, send)

    def _problem(self) -> Problem | None:
        match self._error:
            case NotFoundException():
                self._error = NotFound("There is nothing at this address.")
                return problem_for(404)
            case HTTPException(status_code=status, detail=detail, extra=extra) if (
                status < HTTPStatus.INTERNAL_SERVER_ERROR
            ):
                return (
                    broken_request(detail, extra, status) if status == HTTPStatus.BAD_REQUEST else problem_for(status)
                )
            case InternalServerException(detail="client disconnected prematurely"):
                return problem_for(400)
            case UnicodeDecodeError() | RecursionError():
                # A body that is no UTF-8, or nested without end: our own code is not reached by it, Litestar's parser is.
                return problem_for(400)
            case _:
                return None
