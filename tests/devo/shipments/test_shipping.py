"""Partners tell what has left: from a file or a document to the capture, the order's state and ``order.shipped``."""

import pytest
from sqlalchemy import select

from opensky.devo.orders.manager import OrderManager
from opensky.devo.payments.objects import TestCapture
from opensky.devo.shipments.objects import Shipment, ShipmentFile, ShipmentReject
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict
from opensky.kernel.money import Money
from opensky.osis.partners.fulfillment_works import DropFolder
from opensky.persistence import UnitOfWork

EMPTY = "4000 0000 0000 0341"
SENT = "UPS,1Z999,2013-02-08T09:30:00Z"


def rejects(unit: UnitOfWork) -> list[tuple[int, str]]:
    """Row and reason of every reject."""
    unit.rollback()
    return [(each.row, each.reason) for each in unit.find(ShipmentReject, sort=("row",))]


def captured(unit: UnitOfWork) -> list[tuple[str, Money]]:
    """What the payment house took, by key."""
    unit.rollback()
    return [(each.key, each.amount) for each in unit.find(TestCapture, sort=("key",))]


def ended(unit: UnitOfWork) -> list[tuple[str, str, int, int, int, str]]:
    """How each file ended: name, state, shipped, known, rejected, problem."""
    unit.rollback()
    files = unit.find(ShipmentFile, sort=("id",))
    return [(f.name, f.state, f.shipped, f.known, f.rejected, f.problem) for f in files]


def test_a_file_ships_a_whole_order(buy, drop, now, unit, folder: DropFolder) -> None:
    """It is captured, marked and reported; the file lies beside its report."""
    number = buy()
    report = drop(f"FW-1,{number},BOWL,2,{SENT}", f"FW-1,{number},CUP,1,{SENT}")
    assert now(number).state == "shipped"
    assert captured(unit) == [("capture:fulfillment-works:FW-1", Money(3400))]
    assert ended(unit) == [("monday.csv", "done", 1, 0, 0, "")]
    assert report == 'line,reason,as written\nEND,"1 shipped, 0 known before, 0 rejected",\n'
    assert [path.suffixes[-1] for path in sorted((folder.incoming.parent / "done").iterdir())] == [".csv", ".csv"]
    assert list(folder.incoming.iterdir()) == []
    [shipment] = unit.find(Shipment)
    assert (shipment.carrier, shipment.tracking, dict(shipment.lines)) == ("UPS", "1Z999", {"BOWL": 2, "CUP": 1})
