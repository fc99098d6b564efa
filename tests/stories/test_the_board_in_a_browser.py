"""The operations board before somebody's eyes: it goes on, says when it does not, and needs no script to be read."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
PATIENCE = 60_000
LIVE = "**/board/live"


def shown(walker: Callable[..., Any], size: str = "desktop", **options: Any) -> Any:
    """Return the page of somebody of the staff, who looks at the board."""
    staff = walker(size, **options)
    staff.log_in(*STAFF, after="/board")
    staff.page.wait_for_selector("#verdict .word", timeout=PATIENCE)
    return staff.page


def clock(page: Any) -> str:
    """Return what the board's clock says."""
    return str(page.locator(".clock time").get_attribute("data-clock"))


def test_it_goes_on_without_being_touched(walker: Callable[..., Any]) -> None:
    """Everything fits on the screen, whose numbers are those of this second."""
    page = shown(walker)
    before = clock(page)
    page.locator(f".clock time:not([data-clock='{before}'])").wait_for(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator("#frozen").is_hidden()


def test_a_board_that_hears_nothing_looks_frozen_and_comes_back(walker: Callable[..., Any]) -> None:
    """By itself, once it is answered again."""
    staff = walker()
    staff.page.route(LIVE, lambda route: route.abort())
    staff.log_in(*STAFF, after="/board")
    page = staff.page
    page.locator("#frozen", has_text="This board stands still since").wait_for(timeout=PATIENCE)
    assert "is-frozen" in str(page.locator("body").get_attribute("class"))
    page.unroute(LIVE)
    page.locator("body:not(.is-frozen)").wait_for(timeout=PATIENCE)
    assert page.locator("#frozen").is_hidden()


def test_without_javascript_all_of_it_is_there(walker: Callable[..., Any]) -> None:
    """As pictures and words; the page loads anew by itself."""
    page = shown(walker, javascript=False)
    assert page.locator("figure.tile h2").count() > 5
    assert page.locator("noscript").count() == 1


def test_a_phone_shows_it_below_one_another(walker: Callable[..., Any]) -> None:
    """Nothing sticks out, and the verdict stays in sight."""
    page = shown(walker, "phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    over = """[...document.querySelectorAll('#tile-data .rows .value')].filter(
        each => each.getBoundingClientRect().right > each.closest('.tile').getBoundingClientRect().right).length"""
    assert page.evaluate(over) == 0
    page.locator("#tile-river").scroll_into_view_if_needed()
    assert page.locator("#verdict .word").is_visible()


def test_a_tile_leads_to_graphs_that_can_be_pointed_at(walker: Callable[..., Any]) -> None:
    """And back."""
    page = shown(walker)
    page.locator("figure.tile h2 a").first.click()
    page.wait_for_url("**/board/tiles/*")
    page.get_by_role("link", name="1 hour").click()
    page.wait_for_url("**hours=1")
    page.get_by_role("link", name="Board").click()
    page.wait_for_url("**/board")
