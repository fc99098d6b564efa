"""The application: all routes, the errors that no route answers, health, files, and the description of the API."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from dishka import Container
from litestar import Litestar, Request
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException, NotFoundException

from opensky.kernel.errors import NotFound
from opensky.persistence import relay
from opensky.settings import Settings
from opensky.web.adapter import Endpoint, endpoints
from opensky.web.answer import Answer
from opensky.web.incoming import Incoming
from opensky.web.kernel import Frame
from opensky.web.openapi import describe
from opensky.web.own import described, options, own_endpoints
from opensky.web.parts import Assembly, Parts
from opensky.web.problems import Problem, broken_request, problem_for
from opensky.web.reference import ApiReference
from opensky.web.stats import gauge_threads
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
    assembly = Assembly(templates, static, frame)
    parts = assembly(settings, container)
    made = [
        *own_endpoints(parts),
        described(parts, lambda: describe(app, parts.settings)),
        *endpoints([ApiReference, *controllers], parts, embedded=parts.database.embedded),
    ]
    app = Litestar(
        [*options(_methods(made), parts), *made],
        exception_handlers={HTTPException: _refusing(parts), Exception: _refusing(parts)},
        openapi_config=None,
        request_max_body_size=_BODY_LIMIT,
        lifespan=[_lifespan(parts)],
        logging_config=None,
    )
    app.state.assembly, app.state.parts, app.state.pool = assembly, parts, parts.pool
    app.state.preload = partial(warm, parts, made)
    return app


def furnish(app: Litestar, settings: Settings, container: Container) -> None:
    """Let a built application serve another shop, as if it had been built for it. What it served before must be at rest."""
    parts = app.state.assembly(settings, container)
    for part in fields(parts):
        setattr(app.state.parts, part.name, getattr(parts, part.name))
    app.state.pool = parts.pool


def _methods(made: Sequence[Endpoint]) -> dict[str, set[str]]:
    """Return the methods of each path."""
    found: dict[str, set[str]] = {}
    for endpoint in made:
        for path in endpoint.paths:
            found.setdefault(path, set()).update(endpoint.http_methods)
    return found


def _lifespan(parts: Parts) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        redoing = relay.start(parts.database)  # in each worker, after the fork: threads do not survive it
        gauge_threads(parts.stats, parts.pool, parts.settings.threads)
        parts.stats.start()
        with parts.kernel.streams.end_by_signal(asyncio.get_running_loop()):
            yield
        parts.kernel.streams.end()
        parts.pool.close()
        parts.stats.stop()
        if redoing is not None:
            redoing.stop()

    return lifespan


def _refusing(parts: Parts) -> Callable[[Request[Any, Any, Any], Exception], Any]:
    def refuse(request: Request[Any, Any, Any], error: Exception) -> "_Refused":
        return _Refused(parts, Incoming(request.scope), error)

    return refuse


class _Refused:
    """Stands for a response towards Litestar; the answer is made in a thread, as it may show who is signed in."""

    def __init__(self, parts: Parts, incoming: Incoming, error: Exception) -> None:
        self._parts = parts
        self._incoming = incoming
        self._error = error

    def to_asgi_response(self, *_: Any, **__: Any) -> "_Refused":
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer: Answer = await self._parts.pool.run(
            self._parts.kernel.refuse, self._incoming, self._error, self._problem()
        )
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
