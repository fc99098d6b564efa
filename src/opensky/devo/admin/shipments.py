"""Shipments in the admin: what has left, in which files that was told, and what could not be taken."""

from collections.abc import Sequence

from opensky.devo.admin.acts import note
from opensky.devo.admin.lists import PAGE, Asked, list_page
from opensky.devo.orders.parcels import OrderParcels
from opensky.devo.shipments.errors import Rejected, Unanswered
from opensky.devo.shipments.looking import ShipmentLook
from opensky.devo.shipments.manager import ShipmentManager
from opensky.devo.shipments.objects import STATES, Shipment, ShipmentFile, ShipmentReject
from opensky.devo.storefront.views import AdminAction, AdminDetail, AdminRow, AdminTable
from opensky.web import Form, Page, Redirect, Visitor, access, action, page

_SHIPMENTS, _REJECTS, _FILES = "/admin/shipments", "/admin/rejects", "/admin/shipment-files"
_SHIPMENT_COLUMNS = ("Parcel", "Partner", "State", "What", "Amount", "Told")
_REJECT_COLUMNS = ("Line", "File", "Order", "Why", "State", "When")
_FILE_COLUMNS = ("File", "Partner", "State", "Shipped", "Known before", "Rejected", "When")
_REJECT_STATES = ("open", "settled")


def parcel_table(shipments: Sequence[Shipment]) -> AdminTable:
    """Return the parcels of an order as a table."""
    return AdminTable("Parcels", _SHIPMENT_COLUMNS, [_shipment_row(each) for each in shipments])


class ShipmentAdmin:
    """Parcels that partners have told of."""

    def __init__(self, lists: ShipmentLook, shipments: ShipmentManager, orders: OrderParcels, visitor: Visitor) -> None:
        self._lists = lists
        self._shipments = shipments
        self._orders = orders
        self._visitor = visitor

    @page(_SHIPMENTS, access=access.STAFF)
    def list(self, q: str = "", state: str = "", before: str = "") -> Page:
        """List shipments, the newest first; by the number of a parcel or an order."""
        asked = Asked.read(q, state, before, STATES)
        found = self._lists.shipments(asked.words, asked.state, asked.before, PAGE + 1)
        return list_page("Shipments", _SHIPMENTS, _SHIPMENT_COLUMNS, asked, found, _shipment_row, STATES)

    @page("/admin/shipments/{number:int}", access=access.STAFF)
    def show(self, number: int) -> Page:
        """Show one parcel."""
        shipment = self._lists.shipment(number)
        order, path = self._orders.number(shipment.order_id), f"{_SHIPMENTS}/{shipment.id}"
        again = [AdminAction(f"{path}/capture", "Ask the payment house again", reason=True)]
        detail = AdminDetail(
            title=f"Parcel {shipment.parcel}",
            back=_SHIPMENTS,
            back_label="Shipments",
            facts={
                "State": shipment.state,
                "Problem": shipment.problem,
                "Partner": shipment.partner,
                "What": _what(shipment),
                "Captured" if shipment.state == "shipped" else "To be captured": shipment.amount,
                "Payment": shipment.capture_reference,
                "Carrier": shipment.carrier,
                "Tracking": shipment.tracking,
                "Left the partner": shipment.sent_at,
                "Told to us": shipment.arrived_at,
                "Captured at": shipment.shipped_at,
            },
            tables=[AdminTable("Order", ["Number"], [AdminRow([order], f"/admin/orders/{order}")])],
            actions=again if shipment.state != "shipped" else [],
        )
        return Page("admin/detail.html", detail=detail, here=_SHIPMENTS)

    @action("/admin/shipments/{number:int}/capture", access=access.STAFF)
    def capture(self, number: int, form: Form) -> Redirect:
        """Ask the payment house again for what a parcel is worth."""
        note(self._visitor, "capture shipment", number)
        try:
            self._shipments.capture_again(number)
        except (Rejected, Unanswered) as error:
            return Redirect(f"{_SHIPMENTS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_SHIPMENTS}/{number}", flash="It is captured, and the parcel counts as shipped.")


