"""The description of the API (OpenAPI 3.1), made from the routes when it is first asked for."""

from typing import Any

import msgspec
from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin  # Litestar's public door to it also serves pages that we do not want
from litestar.config.app import AppConfig
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.serialization import encode_json

from opensky.settings import Settings
from opensky.web.examples import exemplify
from opensky.web.problems import Problem

PATH = "/api/v1/openapi.json"
VERSION = "1.0.0"
_ABOUT = (
    "Products, insiders, follows, feed and orders. Lists are paged by cursor: pass on the `after` of the answer before. "
    "Errors are problem+json (RFC 9457). Whoever wants to act for a member sends a token made on the account page."
)


def describe(app: Litestar, settings: Settings) -> bytes:
    """Return the description of all API routes of an application, as JSON."""
    plugin = OpenAPIPlugin(app)
    plugin.on_app_init(AppConfig(openapi_config=_config(settings)))
    for route in app.routes:
        plugin.receive_route(route)
    described = plugin.provide_openapi_schema()
    _describe_structs(described, app)
    exemplify(described)
    return encode_json(described)


def _describe_structs(described: dict[str, Any], app: Litestar) -> None:
    """Describe bodies and answers as msgspec does, which parses and writes them.

    Litestar leaves out what is said about a struct, and that it takes no other fields than its own.
    """
    handlers = [
        h for route in app.routes for h in getattr(route, "route_handlers", ()) if h.resolve_include_in_schema()
    ]
    structs = {Problem}.union(*(_structs(handler) for handler in handlers))
    _, known = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    described["components"].setdefault("schemas", {}).update(known)
    for path in described["paths"].values():
        path.pop("head", None)  # as everywhere: GET without the body
        for operation in path.values():
            _tell_answers(operation["responses"], known)


def _structs(handler: Any) -> set[type[msgspec.Struct]]:
    """Return the structs that a handler takes and gives."""
    signature = handler.parsed_fn_signature
    body = signature.parameters.get("data")
    hints = (signature.return_type.annotation, body.annotation if body is not None else None)
    return {hint for hint in hints if isinstance(hint, type) and issubclass(hint, msgspec.Struct)}


def _tell_answers(responses: dict[str, Any], known: dict[str, Any]) -> None:
    """Say of an answer what its struct says of itself, where Litestar has only a phrase for the status."""
    for response in responses.values():
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        sentence = known.get(schema.get("$ref", "").rpartition("/")[2], {}).get("description", "")
        response["description"] = sentence or response["description"]


def _config(settings: Settings) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token of a member, made on the account page.")
    return OpenAPIConfig(
        title=f"{settings.shop_name} API",
        version=VERSION,
        description=_ABOUT,
        servers=[Server(url="/", description=settings.shop_name)],
        components=Components(security_schemes={"bearer": bearer}),
    )
