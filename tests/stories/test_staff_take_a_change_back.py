"""Staff edit an insider and a product, see both in the history, look at what was, and take one field back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
AXE = Axe()
_turns = iter(range(100))


def first_path(walker: Any, start: str, number: int) -> str:
    """Return where one of the links of a list leads."""
    walker.open(start)
    return str(walker.page.locator("tbody a").nth(number).get_attribute("href"))


def said(walker: Any) -> str:
    """The words of the page's main part."""
    return str(walker.page.locator("main").inner_text())


def save(walker: Any, path: str, **fields: str) -> dict[str, str]:
    """Fill in and send the form of a thing; returns what stood in it before."""
    walker.open(f"{path}/edit")
    before = {name: walker.page.locator(f"main [name='{name}']").input_value() for name in fields if name != "reason"}
    for name, value in fields.items():
        walker.page.locator(f"main [name='{name}']").fill(value)
    walker.press("Save")
    walker.page.wait_for_url(f"**{path}")
    return before


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_edit_see_look_back_and_take_back(walker: Callable[..., Any], size: str, javascript: bool) -> None:
    """From a form to the history and back."""
    ada, turn = walker(size, javascript=javascript), next(_turns)
    ada.log_in(*STAFF, after="/admin")
    product, seller = first_path(ada, "/admin/products", turn), first_path(ada, "/admin/sellers", turn)

    # an insider and a product are edited, each with a reason
    save(ada, seller, town=f"Ghent {turn}", reason="She moved")
    before = save(ada, product, words="Made slowly.", name=f"Slow thing {turn}", reason="Clay is dearer")
    assert "Clay is dearer" in said(ada)

    # both are in the timeline
    ada.press("History")
    assert f"Slow thing {turn}" in said(ada)
    assert "Clay is dearer" in said(ada)
    ada.open("/admin/history")
    assert "She moved" in said(ada)
    assert f"Ghent {turn}" in said(ada)
    ada.open("/admin/history?kind=Seller")
    assert "Clay is dearer" not in said(ada)

    # as it was: now it is new; before the change it was old
    ada.open(product)
    ada.press("History")
    ada.press("As it was at …")
    assert "Made slowly." in said(ada)
    ada.type(at="2026-01-01T00:00:00")
    ada.press("Show")
    assert before["words"] in said(ada) or "There was no such object" in said(ada)

    # one field is taken back: first what will happen, then it happens
    ada.open(product)
    ada.press("History")
    ada.page.locator("main .when").first.click()
    ada.page.locator("main a[href$='revert?field=words']").click()
    assert "Made slowly." in said(ada)
    assert before["words"] in said(ada)
    ada.type(reason="It is not slow")
    ada.press("Take it back")
    ada.page.wait_for_url(f"**{product}")
    assert "It is taken back" in ada.page.locator("#flash").inner_text()
    assert before["words"] in said(ada)
    assert f"Slow thing {turn}" in said(ada)
    assert re.search(r"Revert of change \d+: It is not slow", said(ada))


def test_who_comes_second_sees_both(walker: Callable[..., Any]) -> None:
    """A form that is older than the insider is refused, and nothing that was typed is lost."""
    ada, ben = walker(), walker()
    for each in (ada, ben):
        each.log_in(*STAFF, after="/admin")
    seller = first_path(ada, "/admin/sellers", next(_turns))
    ada.open(f"{seller}/edit")
    save(ben, seller, craft="Baker", sentence="Bread first.")

    ada.type(craft="Miller")
    ada.press("Save")

    assert "Somebody has changed this meanwhile" in said(ada)
    assert ada.page.locator("[name=craft]").input_value() == "Miller"
    assert ada.page.locator("#craft-now").inner_text() == "Now it says: Baker"
    assert ada.page.locator("[name=sentence]").input_value() == "Bread first."
    ada.press("Save")
    ada.page.wait_for_url(f"**{seller}")
    assert "Miller" in said(ada)
    assert "Bread first." in said(ada)


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)], ids=["desktop, light", "phone, dark"])
def test_everybody_can_use_the_history(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """Every page of it, looked at by axe."""
    ada = walker(size, dark=dark)
    ada.log_in(*STAFF, after="/admin")
    product = first_path(ada, "/admin/products", next(_turns))
    save(ada, product, words="Seen by all.", reason="So that there is something to see")
    ada.press("History")
    timeline = str(ada.page.url).removeprefix(ada.shop.address)
    change = str(ada.page.locator("main .when").first.get_attribute("href"))
    as_of = str(ada.page.get_by_role("link", name="As it was at").get_attribute("href"))

    found = {}
    for path in (product, f"{product}/edit", "/admin/history", timeline, change, f"{change}/revert", as_of):
        ada.open(path)
        seen = AXE.run(ada.page).response
        assert len(seen["passes"]) > 5, "axe looked at nothing"
        assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{path} is wider than the screen"
        )
        found[path] = {f["id"]: [str(n["target"]) for n in f["nodes"][:5]] for f in seen["violations"]}
    assert {path: faults for path, faults in found.items() if faults} == {}
