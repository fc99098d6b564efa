"""Partners tell what has left: from a file or a document to the capture, the order's state and ``order.shipped``."""

from collections.abc import Callable
from typing import Any, get_args

import httpx
import msgspec
import pytest

from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.payments.gateway import Captured, Declined, GatewayError
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.devo.payments.trial import TestGateway
from opensky.devo.shipments import objects as devo
from opensky.devo.shipments.controller import DOCUMENTS, VENDORNET
from opensky.devo.shipments.errors import Leaving, Rejected
from opensky.devo.shipments.files import Told
from opensky.devo.shipments.manager import Outcome, ShipmentManager
from opensky.devo.shipments.objects import Parcel, Shipment, ShipmentFile, ShipmentReject, Source
from opensky.events import Event
from opensky.kernel.errors import Conflict
from opensky.kernel.money import Money
from opensky.kernel.signed import partner_key
from opensky.osis.flows import shipments as flows
from opensky.osis.partners import parcels as osis
from opensky.osis.partners import vendornet
from opensky.osis.partners.fulfillment_works import DropFolder
from opensky.persistence import UnitOfWork
from opensky.settings import Settings

Buy = Callable[..., str]
Drop = Callable[..., str]
Now = Callable[[str], Order]
Post = Callable[..., httpx.Response]
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


def test_a_file_ships_a_whole_order(buy: Buy, drop: Drop, now: Now, unit: UnitOfWork, folder: DropFolder) -> None:
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


def test_parcels_of_several_insiders_leave_one_by_one(buy: Buy, drop: Drop, now: Now, unit: UnitOfWork) -> None:
    """Each captures what is in it; the last one makes the order whole."""
    number = buy()
    drop(f"FW-1,{number},BOWL,1,{SENT}")
    assert now(number).state == "partly_shipped"
    drop(f"FW-2,{number},BOWL,1,{SENT}", f"FW-3,{number},CUP,1,{SENT}", name="tuesday.csv")
    assert now(number).state == "shipped"
    key = "capture:fulfillment-works:FW-"
    assert captured(unit) == [(f"{key}1", Money(1250)), (f"{key}2", Money(1250)), (f"{key}3", Money(900))]


def test_the_event_says_what_has_left(
    buy: Buy, shipments: ShipmentManager, unit: UnitOfWork, told: list[Event]
) -> None:
    """Once for each parcel, however often it is brought."""
    number = buy()
    told.clear()
    source = Source(file=7, partner="vendornet", name="a")
    parcel = Parcel(row=1, number="P", order=number, lines={"CUP": 1}, carrier="DHL", tracking="JD")
    for _ in range(2):
        assert [each.word for each in shipments.take(source, [parcel], [])] == ["shipped"]
    [event] = [each for each in told if each.name == "order.shipped"]
    assert (event.subject.number, event["lines"], event["amount"]) == (number, {"CUP": 1}, Money(900))
    assert (event["carrier"], event["tracking"], event["complete"]) == ("DHL", "JD", False)


def test_a_document_of_vendornet_ships_too(buy: Buy, post: Post, now: Now, unit: UnitOfWork) -> None:
    """It is taken at once, and gone through later; what is no shipment is rejected."""
    number = buy()
    items = [{"sku": "BOWL", "quantity": 2}, {"sku": "CUP", "quantity": 1}]
    good = {"id": "VN-1", "order": number, "items": items, "carrier": "DHL", "shipped_at": "2013-02-08T09:30:00Z"}
    answer = post({"shipments": [good, {"id": "VN-2"}]})
    assert answer.status_code == 202
    assert now(number).state == "shipped"
    assert ended(unit) == [("VN-doc-1", "done", 1, 0, 1, "")]
    assert rejects(unit) == [(2, "Object missing required field `order`.")]


def test_a_document_that_is_not_signed_by_vendornet_is_refused(post: Post, settings: Settings) -> None:
    """Nor does the key of our own processes open this door."""
    assert post({"shipments": []}, key=partner_key(settings.secret_key, "callbacks")).status_code == 401


def test_a_document_without_shipments_is_refused_as_a_whole(post: Post, unit: UnitOfWork) -> None:
    """Staff sees that it came, and why nothing was done."""
    assert post({"parcels": []}).status_code == 202
    problem = 'The document should have a list "shipments" with something in it.'
    assert ended(unit) == [("VN-doc-1", "refused", 0, 0, 0, problem)]


def test_a_file_that_broke_off_is_refused_as_a_whole(
    buy: Buy, drop: Drop, now: Now, unit: UnitOfWork, folder: DropFolder
) -> None:
    """Nothing of it is shipped; before that it is given time to grow."""
    number = buy()
    row = f"FW-1,{number},BOWL,2,{SENT}"
    assert drop(row, end="") == ""
    assert [path.name for path in folder.incoming.iterdir()] == ["monday.csv"]
    report = drop(row, end="", later=31)
    problem = "The last line should be END and the number of lines before it: the file has broken off."
    assert (now(number).state, captured(unit)) == ("paid", [])
    assert ended(unit) == [("monday.csv", "refused", 0, 0, 0, problem)]
    assert report == f"line,reason,as written\nEND,{problem},\n"
    assert len(list((folder.incoming.parent / "refused").iterdir())) == 2


