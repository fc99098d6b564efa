"""A payment house to try Braintree's client against: its wire format (XML over HTTP) on this machine, money of no worth.

It knows what the shop uses: sale, search, find, partial settlement, void and refund. Nonces and amounts decide as in Braintree's own
sandbox: ``fake-valid-nonce`` is approved, ``fake-processor-declined-…`` declined, and so is any sum of 2000.00 to 3000.99.
"""

import base64
import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

MERCHANT, PUBLIC, PRIVATE = "opensky", "public", "private"
_LARGEST = 1 << 20
_DECLINES = (Decimal(2000), Decimal("3000.99"))


@dataclass
class Payment:
    """A transaction, as this payment house remembers it."""

    id: str
    amount: Decimal
    order_id: str
    status: str
    kind: str = "sale"
    parent: str = ""


@dataclass
class Books:
    """All transactions. Safe for any number of threads."""

    payments: dict[str, Payment] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    silent: bool = False
    """Whether it breaks off each connection after it has done what was asked."""
    slow: float = 0.0

    def add(self, amount: Decimal, order_id: str, status: str, kind: str = "sale", parent: str = "") -> Payment:
        """Write down a new transaction."""
        payment = Payment(f"bt{next(self.numbers):06}", amount, order_id, status, kind, parent)
        self.payments[payment.id] = payment
        return payment

    def taken(self, parent: str) -> Decimal:
        """Return how much of a payment was taken."""
        children = [each for each in self.payments.values() if each.parent == parent and each.kind == "sale"]
        return sum((each.amount for each in children), Decimal(0))


class Refused(Exception):
    """What was asked cannot be done; ``payment`` is the declined transaction, where there is one."""

    def __init__(self, message: str, payment: Payment | None = None) -> None:
        super().__init__(message)
        self.payment = payment


def sale(books: Books, asked: Mapping[str, Any]) -> Payment:
    """Have money promised."""
    nonce, amount = asked.get("payment_method_nonce", ""), Decimal(asked.get("amount", "0"))
    if not nonce.startswith("fake-"):
        raise Refused("Unknown or expired payment_method_nonce.")
    declined = "declined" in nonce or _DECLINES[0] <= amount <= _DECLINES[1]
    payment = books.add(amount, asked.get("order_id", ""), "processor_declined" if declined else "authorized")
    if declined:
        raise Refused("Do Not Honor", payment)
    return payment


def settle(books: Books, payment: Payment, asked: Mapping[str, Any]) -> Payment:
    """Take a part of what was promised: a transaction of its own."""
    amount = Decimal(asked.get("amount", "0"))
    if payment.status not in {"authorized", "settlement_pending"}:
        raise Refused("Cannot submit for settlement unless status is authorized.")
    if books.taken(payment.id) + amount > payment.amount:
        raise Refused("Settlement amount is too large.")
    payment.status = "settlement_pending"
    return books.add(amount, asked.get("order_id", ""), "submitted_for_settlement", parent=payment.id)


def void(_books: Books, payment: Payment, _asked: Mapping[str, Any]) -> Payment:
    """Release what was promised and not taken."""
    if payment.status not in {"authorized", "submitted_for_settlement", "settlement_pending"}:
        raise Refused("Transaction can only be voided if status is authorized or submitted_for_settlement.")
    payment.status = "voided"
    return payment


def refund(books: Books, payment: Payment, asked: Mapping[str, Any]) -> Payment:
    """Give back what was taken."""
    if payment.status not in {"settled", "settling"}:
        raise Refused("Cannot refund a transaction unless it is settled.")
    return books.add(
        Decimal(asked.get("amount") or payment.amount),
        asked.get("order_id", ""),
        "submitted_for_settlement",
        "credit",
        payment.id,
    )


_DEEDS = {"submit_for_partial_settlement": settle, "void": void, "refund": refund}


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; ``books`` is the server's."""

    books: ClassVar[Books]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Say nothing: whoever runs this prints what matters."""

    def _answer(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
        body = self.rfile.read(length)
        time.sleep(self.books.slow)
        with self.books.lock:
            status, text = self._done(body)
        if self.books.silent:
            self.close_connection = True
            return
        answer = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _done(self, body: bytes) -> tuple[int, str]:
        allowed = base64.b64encode(f"{PUBLIC}:{PRIVATE}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {allowed}":
            return 401, ""
        root = f"/merchants/{MERCHANT}/transactions"
        if not self.path.startswith(root):
            return 404, ""
        asked = _read(body)
        way = [part for part in self.path.removeprefix(root).split("/") if part]
        try:
            return self._routed(way, asked)
        except Refused as error:
            shown = _transaction(error.payment) if error.payment else ""
            errors = '<errors><errors type="array"/></errors>'
            message = f"<message>{escape(str(error))}</message>"
            return 422, f"<api-error-response>{errors}{message}{shown}</api-error-response>"

    def _routed(self, way: list[str], asked: dict[str, Any]) -> tuple[int, str]:
        books = self.books
        if not way:
            return 201, _transaction(sale(books, asked.get("transaction", {})))
        if way == ["advanced_search_ids"]:
            return 200, _ids(_found(books, asked))
        if way == ["advanced_search"]:
            shown = "".join(_transaction(each) for each in _found(books, asked))
            return 200, f'<credit-card-transactions type="collection">{shown}</credit-card-transactions>'
        payment = books.payments.get(way[0])
        if payment is None:
            return 404, ""
        if len(way) == 1:
            return 200, _transaction(payment)
        return 201, _transaction(_DEEDS[way[1]](books, payment, asked.get("transaction") or {}))


def serve(port: int, books: Books | None = None) -> ThreadingHTTPServer:
    """Return the server, listening on this machine alone; the caller runs and closes it. Port 0 chooses a free one."""
    handler = type("Handler", (_Handler,), {"books": books or Books()})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def payment_url(server: ThreadingHTTPServer) -> str:
    """Return the setting with which a shop uses this server."""
    return f"braintree://{PUBLIC}:{PRIVATE}@127.0.0.1:{server.server_address[1]}/{MERCHANT}"


def _read(body: bytes) -> dict[str, Any]:
    """Read the XML of a request: elements by name, lists where it says so."""
    if not body.strip() or b"<!" in body:  # no document types: nothing of ours sends them
        return {}
    root = ET.fromstring(body)  # noqa: S314 - of this machine, and without document types
    return {root.tag.replace("-", "_"): _value(root)}


def _value(node: ET.Element) -> Any:
    if node.get("type") == "array":
        return [_value(each) for each in node]
    if len(node):
        return {each.tag.replace("-", "_"): _value(each) for each in node}
    return node.text or ""


def _found(books: Books, asked: Mapping[str, Any]) -> list[Payment]:
    search = asked.get("search") or {}
    wanted, ids = search.get("order_id", {}).get("is"), search.get("ids")
    return [
        each
        for each in books.payments.values()
        if (wanted is None or each.order_id == wanted) and (ids is None or each.id in ids)
    ]


def _ids(payments: list[Payment]) -> str:
    items = "".join(f"<item>{each.id}</item>" for each in payments)
    listed = f'<ids type="array">{items}</ids>'
    return f'<search-results><page-size type="integer">50</page-size>{listed}</search-results>'


def _transaction(payment: Payment) -> str:
    card = "<credit-card><card-type>Visa</card-type><last-4>1881</last-4><bin>401288</bin></credit-card>"
    return (
        f"<transaction><id>{payment.id}</id><status>{payment.status}</status><type>{payment.kind}</type>"
        f"<amount>{payment.amount}</amount><order-id>{escape(payment.order_id)}</order-id>{card}</transaction>"
    )
