"""The letter manager: decides who is told what, and gathers what the letter says. OSIS writes and delivers it.

A letter never holds up what it is about: orders tell only that one is due, and it is gathered later, with the order as it is then.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from opensky.devo.letters.events import LETTER_ORDER_DUE
from opensky.devo.letters.objects import NEWS, TOPICS, LetterSubscription
from opensky.devo.letters.repository import LetterRepository
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order, OrderLine
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.sealing import Signer
from opensky.mail import QUEUE, Delivery, Letter, Sealed, Stop
from opensky.mail.sending import stop
from opensky.messaging import Message, Outgoing
from opensky.messaging.message import USUAL_PRIORITY
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.web.formats import money

PAID, SHIPPED, REFUNDED = "order_paid", "order_shipped", "order_refunded"
UNSUBSCRIBE = "unsubscribe"
"""Purpose of the signature that ends letters of a topic; it never runs out, as letters are kept for years."""
URGENT = 2
_TYPE = "LetterDue"


class LetterManager:
    """The verbs of letters."""

    def __init__(
        self,
        letters: LetterRepository,
        members: MemberManager,
        orders: OrderManager,
        events: Dispatcher,
        client: Outgoing,
        unit: UnitOfWork,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._letters = letters
        self._members = members
        self._orders = orders
        self._events = events
        self._client = client
        self._unit = unit
        self._clock = clock
        self._seal = Signer(settings.secret_key, UNSUBSCRIBE)

    def send(self, letter: Letter, *, urgent: bool = False, unique: str = "") -> int:
        """Send a letter if the unit of work commits; return the id of its message. Of one ``unique`` text, no second one waits."""
        parameters = msgspec.to_builtins(letter)
        priority = URGENT if urgent else USUAL_PRIORITY
        return self._client.send(
            Message(queue_name=QUEUE, type=_TYPE, parameters=parameters, priority=priority, unique=unique)
        )

    def welcome(self, member: Member) -> None:
        """Greet somebody who has just opened an account."""
        links = {"insiders": "/insiders", "account": "/account"}
        self.send(Letter(kind="welcome", to=member.email, name=member.name, links=links))

    def password_changed(self, member: Member) -> None:
        """Tell a member that their password was changed: if it was somebody else, they must hear of it."""
        when = f"{self._clock.now():%B %d, %Y at %H:%M} UTC"
        links = {"forgotten": "/log-in/forgotten"}
        self.send(
            Letter(kind="password_changed", to=member.email, name=member.name, data={"when": when}, links=links),
            urgent=True,
        )

    def email_changed(self, member: Member, before: str) -> None:
        """Tell the address that a member had before that it is no longer theirs."""
        letter = Letter(kind="email_changed", to=before, name=member.name, data={"now": _hidden(member.email)})
        self.send(letter, urgent=True)

    def thank(self, member_id: MemberId, subject: str, text: str) -> None:
        """Send a member words that staff chose, as a letter that nobody has to get: whoever asked for none gets none."""
        if not self.wants(member_id):
            return
        member = self._members.shown(member_id)
        letter = Letter(
            kind="thanks",
            to=member.email,
            name=member.name,
            data={"subject": subject, "paragraphs": [each.strip() for each in text.split("\n") if each.strip()]},
            links={"account": "/account"},
            sealed={UNSUBSCRIBE: self.unsubscribe_link(member_id, NEWS)},
            topic=NEWS,
        )
        self.send(letter)

    def have_written(self, order: Order, kind: str, values: Mapping[str, Any] | None = None) -> None:
        """Have a letter about an order written, later."""
        self._events.notify_async(Event(LETTER_ORDER_DUE, order, {"kind": kind, "values": dict(values or {})}))

    def write_about(self, order: Order, kind: str, values: Mapping[str, Any]) -> None:
        """Send a letter about an order, as it is now.

        Raises:
            Invalid: there is no such letter.
        """
        written = {PAID: self._paid, SHIPPED: self._shipped, REFUNDED: self._refunded}.get(kind)
        if written is None:
            raise Invalid(FieldError("kind", f"There is no letter {kind!r} about an order.", "Choice"))
        order = self._orders.by_number(order.number)
        data = {"number": order.number, **written(order, values)}
        letter = Letter(kind=kind, to=order.email, name=order.address.name, data=data, about=order.number)
        if order.member_id is None:
            path = f"/orders/{order.number}?proof="
            letter.sealed["order"] = Sealed(path, "order", order.number, whole=False)
        else:
            letter.links["order"] = f"/orders/{order.number}"
        self.send(letter)

    def wants(self, member_id: MemberId, topic: str = NEWS) -> bool:
        """Say whether a member wants the letters of a topic."""
        return self._letters.subscription(member_id, topic) is not None

    def stopped(self, address: str) -> Stop | None:
        """Return why an address gets no letters that it need not get; ``None`` if it does."""
        return self._letters.stop(address)

    def subscribe(self, member_id: MemberId, topic: str = NEWS) -> None:
        """Send a member the letters of a topic from now on; whatever kept them from their address is forgotten."""
        _refuse_unknown(topic)
        member = self._members.get(member_id)
        for each in (self._letters.stop(member.email), self._letters.stop(member.email, topic)):
            if each is not None:
                self._letters.lift(each)
        if self._letters.subscription(member_id, topic) is None:
            self._letters.subscribe(LetterSubscription(member_id=member_id, topic=topic, since=self._clock.now()))

    def unsubscribe(self, member_id: MemberId, topic: str = NEWS) -> None:
        """Send a member no more letters of a topic: also none that is on its way. Doing it twice is the same as once."""
        subscription = self._letters.subscription(member_id, topic)
        if subscription is not None:
            self._letters.unsubscribe(subscription)
            stop(self._unit, self._members.get(member_id).email, topic, "unsubscribed")

    def unsubscribe_link(self, member_id: MemberId, topic: str) -> Sealed:
        """Return the link that ends letters of a topic, to be signed when the letter is written."""
        return Sealed("/unsubscribe/", UNSUBSCRIBE, f"{member_id}.{topic}")

    def opened(self, sealed: str) -> tuple[MemberId, str]:
        """Return whose letters, and of which topic, a link ends.

        Raises:
            Invalid: it is none of ours.
        """
        number, _, topic = self._seal.open(sealed).partition(".")
        if not number.isdecimal() or topic not in TOPICS:
            raise Invalid(FieldError("link", "This link is not whole. Please take the one in the letter.", "Link"))
        return MemberId(int(number)), topic

    def deliveries(self, words: str, before: int, most: int) -> list[Delivery]:
        """Return letters and what became of them, the newest first; of one address or about one thing if ``words`` say so."""
        return self._letters.deliveries(words, before, most)

    def _paid(self, order: Order, values: Mapping[str, Any]) -> dict[str, Any]:
        names = self._orders.names(order)
        groups: dict[str, list[dict[str, Any]]] = {}
        for line in order.lines:
            known = names.get(line.product_id)
            groups.setdefault(known.seller_name if known else "", []).append(_line(line, line.quantity))
        return {
            "total": money(order.total),
            "parts": _parts(order),
            "groups": [{"seller": seller, "lines": lines} for seller, lines in groups.items()],
            "address": order.address.one_line,
            "card": _card(order),
            "placed": f"{order.placed_at:%B} {order.placed_at.day}, {order.placed_at.year}",
        }

    def _shipped(self, order: Order, values: Mapping[str, Any]) -> dict[str, Any]:
        quantities: Mapping[str, int] = values.get("lines", {})
        return {
            "lines": [
                _line(line, quantities[line.sku], priced=False) for line in order.lines if line.sku in quantities
            ],
            "carrier": str(values.get("carrier", "")),
            "tracking": str(values.get("tracking", "")),
            "complete": bool(values.get("complete", True)),
            "address": order.address.one_line,
        }

    def _refunded(self, order: Order, values: Mapping[str, Any]) -> dict[str, Any]:
        amount = values.get("amount", order.charge)
        return {
            "amount": money(amount) if amount else "",
            "credit": money(order.credit) if order.credit else "",
            "captured": bool(values.get("captured", True)),
            "card": _card(order),
        }


def _line(line: OrderLine, quantity: int, *, priced: bool = True) -> dict[str, Any]:
    amount = money(line.price * quantity) if priced else ""
    return {"name": line.name, "variant": line.variant, "quantity": quantity, "amount": amount}


def _parts(order: Order) -> list[tuple[str, str]]:
    """Return what the total is made of and who pays it, where it is not just goods and a card."""
    parts = []
    if order.discount:
        parts.append(("coupon", money(-order.discount)))
    if order.delivery:
        parts.append(("delivery", money(order.delivery)))
    if order.credit:
        parts += [("credit", money(order.credit)), ("charge", money(order.charge))]
    return parts


def _card(order: Order) -> str:
    return f"{order.card_brand} … {order.card_last4}" if order.card_last4 else ""


def _hidden(email: str) -> str:
    """Return an address so that its owner knows it again, and nobody else can use it."""
    user, _, domain = email.partition("@")
    return f"{user[:1]}…@{domain}"


def _refuse_unknown(topic: str) -> None:
    if topic not in TOPICS:
        raise Invalid(FieldError("topic", "There are no such letters.", "Choice"))
