"""An order from the browser to the parcel at the door, and its journey in the admin: on the embedded queue, and on Artemis by one URL."""

import email
import email.policy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opensky.messaging.tables import FINISHED, SEEN
from opensky.persistence import Database
from opensky.testing import brokers
from opensky.testing.brokers import KINDS
from opensky.testing.buying import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ("staff@demo.example", "demo-staff-pass")
ADDRESS = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}
PATIENCE = 60.0


def letters(shop: Any, to: str) -> list[str]:
    """Return the subjects of the letters that somebody has got, as files of the shop."""
    found = []
    for file in sorted((shop.data / "mail").rglob("*.eml")):
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if to in str(letter["To"]):
            found.append(str(letter["Subject"]))
    return found


def ship(shop: Any) -> None:
    """Have the simulated partners ship what is paid, once: a file in a folder, a document over HTTP."""
    command = [sys.executable, "-P", "-m", "opensky.cli", "sandbox", "run", "--after", "0", "--once"]
    port = shop.address.rpartition(":")[2]
    subprocess.run([*command, "--data", str(shop.data), "--port", port], check=True)


def walked(walker: Callable[..., Any], shop: Any) -> None:
    """Sign up, buy, see it checked, shipped and told by mail; then staff look at its journeys."""
    nora = walker(shop=shop)
    page = nora.page
    nora.sign_up()
    nora.open("/")
    thing = nora.put_something_in()
    nora.open("/checkout")
    nora.type(**ADDRESS, payment_token="4242 4242 4242 4242")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    page.wait_for_url("**/orders/OS-*")
    found = re.search(r"OS-\w+", page.url)
    assert found
    number = found[0]

    staff = walker(shop=shop)
    staff.log_in(*STAFF, after=f"/admin/orders/{number}")
    main = staff.page.locator("main")
    wait_for(lambda: bool(staff.page.reload()) and "approve" in main.inner_text(), "it should be checked", PATIENCE)

    ship(shop)
    wait_for(lambda: bool(page.reload()) and page.get_by_text("Your parcel").count() > 0, "it should leave", PATIENCE)
    assert thing in page.locator("main").inner_text()

    def told() -> bool:
        subjects = letters(shop, nora.email)
        return any(number in each for each in subjects) and len(subjects) >= 3

    wait_for(told, "welcome, confirmation and parcel should be told by mail", PATIENCE)
    assert len(letters(shop, nora.email)) == 3

    staff.open(f"/admin/orders/{number}")
    assert re.search(r"State\s+shipped", main.inner_text())
    staff.press("Journeys")
    seen = main.inner_text()
    for step in ("order.check_fraud", "FraudQuestion", "ShipmentBatch", "LetterDue"):
        assert step in seen or step in (main.text_content() or ""), step
    assert staff.page.locator("section.journey svg").count() >= 2


def test_an_order_on_the_embedded_queue(walker: Callable[..., Any], running_shop: Any) -> None:
    """Nothing to install, nothing to set up."""
    walked(walker, running_shop)


@pytest.fixture
def brokered(tmp_path: Path, opened_shop: Any) -> Iterator[Any]:
    """The demo shop with its messages on an Artemis of our own."""
    KINDS["artemis"].obtain()
    if missing := KINDS["artemis"].missing():
        pytest.skip(f"needs Artemis ({missing} is not there)")
    with brokers.started("artemis") as broker, opened_shop(tmp_path / "var", broker_url=broker.url) as shop:
        yield shop


@pytest.mark.services
@pytest.mark.timeout(240)
def test_an_order_on_artemis_by_changing_one_url(walker: Callable[..., Any], brokered: Any) -> None:
    """The same; and each message of it came in from the broker, once."""
    walked(walker, brokered)
    with closing(Database(brokered.data / "opensky.sqlite", ())) as database, database.reader() as reader:
        for queue in ("fraud.check", "shipments.batch", "mail.letters"):
            [[came]] = reader.rows(select(func.count()).select_from(SEEN).where(SEEN.c.consumer == queue))
            [[done]] = reader.rows(select(func.count()).select_from(FINISHED).where(FINISHED.c.queue == queue))
            assert came == done > 0, queue
