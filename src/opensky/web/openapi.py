"""The description of the API (OpenAPI 3.1), made from the routes when it is first asked for."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec
from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin  # Litestar's public door to it also serves pages that we do not want
from litestar.config.app import AppConfig
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.serialization import encode_json

from opensky.settings import Settings

PATH = "/api/v1/openapi.json"
VERSION = "1.0.0"
_ABOUT = (
    "Products, insiders, follows, feed and orders. Lists are paged by cursor: pass `after` or `before` from the answer before. "
    "Errors are problem+json (RFC 9457). Whoever wants to act for a member sends a token made on the account page."
)


def describe(app: Litestar, settings: Settings) -> bytes:
    """Return the description of all API routes of an application, as JSON."""
    plugin = OpenAPIPlugin(app)
    plugin.on_app_init(AppConfig(openapi_config=_config(settings)))
    for route in app.routes:
        plugin.receive_route(route)
    described = plugin.provide_openapi_schema()
    _close(described, app)
    return encode_json(described)


def _close(described: dict[str, Any], app: Litestar) -> None:
    """Say of the bodies that take no other fields that they do not; Litestar leaves it out."""
    schemas = described.get("components", {}).get("schemas", {})
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            body = handler.parsed_fn_signature.parameters.get("data")
            for struct in _structs(body.annotation) if body is not None else ():
                if struct.__struct_config__.forbid_unknown_fields and struct.__name__ in schemas:
                    schemas[struct.__name__]["additionalProperties"] = False


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs that a type is or holds."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        for field in get_type_hints(hint).values():
            yield from _structs(field)
    for part in get_args(hint):
        yield from _structs(part)


def _config(settings: Settings) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token of a member, made on the account page.")
    return OpenAPIConfig(
        title=f"{settings.shop_name} API",
        version=VERSION,
        description=_ABOUT,
        servers=[Server(url="/", description=settings.shop_name)],
        components=Components(security_schemes={"bearer": bearer}),
    )
