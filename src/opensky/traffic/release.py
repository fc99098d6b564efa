"""A release of the shop with a mistake in it, as it happens to everybody: ``opensky.traffic.release:app``, for a web server to import.

It is the shop itself, but for the product's page: that takes longer, and fails for some products.
"""

import time
from zlib import crc32

from dishka import Provider, Scope
from litestar import Litestar

from opensky.devo.storefront.controller import ShopController
from opensky.logs import configure
from opensky.settings import Settings
from opensky.web import Page, access, page
from opensky.web.app import build
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

SLOW = 0.15
"""Seconds that a page takes longer."""
OF, FAIL = 10, 8
"""Of so many products so many pages fail."""


class WorseStorefront(ShopController):
    """The storefront, as somebody changed it in a hurry."""

    @page("/products/{slug:str}", access=access.PUBLIC)
    def product(self, slug: str) -> Page:
        """Show one product, after asking each supplier anew; some have an empty list of prices, which nobody thought of."""
        time.sleep(SLOW)
        prices = [1] if crc32(slug.encode()) % OF >= FAIL else []
        _ = prices[0]
        return super().product(slug)


def make(settings: Settings) -> Litestar:
    """Return the application, with the one controller that is another."""
    changed = Provider(scope=Scope.REQUEST)
    changed.provide(WorseStorefront)
    controllers = [WorseStorefront if each is ShopController else each for each in CONTROLLERS]
    return build(settings, web_container(settings, changed), controllers, templates=TEMPLATES, frame=FRAME)


def __getattr__(name: str) -> Litestar:
    """Make the application when a server asks for it."""
    if name != "app":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    settings = Settings.load()
    configure("web", settings.log_level)
    app: Litestar = globals().setdefault("app", make(settings))
    return app