def test_a_file_that_lacks_lines_is_refused_as_a_whole(buy: Buy, drop: Drop, now: Now, unit: UnitOfWork) -> None:
    """Its end says how many there should be."""
    number = buy()
    drop(f"FW-1,{number},BOWL,2,{SENT}", end="END,2")
    assert now(number).state == "paid"
    assert ended(unit)[0][5] == "The last line says 2 lines, but there are 1."


def test_a_doubled_file_ships_nothing_twice(buy: Buy, drop: Drop, unit: UnitOfWork) -> None:
    """It ends as done, and all that is in it was known before."""
    row = f"FW-1,{buy()},CUP,1,{SENT}"
    drop(row)
    report = drop(row, name="monday-again.csv")
    assert [each[:5] for each in ended(unit)] == [
        ("monday.csv", "done", 1, 0, 0),
        ("monday-again.csv", "done", 0, 1, 0),
    ]
    assert "0 shipped, 1 known before, 0 rejected" in report
    assert len(captured(unit)) == 1


def test_what_cannot_be_taken_is_rejected_and_the_rest_is_not(
    buy: Buy, drop: Drop, now: Now, orders: OrderManager, unit: UnitOfWork
) -> None:
    """Each row has its reason, in the report beside the file and on the page of staff."""
    good, unpaid, gone = buy(), buy(lines={"CUP": 1}, pay=False), buy(lines={"CUP": 1})
    orders.cancel_for(gone)
    report = drop(
        f"FW-1,{good},BOWL,2,{SENT}",
        f"FW-2,OS-NOWHERE,BOWL,1,{SENT}",
        f"FW-3,{unpaid},CUP,1,{SENT}",
        f"FW-4,{gone},CUP,1,{SENT}",
        f"FW-5,{good},SPOON,1,{SENT}",
        f"FW-6,{good},BOWL,1,{SENT}",
        f"FW-7,{good},CUP,many,{SENT}",
        f"FW-8,{good},CUP,1,UPS,1Z,yesterday",
        "FW-9",
        f"FW-1,{good},CUP,1,{SENT}",
    )
    assert now(good).state == "partly_shipped"
    assert rejects(unit) == [
        (3, "There is no order OS-NOWHERE."),
        (4, f"Order {unpaid} is not paid."),
        (5, f"Order {gone} was cancelled."),
        (6, f"Order {good} has no SPOON."),
        (7, f"Of BOWL 0 are still to come in order {good}, not 1."),
        (8, "The quantity should be 1 to 9999, not 'many'."),
        (9, "The time should be like 2026-11-23T09:30:00Z, not 'yesterday'."),
        (10, "There are 1 values; there should be 7."),
        (11, "Parcel FW-1 was told before, of another order or with other things in it."),
    ]
    assert report.count("\n") == 11
    assert f'"FW-7,{good},CUP,many,{SENT}"' in report


def test_a_parcel_with_a_bad_line_is_not_taken_in_part(buy: Buy, drop: Drop, now: Now, unit: UnitOfWork) -> None:
    """Its good lines are rejected with it."""
    number = buy()
    drop(f"FW-1,{number},BOWL,2,{SENT}", f"FW-1,{number},CUP,0,{SENT}")
    assert now(number).state == "paid"
    assert rejects(unit) == [(2, "Line 3 of its parcel is bad."), (3, "The quantity should be 1 to 9999, not '0'.")]


def test_a_declined_capture_ships_nothing_until_somebody_sees_to_it(
    buy: Buy, drop: Drop, now: Now, shipments: ShipmentManager, unit: UnitOfWork
) -> None:
    """The order stays paid, the shipment says declined, and asking the payment house again tells the same."""
    number = buy(EMPTY)
    drop(f"FW-1,{number},BOWL,2,{SENT}")
    reason = "The payment was declined: The card was declined when the money was to be taken."
    assert (now(number).state, rejects(unit)) == ("paid", [(2, reason)])
    [shipment] = unit.find(Shipment)
    assert (shipment.state, shipment.problem) == ("declined", reason)
    with pytest.raises(Rejected, match="declined"):
        shipments.capture_again(shipment.id)
    [charge] = unit.find(TestCharge)
    charge.last4 = "4242"
    unit.commit()
    assert shipments.capture_again(shipment.id).state == "shipped"
    assert now(number).state == "partly_shipped"
    assert [each.state for each in unit.find(ShipmentReject)] == ["settled"]


