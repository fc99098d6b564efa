"""The callback manager: what OSIS brings back, made an event again and told to its listeners, once."""

from typing import Any

import msgspec

from opensky.devo.callbacks.repository import SeenRepository
from opensky.events import Codec, Dispatcher, SubjectGone, UnknownEvent, WrongEvent
from opensky.kernel.doing import note
from opensky.kernel.errors import FieldError, Gone, Invalid
from opensky.kernel.ids import read_id
from opensky.messaging import Outgoing


class Slung(msgspec.Struct):
    """The body of a callback: an event as plain data, and the journey of the message that it came in."""

    event: dict[str, Any]
    correlation: int = 0
    history: tuple[str, ...] = ()


class CallbackManager:
    """Takes events that were told to other processes and come back."""

    def __init__(self, seen: SeenRepository, codec: Codec, events: Dispatcher, client: Outgoing) -> None:
        self._seen = seen
        self._codec = codec
        self._events = events
        self._client = client

    def take(self, id_: str, body: bytes) -> bool:
        """Tell an event to its listeners, who see its subject as it is now; say whether it came for the first time.

        That it came is noted in the transaction of what the listeners write: either both are kept or neither. What they send
        belongs to the journey of the message that the event came in.

        Raises:
            Invalid: the body is no event, or none that is declared here.
            Gone: what it is about does not exist any more.
            Refusal: whatever a listener refuses.
        """
        slung = _read(body)
        if not self._seen.first(id_):
            return False
        try:
            event = self._codec.decode(slung.event)
        except SubjectGone as error:
            raise Gone(error.message, **error.data) from error
        except (UnknownEvent, WrongEvent) as error:
            raise Invalid(FieldError("event", error.message, "Event"), message=error.message) from error
        # Negative: the message caused what is sent here, but the step that handles it did not send it (``messaging.books``).
        note(journey=slung.correlation, event=str(event.name))
        self._client.continues(slung.correlation, -(read_id(id_) or 0), slung.history)
        self._events.notify(event)
        return True


def _read(body: bytes) -> Slung:
    try:
        return msgspec.json.decode(body, type=Slung, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"This is not the body of a callback: {error}."
        raise Invalid(FieldError("", message, "Body"), message=message) from error
