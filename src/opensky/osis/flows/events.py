"""Events that are told later: DEVO sends them away, this flow brings them back, and DEVO tells their listeners."""

from typing import Any

import msgspec

from opensky.messaging import Message
from opensky.osis.partners.devo import Devo
from opensky.osis.runtime import Backoff, flow, payload

CALLBACK = "/callbacks/events"


@payload("events.async")
class Slung(msgspec.Struct):
    """An event as plain data: its name, what it is about (class and id), and its values, as the codec of events writes them."""

    name: str
    parameters: dict[str, Any]
    subject: dict[str, Any] | None = None


@flow("events.async", retry=Backoff(times=15, base=2, cap=900), breaker="devo", timeout=60)
def sling(event: Slung, message: Message, devo: Devo) -> None:
    """Bring an event back to DEVO, which reads its subject again and tells its listeners, once."""
    body = {
        "event": {"name": event.name, "subject": event.subject, "parameters": event.parameters},
        "correlation": message.correlation,
        "history": [*message.history, f"sling@{message.id}"],
    }
    devo.post(CALLBACK, str(message.id), msgspec.json.encode(body))
