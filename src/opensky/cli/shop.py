"""The shop that a command works on, opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dishka import Container

from opensky.cli.folder import existing, settings_of
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database
from opensky.wiring import container


@contextmanager
def opened(data: Path | None) -> Iterator[Container]:
    """Open the shop of a data folder, or of the settings, and close it at the end.

    Raises:
        Misconfigured: there is none yet.
    """
    with container(settings_of(existing(data))) as shop:
        if not shop.get(Database).created:
            raise Misconfigured("There is no shop yet; make one with ./opensky up.")
        yield shop
