"""Makes Litestar route handlers of marked methods.

Litestar sees the method's own signature, so that it parses parameters and bodies and describes them in OpenAPI. The handler
then goes to a thread once, and everything happens there. Reads that are marked as quick stay on the event loop where the
database is a file of ours: the way to a thread and back costs more than waiting for them (adr 0013).
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import LAST
from opensky.web.access import Access
from opensky.web.answer import Answer, Stream
from opensky.web.form import Form
from opensky.web.incoming import Incoming
from opensky.web.parts import Parts
from opensky.web.problems import PROBLEM, Problem, possible
from opensky.web.routing import Route, Signed, routes_of
from opensky.web.signatures import known_as, sign


class Endpoint(HTTPRouteHandler):
    """A Litestar handler whose function has made the whole answer already."""

    async def to_response(self, app: Any, data: Any, request: Any) -> Any:
        """Send the answer as it is."""
        return data


def endpoints(controllers: Sequence[type], parts: Parts, *, embedded: bool = False) -> list[Endpoint]:
    """Return the handlers of all routes of these controllers; ``embedded`` says that the database has no server."""
    return [
        endpoint(controller, method, route, parts, embedded=embedded)
        for controller in controllers
        for method, route in routes_of(controller)
    ]


def endpoint(controller: type, method: str, route: Route, parts: Parts, *, embedded: bool = False) -> Endpoint:
    """Return the handler of one route."""
    function = getattr(controller, method)
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    takes_form = hints.get("form") is Form
    if takes_form and route.kind != "action":
        message = f"{controller.__qualname__}.{method} takes a form, so it must be an @action."
        raise Misconfigured(message)
    signed = {hints.get("call") is Signed, route.access is Access.SIGNED, route.kind == "callback"}
    if len(signed) > 1:
        message = f"{controller.__qualname__}.{method}: a @callback, and nothing else, takes `call: Signed` and has the access SIGNED."
        raise Misconfigured(message)
    parameters = [p for p in parameters if hints.get(p.name) not in {Form, Signed}]
    names = {known_as(p.name): p.name for p in parameters if known_as(p.name) != p.name}
    quick = route.quick and embedded
    handler = _handler(controller, method, route, parts, names, quick=quick, takes_form=takes_form)
    returns = hints.get("return", None) if route.kind == "api" else bytes
    sign(handler, parameters, {**hints, "return": returns}, route.path)
    handler.__name__ = f"{controller.__name__}_{method}"
    made = Endpoint(
        route.path,
        http_method=["GET", "HEAD"] if route.method == "GET" else [route.method],  # type: ignore[list-item]
        status_code=_status(route, returns),
        name=f"{controller.__module__}.{controller.__qualname__}.{method} {route.method} {route.path}",
        # What is not below /api is no part of the API: a mail program posts to the link that a letter names.
        include_in_schema=route.kind == "api" and route.path.startswith("/api/"),
        request_max_body_size=route.limit,
        opt={"access": route.access, "route": route, "controller": controller, "method": method},
        **_description(controller, method, route, parameters),
    )
    made(handler)
    return made


def _handler(
    controller: type,
    method: str,
    route: Route,
    parts: Parts,
    names: Mapping[str, str],
    *,
    quick: bool,
    takes_form: bool,
) -> Any:
    """Return the function that Litestar calls; ``names`` are those under which it knows parameters, to their own."""
    numbers = tuple(re.findall(r"{(\w+):int}", route.path))

    async def answer(incoming: Incoming, arguments: dict[str, Any]) -> Answer:
        for number in numbers:  # nothing has a number that no store can hold: it is looked for, and not found
            arguments[number] = min(arguments[number], LAST)
        for known, own in names.items():
            if known in arguments:
                arguments[own] = arguments.pop(known)
        if quick and not any(arguments.get(name) for name in route.unless):
            return parts.kernel.answer(route, controller, method, incoming, arguments, parts.pool.later)
        made: Answer = await parts.pool.run(parts.kernel.answer, route, controller, method, incoming, arguments)
        if isinstance(made, Stream):
            made.run = parts.pool.run
        return made

    async def with_body(request: Request[Any, Any, Any], **arguments: Any) -> Answer:
        if takes_form:
            arguments["form"] = None
        return await answer(Incoming(request.scope, await request.body()), arguments)

    async def without_body(request: Request[Any, Any, Any], **arguments: Any) -> Answer:
        return await answer(Incoming(request.scope), arguments)

    return with_body if route.kind in {"action", "callback"} else without_body


def _status(route: Route, returns: Any) -> int:
    if route.kind != "api":
        return 200
    return 204 if returns in {None, type(None)} else route.status


def _operation_id(name: str) -> Callable[..., str]:
    """Return what names the operations of a handler: HEAD is one of its own to Litestar, and left out by ``describe``."""
    return lambda _handler, method, _path: f"{name}_head" if method == "HEAD" else name


def _description(
    controller: type, method: str, route: Route, parameters: Sequence[inspect.Parameter]
) -> dict[str, Any]:
    if route.kind != "api":
        return {}
    sentence = inspect.getdoc(getattr(controller, method)) or ""
    body = any(p.name == "data" for p in parameters)
    failures = possible(route.access, route.raises, body=body, parameters=any(p.name != "data" for p in parameters))
    return {
        "summary": route.summary or sentence.partition("\n")[0],
        "description": sentence if "\n" in sentence else None,
        "operation_id": _operation_id(f"{controller.__name__.removesuffix('Api').lower()}_{method}"),
        "tags": [route.tag or controller.__name__.removesuffix("Api")],
        "security": [] if route.access is Access.PUBLIC else [{"bearer": []}],
        "responses": {
            status: ResponseSpec(data_container=Problem, description=text, media_type=PROBLEM, generate_examples=False)
            for status, text in failures.items()
        },
    }
