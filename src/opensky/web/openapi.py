"""The description of the API (OpenAPI 3.1), made from the routes when it is first asked for."""

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
    return encode_json(plugin.provide_openapi_schema())


def _config(settings: Settings) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token of a member, made on the account page.")
    return OpenAPIConfig(
        title=f"{settings.shop_name} API",
        version=VERSION,
        description=_ABOUT,
        servers=[Server(url="/", description=settings.shop_name)],
        components=Components(security_schemes={"bearer": bearer}),
    )
