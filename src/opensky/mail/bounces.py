"""What comes back: delivery status notifications (RFC 3464), read to learn which of our letters did not arrive, and why."""

from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from itertools import islice
from typing import NamedTuple

from opensky.mail.envelope import message_id_of
from opensky.mail.objects import EVERYTHING, LONGEST_ANSWER, Delivery
from opensky.mail.sending import stop
from opensky.persistence import UnitOfWork


class Bounce(NamedTuple):
    """One recipient of whom a notification speaks. ``final`` says that no more is tried."""

    message_id: int
    address: str
    status: str
    said: str
    final: bool


def read(raw: bytes) -> list[Bounce]:
    """Return what a notification says; nothing if this is none. Any e-mail may come: nothing in it is trusted."""
    message = message_from_bytes(raw, policy=policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    ours, found = 0, list[MIMEPart]()
    for part in message.walk():
        kind = part.get_content_type()
        if kind in {"message/rfc822", "text/rfc822-headers"}:
            ours = ours or message_id_of(_original_id(part))
        elif kind == "message/delivery-status":
            # The first block speaks of the report, each further one of a recipient.
            found += islice(part.iter_parts(), 1, None)
    return [_bounce(each, ours) for each in found]


def note(unit: UnitOfWork, bounces: list[Bounce]) -> int:
    """Write down which letters did not arrive, and stop what their addresses need not get; return how many were ours.

    Only a letter that we sent to that address counts: nobody can stop another's letters by inventing a notification about them,
    unless they know its number.
    """
    known = 0
    for bounce in bounces:
        delivery = unit.get(Delivery, bounce.message_id) if bounce.message_id else None
        if not bounce.final or delivery is None or delivery.address.lower() != bounce.address.lower():
            continue
        known += 1
        delivery.state, delivery.ended_at = "refused", unit.clock.now()
        delivery.answer = f"{bounce.status} {bounce.said}".strip()[:LONGEST_ANSWER]
        stop(unit, delivery.address, EVERYTHING, "bounced", delivery.answer)
    return known


def _original_id(part: EmailMessage) -> str:
    if part.get_content_type() == "text/rfc822-headers":
        headers = message_from_bytes(part.get_payload(decode=True), policy=policy.default)  # type: ignore[arg-type]
        return str(headers.get("Message-ID", ""))
    inside = next(part.iter_parts(), None)
    return str(inside.get("Message-ID", "")) if inside is not None else ""


def _bounce(block: MIMEPart, ours: int) -> Bounce:
    recipient = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    action, status = str(block.get("Action", "")).strip().lower(), str(block.get("Status", "")).strip()
    said = " ".join(str(block.get("Diagnostic-Code", "")).split())
    address = recipient.partition(";")[2].strip() or recipient.strip()
    return Bounce(ours, address, status[:20], said[:LONGEST_ANSWER], action == "failed" and not status.startswith("4"))
