"""A whole demo shop in a folder of its own: for stories that are tests, and for trying things out in a Python shell."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from dishka import Container

from opensky import demo
from opensky.settings import Settings
from opensky.wiring import container


@contextmanager
def demo_shop() -> Iterator[Container]:
    """Make the demo shop, give a request scope of its container, and remove everything at the end.

    Managers come from the scope: ``shop.get(FollowManager)``. What they do is kept once ``shop.get(UnitOfWork)`` commits.
    """
    with tempfile.TemporaryDirectory(prefix="opensky-shop-") as folder:
        settings = Settings.load({"OPENSKY_DATA": folder, "OPENSKY_DEMO": "true"})
        demo.load(settings)
        made = container(settings)
        try:
            with made() as scope:
                yield scope
        finally:
            made.close()
