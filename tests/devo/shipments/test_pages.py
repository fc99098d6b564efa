"""What staff and members see of shipments, in the whole shop."""

from collections.abc import Callable

import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.controller import order_proof
from opensky.devo.orders.objects import Order
from opensky.devo.payments.objects import TestCharge
from opensky.devo.shipments.objects import Shipment, ShipmentReject
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser

Buy = Callable[..., str]
Drop = Callable[..., str]
Now = Callable[[str], Order]
SENT = "UPS,1Z999,2013-02-08T09:30:00Z"
EMPTY = "4000 0000 0000 0341"
SENTENCE = "seven blue cacti"


@pytest.fixture
def staff(browser: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    members.sign_up("ada@example.org", "Ada", SENTENCE)
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in?next=/admin")
    browser.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return browser


@pytest.mark.parametrize("path", ["/admin/shipments", "/admin/rejects", "/admin/shipment-files"])
def test_nobody_but_staff_gets_in(another: Browser, path: str) -> None:
    """A guest is asked to log in."""
    assert another.open(path).url.path == "/log-in"


def test_the_buyer_sees_what_has_left(buy: Buy, drop: Drop, another: Browser, settings: Settings) -> None:
    """With carrier and tracking number, and what is still to come; it can no longer be cancelled."""
    number = buy()
    page = f"/orders/{number}?proof={order_proof(settings).sign(number)}"
    another.open(page)
    assert "Your parcel" not in another.text()
    drop(f"FW-1,{number},BOWL,2,{SENT}")
    another.open(page)
    shown = another.text()
    assert "Partly on its way" in shown
    assert "2 \N{MULTIPLICATION SIGN} Bowl with UPS" in shown
    assert "Tracking number 1Z999" in shown
    assert "Parcel 1 has left" in shown
    assert "The rest leaves" in shown
    assert not [form for form in another.forms() if form.action.endswith("/cancel")]
    drop(f"FW-2,{number},CUP,1,{SENT}", name="tuesday.csv")
    another.open(page)
    assert "Your parcels" in another.text()
    assert "They are with you" in another.text()


def test_staff_sees_shipments_from_the_list_to_the_order(
    buy: Buy, drop: Drop, staff: Browser, unit: UnitOfWork
) -> None:
    """Found by the number of the parcel or of its order."""
    number = buy()
    drop(f"FW-1,{number},BOWL,2,{SENT}")
    [shipment] = unit.find(Shipment)
    unit.rollback()
    for words in ("", "?q=FW-1", f"?q={number}", "?state=shipped"):
        staff.open(f"/admin/shipments{words}")
        assert "FW-1 fulfillment-works shipped 2 x BOWL $25.00" in staff.text()
    staff.open("/admin/shipments?state=declined")
    assert "Nothing here yet." in staff.text()
    staff.open(f"/admin/shipments/{shipment.id}")
    assert "1Z999" in staff.text()
    staff.open(f"/admin/orders/{number}")
    assert "partly_shipped" in staff.text()
    assert "FW-1 fulfillment-works shipped" in staff.text()


def test_staff_sees_how_a_file_ended_and_settles_its_rejects(
    buy: Buy, drop: Drop, staff: Browser, unit: UnitOfWork
) -> None:
    """Each line with its reason; settled, it is out of the way."""
    drop(f"FW-1,{buy()},SPOON,1,{SENT}")
    staff.open("/admin/shipment-files")
    assert "monday.csv fulfillment-works done 0 0 1" in staff.text()
    [reject] = unit.find(ShipmentReject)
    unit.rollback()
    staff.open(f"/admin/rejects/{reject.id}")
    assert "has no SPOON" in staff.text()
    staff.submit(f"/admin/rejects/{reject.id}/again", reason="Looked at it")
    assert "has no SPOON" in staff.text()
    staff.submit(f"/admin/rejects/{reject.id}/settle", reason="Told the warehouse")
    staff.open("/admin/rejects?state=open")
    assert "Nothing here yet." in staff.text()
    staff.open(f"/admin/shipment-files/{reject.file_id}")
    assert "has no SPOON" in staff.text()


def test_staff_asks_the_payment_house_again(buy: Buy, drop: Drop, now: Now, staff: Browser, unit: UnitOfWork) -> None:
    """A declined capture is told as it is, and ends when the card is good again."""
    number = buy(EMPTY)
    drop(f"FW-1,{number},CUP,1,{SENT}")
    [shipment] = unit.find(Shipment)
    unit.rollback()
    staff.open(f"/admin/shipments/{shipment.id}")
    staff.submit(f"/admin/shipments/{shipment.id}/capture", reason="Rang the buyer")
    assert "The payment was declined" in staff.text()
    [charge] = unit.find(TestCharge)
    charge.last4 = "4242"
    unit.commit()
    staff.submit(f"/admin/shipments/{shipment.id}/capture", reason="Another try")
    assert "It is captured" in staff.text()
    assert now(number).state == "partly_shipped"


@pytest.mark.parametrize("path", ["/admin/shipments/7", "/admin/rejects/7", "/admin/shipment-files/7"])
def test_what_is_not_there_is_not_found(staff: Browser, path: str) -> None:
    """It may be an old link."""
    assert staff.open(path).status_code == 404