def test_a_held_order_is_shipped_once_it_is_released(
    buy: Buy, drop: Drop, now: Now, shipments: ShipmentManager, unit: UnitOfWork
) -> None:
    """Its parcel is rejected until then, and can be tried again."""
    number = buy()
    unit.find_one(Order, {"number": number}).step_to("held")  # type: ignore[union-attr]
    unit.commit()
    drop(f"FW-1,{number},BOWL,2,{SENT}", f"FW-1,{number},CUP,1,{SENT}")
    [reject] = unit.find(ShipmentReject)
    assert reject.reason == f"Order {number} is held: somebody has to look at it first."
    unit.find_one(Order, {"number": number}).release()  # type: ignore[union-attr]
    unit.commit()
    shipments.try_again(reject.id)
    assert (now(number).state, [each.state for each in unit.find(ShipmentReject)]) == ("shipped", ["settled"])


def test_an_order_is_not_cancelled_while_a_parcel_is_leaving(
    buy: Buy, shipments: ShipmentManager, orders: OrderManager, gateway: TestGateway, now: Now, unit: UnitOfWork
) -> None:
    """Between the parcel's arrival here and its capture both cannot be: the money goes one way."""
    number = buy()
    asked: list[str] = []
    capture = gateway.capture

    def cancelled_meanwhile(*given: Any) -> Captured | Declined:
        asked.append(given[2])
        with pytest.raises(Leaving):
            orders.cancel_for(number)
        unit.rollback()
        return capture(*given)

    gateway.capture = cancelled_meanwhile  # type: ignore[assignment,method-assign]
    parcel = Parcel(row=1, number="P", order=number, lines={"CUP": 1})
    shipments.take(Source(file=7, partner="vendornet", name="a"), [parcel], [])
    assert (asked, now(number).state) == (["capture:vendornet:P"], "partly_shipped")
    with pytest.raises(Conflict, match="partly_shipped"):
        orders.cancel_for(number)


def test_a_payment_house_that_does_not_answer_loses_nothing(
    buy: Buy, shipments: ShipmentManager, gateway: TestGateway, now: Now, unit: UnitOfWork
) -> None:
    """The parcel is noted, the rest of the batch waits, and bringing it again finishes all of it, once."""
    number, capture = buy(), gateway.capture
    lost: list[str] = []

    def silent(*given: Any) -> Captured | Declined:
        if not lost:
            lost.append(given[2])
            capture(*given)  # it was captured, and the answer got lost
            raise GatewayError("No answer.")
        return capture(*given)

    gateway.capture = silent  # type: ignore[assignment,method-assign]
    source = Source(file=7, partner="vendornet", name="a")
    parcels = [
        Parcel(row=1, number="P", order=number, lines={"CUP": 1}),
        Parcel(row=2, number="Q", order=number, lines={"BOWL": 2}),
    ]
    assert [each.word for each in shipments.take(source, parcels, [])] == ["later", "later"]
    assert now(number).state == "paid"
    assert [each.word for each in shipments.take(source, parcels, [])] == ["shipped", "shipped"]
    assert now(number).state == "shipped"
    assert captured(unit) == [("capture:vendornet:P", Money(900)), ("capture:vendornet:Q", Money(2500))]


def test_both_sides_speak_of_the_same(settings: Settings) -> None:
    """DEVO and OSIS share no code; what one writes the other reads, field by field."""
    for ours, theirs in ((devo.Parcel, osis.Parcel), (devo.Bad, osis.Bad), (devo.Source, flows.Source)):
        assert ours.__struct_fields__ == theirs.__struct_fields__
    assert Outcome.__struct_fields__ == flows.Outcome.__struct_fields__
    assert get_args(Outcome.__annotations__["word"]) == get_args(flows.Outcome.__annotations__["word"])
    document = {"partner": "vendornet", "name": "a", "document": {}}
    assert msgspec.convert(document, flows.ShipmentDocument) == flows.ShipmentDocument("vendornet", "a", {})
    assert (flows.ShipmentDocument.__payload__.queue, vendornet.PARTNER) == (DOCUMENTS, VENDORNET)  # type: ignore[attr-defined]
    told = {"state": "done", "parcels": 1, "shipped": 1, "known": 0, "rejected": 0, "problem": ""}
    assert msgspec.to_builtins(msgspec.convert(told, Told)) == told


def test_trying_a_declined_parcel_again_asks_the_payment_house_again(
    buy: Buy, drop: Drop, now: Now, shipments: ShipmentManager, unit: UnitOfWork
) -> None:
    """From its reject as from its shipment."""
    number = buy(EMPTY)
    drop(f"FW-1,{number},BOWL,2,{SENT}", f"FW-1,{number},CUP,1,{SENT}")
    [reject], [charge] = unit.find(ShipmentReject), unit.find(TestCharge)
    charge.last4 = "4242"
    unit.commit()
    shipments.try_again(reject.id)
    assert (now(number).state, [each.state for each in unit.find(Shipment)]) == ("shipped", ["shipped"])
    assert [each.state for each in unit.find(ShipmentReject)] == ["settled"]