class RejectAdmin:
    """What partners told us and could not be taken, and how their files ended."""

    def __init__(self, lists: ShipmentLook, shipments: ShipmentManager, visitor: Visitor) -> None:
        self._lists = lists
        self._shipments = shipments
        self._visitor = visitor

    @page(_REJECTS, access=access.STAFF)
    def list(self, q: str = "", state: str = "", before: str = "") -> Page:
        """List rejected lines, the newest first; by the number of an order."""
        asked = Asked.read(q, state, before, _REJECT_STATES)
        found = self._lists.rejects(asked.words, asked.state, asked.before, PAGE + 1)
        return list_page("Rejects", _REJECTS, _REJECT_COLUMNS, asked, found, _reject_row, _REJECT_STATES)

    @page("/admin/rejects/{number:int}", access=access.STAFF)
    def show(self, number: int) -> Page:
        """Show one rejected line, and what else became of its file."""
        reject = self._lists.reject(number)
        file = self._lists.ended(reject.file_id)
        detail = AdminDetail(
            title=f"Line {reject.row} of {reject.name}",
            back=_REJECTS,
            back_label="Rejects",
            facts={
                "Why": reject.reason,
                "As written": reject.text,
                "Partner": reject.partner,
                "Order": reject.order_number,
                "State": reject.state,
                "Rejected": reject.rejected_at,
                "Settled": reject.settled_at,
            },
            tables=[
                AdminTable("Its file", _FILE_COLUMNS, [_file_row(file)] if file else []),
                AdminTable(
                    "Rejects of this file",
                    _REJECT_COLUMNS,
                    [_reject_row(r) for r in self._lists.rejects_of(reject.file_id)],
                ),
            ],
            actions=_reject_actions(reject),
        )
        return Page("admin/detail.html", detail=detail, here=_REJECTS)

    @page(_FILES, access=access.STAFF)
    def files(self, q: str = "", before: str = "") -> Page:
        """List files and documents of partners, and how they ended; of one that is still under way nothing is here."""
        asked = Asked.read(q, "", before)
        found = self._lists.files(asked.words, asked.before, PAGE + 1)
        return list_page("Files of partners", _FILES, _FILE_COLUMNS, asked, found, _file_row)

    @page(f"{_FILES}/{{number:int}}", access=access.STAFF)
    def file(self, number: int) -> Page:
        """Show how one file ended."""
        file = self._lists.file(number)
        detail = AdminDetail(
            title=file.name,
            back=_FILES,
            back_label="Files of partners",
            facts={
                "State": file.state,
                "Problem": file.problem,
                "Partner": file.partner,
                "Parcels": file.parcels,
                "Shipped": file.shipped,
                "Known before": file.known,
                "Rejected": file.rejected,
                "When": file.told_at,
            },
            tables=[AdminTable("Rejects", _REJECT_COLUMNS, [_reject_row(r) for r in self._lists.rejects_of(number)])],
        )
        return Page("admin/detail.html", detail=detail, here=_FILES)

    @action("/admin/rejects/{number:int}/again", access=access.STAFF)
    def again(self, number: int, form: Form) -> Redirect:
        """Take a parcel after all."""
        note(self._visitor, "try reject again", number)
        try:
            self._shipments.try_again(number)
        except (Rejected, Unanswered) as error:
            return Redirect(f"{_REJECTS}/{number}", flash=error.message, problem=True)
        return Redirect(f"{_REJECTS}/{number}", flash="The parcel is taken.")

    @action("/admin/rejects/{number:int}/settle", access=access.STAFF)
    def settle(self, number: int, form: Form) -> Redirect:
        """Say that somebody has seen to it."""
        note(self._visitor, "settle reject", number)
        self._lists.reject(number)
        self._shipments.settle(number)
        return Redirect(_REJECTS, flash="It is settled.")


def _shipment_row(shipment: Shipment) -> AdminRow:
    cells = [
        shipment.parcel,
        shipment.partner,
        shipment.state,
        _what(shipment),
        shipment.amount,
        shipment.arrived_at,
    ]
    return AdminRow(cells, f"{_SHIPMENTS}/{shipment.id}")


def _reject_row(reject: ShipmentReject) -> AdminRow:
    cells = [str(reject.row), reject.name, reject.order_number, reject.reason, reject.state, reject.rejected_at]
    return AdminRow(cells, f"{_REJECTS}/{reject.id}")


def _file_row(file: ShipmentFile) -> AdminRow:
    cells = [file.name, file.partner, file.state, file.shipped, file.known, file.rejected, file.told_at]
    return AdminRow(cells, f"{_FILES}/{file.id}")


def _reject_actions(reject: ShipmentReject) -> list[AdminAction]:
    path = f"{_REJECTS}/{reject.id}"
    actions = [AdminAction(f"{path}/again", "Try again", reason=True)] if reject.can_be_tried else []
    if reject.state == "open":
        actions.append(AdminAction(f"{path}/settle", "Settled", reason=True))
    return actions


def _what(shipment: Shipment) -> str:
    return ", ".join(f"{quantity} x {sku}" for sku, quantity in shipment.lines.items())
