"""The page of all pieces: there for who draws them, and nowhere else."""

from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar

from opensky.persistence import Database
from opensky.settings import Settings
from opensky.testing.browser import browsing
from opensky.wiring.web import make

PIECES = "/dev/pieces"


def shop(settings: Settings, **changed: Any) -> Litestar:
    """An empty shop with these settings."""
    return make(replace(settings, **changed))


def test_the_demo_shop_of_ones_own_machine_shows_every_piece(settings: Settings, database: Database) -> None:
    """Also where nothing is on show yet; nothing on the page leads to an error by itself."""
    with browsing(shop(settings, demo=True)) as browser:
        page = browser.open(PIECES)
        assert (page.status_code, browser.heading) == (200, "Pieces")
        for said in ("Speckled mug", "Only one is left.", "Paid, a second look", "Partly on its way", "comes next"):
            assert said in browser.text()


@pytest.mark.parametrize("changed", [{"demo": False}, {"demo": True, "public_url": "https://shop.example"}])
def test_any_other_shop_has_no_such_page(settings: Settings, database: Database, changed: dict[str, Any]) -> None:
    """It would only puzzle members."""
    with browsing(shop(settings, **changed)) as browser:
        assert browser.open(PIECES).status_code == 404
