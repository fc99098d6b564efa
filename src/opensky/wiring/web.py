"""The web application as a server imports it: ``opensky.wiring.web:app``."""

from litestar import Litestar

from opensky.logs import configure
from opensky.settings import Settings
from opensky.web.app import build
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES
from opensky.wiring.traces import trace


def make(settings: Settings) -> Litestar:
    """Return the application of an installation; nothing is opened before its first request."""
    return build(settings, web_container(settings), CONTROLLERS, templates=TEMPLATES, frame=FRAME)


def __getattr__(name: str) -> Litestar:
    """Make the application when a server asks for it, so that importing this module opens nothing."""
    if name != "app":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    settings = Settings.load()
    configure("web", settings.log_level)
    trace(settings, "web")
    app: Litestar = globals().setdefault("app", make(settings))
    return app
