"""The reference of the API, in a real browser: read, opened and tried out."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    ("size", "dark"),
    [("desktop", False), ("phone", True), ("desktop", True), ("phone", False)],
    ids=["desktop, light", "phone, dark", "desktop, dark", "phone, light"],
)
def test_the_reference_shows_and_tries_out_the_api(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """With examples that can be read, under our policy of content, from our own files, and fit for everybody."""
    reader = walker(size, dark=dark)
    page = reader.page
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    reader.open("/api/docs")
    products = page.locator("#operations-Products-product_list")
    products.locator("button.opblock-summary-control").click()
    example = products.locator(".microlight").first
    assert '"slug": "speckled-mug"' in example.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    found = Axe().run(page).response
    assert [each["id"] for each in found["violations"] if each["impact"] in {"serious", "critical"}] == []

    products.get_by_role("button", name="Try it out").click()
    products.get_by_role("button", name="Execute").click()
    live = products.locator(".live-responses-table")
    live.locator(".response-col_status", has_text="200").first.wait_for()
    assert '"products"' in live.inner_text()
    assert wrong == []
