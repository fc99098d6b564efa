"""Sites for the tests of kills: an empty database on each engine, and what watches over it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from opensky.persistence import Database
from opensky.testing import carrying
from opensky.testing.carrying import Site

ENGINES = ["sqlite", *(pytest.param(name, marks=pytest.mark.services) for name in ("mariadb", "postgresql"))]


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """Give a site on each engine, its database with nothing in it but tables."""
    url = "" if request.param == "sqlite" else request.getfixturevalue(f"{request.param}_url")
    site = Site(tmp_path, url)
    carrying.created(site)
    if url:
        carrying.emptied(site)
    return site


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    """Give the database of the site."""
    with closing(carrying.opened(site)) as database:
        yield database


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Give what ends things in the opposite order."""
    with ExitStack() as stack:
        yield stack
