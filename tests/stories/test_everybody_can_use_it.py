"""Every page of the shop, looked at by axe: no serious fault that keeps somebody out."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
SERIOUS = {"serious", "critical"}
AXE = Axe()


def faults(page: Any) -> dict[str, list[str]]:
    """Return the serious faults of the page that is open: the rule, and where it is broken."""
    seen = AXE.run(page).response
    assert len(seen["passes"]) > 5, "axe looked at nothing"
    found = seen["violations"]
    return {
        fault["id"]: [str(node["target"]) for node in fault["nodes"][:5]]
        for fault in found
        if fault["impact"] in SERIOUS
    }


def look_at(walker: Any, *paths: str) -> dict[str, dict[str, list[str]]]:
    """Return the serious faults of some pages, by path; pages without any are left out."""
    found = {}
    for path in paths:
        walker.open(path)
        found[path] = faults(walker.page)
    return {path: each for path, each in found.items() if each}


def first_path(walker: Any, start: str, selector: str) -> str:
    """Return where the first such link of a page leads."""
    walker.open(start)
    return str(walker.page.locator(selector).first.get_attribute("href"))


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)], ids=["desktop, light", "phone, dark"])
def test_pages_for_everybody(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """What a guest sees, the bag and the checkout with something in it included."""
    guest = walker(size, dark=dark)
    product = first_path(guest, "/", ".cards h3 a")
    insider = first_path(guest, "/insiders", ".insider h3 a")
    guest.open("/")
    guest.put_something_in()
    shelf = first_path(guest, "/", ".shelf-nav a:not(.strong)")

    paths = ("/", "/insiders", insider, f"{insider}/followers", product, shelf, "/search?q=bowl", "/search?q=zzzz")
    forms = ("/sign-up", "/log-in", "/bag", "/checkout", "/there-is-no-such-page")
    assert look_at(guest, *paths, *forms) == {}

    guest.open("/checkout")
    guest.page.locator("form[action='/checkout']").evaluate("form => form.noValidate = true")
    guest.page.locator("form[action='/checkout'] button").first.click()
    guest.page.locator("[role=alert]").wait_for()
    assert faults(guest.page) == {}


@pytest.mark.parametrize(("size", "dark"), [("desktop", True), ("phone", False)], ids=["desktop, dark", "phone, light"])
def test_pages_for_members_and_staff(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """Account, feed and orders; every kind of page of the admin."""
    maya = walker(size, dark=dark)
    maya.log_in("maya@demo.example", "demo-member-pass")
    order = first_path(maya, "/orders", ".order h2 a")
    assert look_at(maya, "/welcome", "/feed", "/account", "/account/following", "/orders", order) == {}

    staff = walker(size, dark=dark)
    staff.log_in(*STAFF, after="/admin")
    lists = ("/admin/orders", "/admin/products", "/admin/sellers", "/admin/members")
    details = tuple(first_path(staff, path, "tbody a") for path in lists)
    edits = (f"{details[1]}/edit", f"{details[2]}/edit")
    assert look_at(staff, *lists, *details, *edits) == {}


def test_pages_of_webhooks_and_of_all_pieces(walker: Callable[..., Any]) -> None:
    """The form with its faults, the secret, the log with a test in it, one delivery, and the question before deleting."""
    staff = walker("phone", dark=True)
    staff.log_in(*STAFF, after="/admin")
    staff.open("/admin/webhooks/new")
    staff.page.locator("form.edit button[type=submit]").click()
    staff.page.locator("[role=alert]").wait_for()
    assert faults(staff.page) == {}
    staff.page.fill("[name=seller]", first_path(walker("phone"), "/insiders", ".insider h3 a").rpartition("/")[2])
    staff.page.fill("[name=url]", "http://127.0.0.1:1/hook")
    staff.page.locator("form.edit button[type=submit]").click()
    staff.page.locator("code.token").wait_for()
    assert faults(staff.page) == {}

    one = first_path(staff, "/admin/webhooks", "tbody a")
    staff.open(one)
    staff.page.get_by_role("button", name="Send a test").click()
    staff.page.locator("h1", has_text="webhook.ping").wait_for()
    delivery = first_path(staff, one, "#rows a")
    paths = ("/admin/webhooks", "/admin/webhooks?state=disabled", one, delivery, f"{one}/edit", f"{one}/delete")
    assert look_at(staff, *paths, "/dev/pieces") == {}


def test_pages_of_letters_and_of_forgotten_passwords(walker: Callable[..., Any]) -> None:
    """For guests, members and staff."""
    guest = walker("phone")
    assert look_at(guest, "/log-in/forgotten", "/log-in/new/x", "/unsubscribe/x", "/dev/mail") == {}
    staff = walker("desktop")
    staff.log_in(*STAFF, after="/admin")
    kinds = ("/admin/mail", "/admin/mail/kinds", "/admin/mail/kinds/order_paid")
    assert look_at(staff, "/account/letters", "/account/email", *kinds) == {}


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)], ids=["desktop, light", "phone, dark"])
def test_pages_of_jobs(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """All jobs, one of them, and a run that somebody has just asked for."""
    staff = walker(size, dark=dark)
    staff.log_in(*STAFF, after="/admin")
    job = first_path(staff, "/admin/jobs", "tbody a")
    staff.open(job)
    staff.press("Run it now")
    staff.page.locator("tbody a").first.wait_for()
    run = first_path(staff, job, "tbody a")
    assert look_at(staff, "/admin/jobs", job, run) == {}


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_pages_of_the_board(walker: Callable[..., Any], size: str) -> None:
    """The board, the graphs behind a tile, links for screens, and what a screen shows without one."""
    staff = walker(size)
    staff.log_in(*STAFF, after="/board")
    tile = first_path(staff, "/board", "figure.tile h2 a")
    assert look_at(staff, "/board", tile, "/admin/screens", "/board/kiosk") == {}


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_pages_of_credit(walker: Callable[..., Any], size: str) -> None:
    """Staff give some, with a mistake first; the member reads how it came."""
    staff = walker(size)
    staff.log_in(*STAFF, after="/admin")
    member = first_path(staff, "/admin/members?q=maya@demo.example", "tbody a")
    staff.open(f"{member}/credit/edit")
    staff.page.fill("[name=credit]", "five")
    staff.page.locator("form.edit button[type=submit]").click()
    staff.page.locator("[role=alert]").wait_for()
    assert faults(staff.page) == {}
    staff.page.fill("[name=credit]", "5.00")
    staff.page.fill("[name=points]", "20")
    staff.page.fill("[name=why]", "A scratch on the mug")
    staff.page.locator("form.edit button[type=submit]").click()
    staff.page.get_by_text("It is booked.").wait_for()
    assert faults(staff.page) == {}

    maya = walker(size, dark=True)
    maya.log_in("maya@demo.example", "demo-member-pass")
    assert look_at(maya, "/account/credit") == {}
    maya.page.get_by_text("A scratch on the mug").first.wait_for()


@pytest.mark.parametrize(("size", "dark"), [("desktop", True), ("phone", False)], ids=["desktop, dark", "phone, light"])
def test_pages_of_rewards(walker: Callable[..., Any], size: str, dark: bool) -> None:
    """The list, the form with groups in one another and with its faults, a rule with its revisions, and its replay."""
    staff = walker(size, dark=dark)
    staff.log_in(*STAFF, after="/admin/rewards/new")
    page = staff.page
    page.locator("#when-add").click()
    page.select_option("#when-0-fact", "order.total")
    page.select_option("#when-0-operator", "between")
    page.locator("button[value='group:when']").click()
    page.select_option("#when-1-kind", "some:order.lines")
    page.locator("#when-1-0-fact option[value='line.sku']").wait_for(state="attached")
    page.select_option("#when-1-0-fact", "line.sku")
    page.locator("#when-1-0-value").wait_for()
    page.get_by_role("button", name="Check it").click()
    page.locator("[role=alert]").wait_for()
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    assert faults(page) == {}
    page.locator("button[value='remove:when-1']").click()
    page.locator("button[value='remove:when-0']").click()
    page.locator("#when-0-fact").wait_for(state="detached")
    page.get_by_role("button", name="Write it as text").click()
    page.locator("#condition").wait_for()
    assert faults(page) == {}
    page.fill("[name=name]", "Seen by axe")
    page.fill("[name='credit.amount']", "5")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("It is a draft").wait_for()
    rule = page.url.removeprefix(staff.shop.address)
    paths = ("/admin/rewards", rule, f"{rule}/edit", f"{rule}/revisions", f"{rule}/replay")
    assert look_at(staff, *paths) == {}
