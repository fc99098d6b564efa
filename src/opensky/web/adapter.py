"""Makes Litestar route handlers of marked methods.

Litestar sees the method's own signature, so that it parses parameters and bodies and describes them in OpenAPI. The handler
then goes to a thread once, and everything happens there: nothing that touches the domain runs on the event loop.
"""

import inspect
from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, HeaderParameter, PathParameter, QueryParameter

from opensky.kernel.errors import Misconfigured
from opensky.web.access import Access
from opensky.web.answer import Answer
from opensky.web.form import Form
from opensky.web.incoming import Incoming
from opensky.web.kernel import Kernel
from opensky.web.pool import Pool
from opensky.web.problems import PROBLEM, Problem, possible
from opensky.web.routing import FromHeader, Route, routes_of

FORM_TYPE = "application/x-www-form-urlencoded"


class Endpoint(HTTPRouteHandler):
    """A Litestar handler whose function has made the whole answer already."""

    async def to_response(self, app: Any, data: Any, request: Any) -> Any:
        """Send the answer as it is."""
        return data


def endpoints(controllers: Sequence[type], kernel: Kernel, pool: Pool) -> list[Endpoint]:
    """Return the handlers of all routes of these controllers."""
    return [
        endpoint(controller, method, route, kernel, pool)
        for controller in controllers
        for method, route in routes_of(controller)
    ]


def endpoint(controller: type, method: str, route: Route, kernel: Kernel, pool: Pool) -> Endpoint:
    """Return the handler of one route."""
    function = getattr(controller, method)
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    takes_form = hints.get("form") is Form
    if takes_form and route.kind != "action":
        message = f"{controller.__qualname__}.{method} takes a form, so it must be an @action."
        raise Misconfigured(message)
    parameters = [p for p in parameters if hints.get(p.name) is not Form]
    handler = _handler(controller, method, route, kernel, pool, takes_form=takes_form)
    returns = hints.get("return", None) if route.kind == "api" else bytes
    _sign(handler, parameters, {**hints, "return": returns}, route.path, f"{controller.__name__}_{method}")
    made = Endpoint(
        route.path,
        http_method=["GET", "HEAD"] if route.kind == "page" else [route.method],  # type: ignore[list-item]
        status_code=_status(route, returns),
        name=f"{controller.__module__}.{controller.__qualname__}.{method} {route.method} {route.path}",
        include_in_schema=route.kind == "api",
        request_max_body_size=route.limit,
        opt={"access": route.access, "route": route},
        **_description(controller, method, route, parameters),
    )
    made(handler)
    return made


def _handler(controller: type, method: str, route: Route, kernel: Kernel, pool: Pool, *, takes_form: bool) -> Any:
    async def with_body(request: Request[Any, Any, Any], **arguments: Any) -> Answer:
        body = await request.body()
        if takes_form:
            arguments["form"] = None
        incoming = Incoming(request.scope, body)
        answer: Answer = await pool.run(kernel.answer, route, controller, method, incoming, arguments)
        return answer

    async def without_body(request: Request[Any, Any, Any], **arguments: Any) -> Answer:
        incoming = Incoming(request.scope)
        answer: Answer = await pool.run(kernel.answer, route, controller, method, incoming, arguments)
        return answer

    return with_body if route.kind == "action" else without_body


def _sign(handler: Any, parameters: list[inspect.Parameter], hints: dict[str, Any], path: str, name: str) -> None:
    """Give a handler the signature that Litestar is to see."""
    returns = hints["return"]
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    placed = {p.name: _placed(p.name, hints[p.name], path) for p in parameters}
    kept = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=placed[p.name]) for p in parameters]
    handler.__signature__ = inspect.Signature([request, *kept], return_annotation=returns)
    handler.__annotations__ = {"request": Request, **placed, "return": returns}
    handler.__name__ = name


def _placed(name: str, hint: Any, path: str) -> Any:
    """Say for Litestar where a parameter comes from: the path, the body (``data``), a header, or the query."""
    if name == "data":
        return Annotated[hint, BodyKwarg(media_type=RequestEncodingType.JSON)]
    marks = [mark for part in (hint, *get_args(hint)) for mark in getattr(part, "__metadata__", ())]
    header = next((mark for mark in marks if isinstance(mark, FromHeader)), None)
    limits = _limits(next((mark for mark in marks if isinstance(mark, msgspec.Meta)), None))
    if header is not None:
        return Annotated[hint, HeaderParameter(name=header.name, **limits)]
    return Annotated[hint, (PathParameter if f"{{{name}:" in path else QueryParameter)(**limits)]


def _limits(meta: msgspec.Meta | None) -> dict[str, Any]:
    """Return what ``msgspec.Meta`` says of a parameter, in Litestar's words; it reads them in bodies alone by itself."""
    names = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "title", "description")
    found = {name: value for name in names if (value := getattr(meta, name, None)) is not None}
    if meta is not None and meta.examples:
        found["examples"] = [Example(value=value) for value in meta.examples]
    return found


def _status(route: Route, returns: Any) -> int:
    if route.kind != "api":
        return 200
    return 204 if returns in {None, type(None)} else route.status


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
        "operation_id": f"{controller.__name__.removesuffix('Api').lower()}_{method}",
        "tags": [route.tag or controller.__name__.removesuffix("Api")],
        "security": [] if route.access is Access.PUBLIC else [{"bearer": []}],
        "responses": {
            status: ResponseSpec(data_container=Problem, description=text, media_type=PROBLEM, generate_examples=False)
            for status, text in failures.items()
        },
    }
