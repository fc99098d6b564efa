"""A client that sends straight to a broker, for programs that have no unit of work. Every message is confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opensky.kernel.ids import IdGenerator
from opensky.messaging.errors import NotSendable
from opensky.messaging.message import Message
from opensky.messaging.stomp.connection import Connection, connect
from opensky.messaging.stomp.errors import NoReceipt, NotConnected
from opensky.messaging.stomp.servers import Servers
from opensky.messaging.stomp.wire import to_frame

TRIES = 3


class StompClient:
    """Sends to a broker (``Client``): ``send`` returns once the broker has confirmed.

    A delivery that was not confirmed is sent again, to the next server of the list if need be: it may then arrive twice under one
    id, which the receiver's seen rows notice. A delay is told in the broker's dialect; RabbitMQ has none and refuses.
    """

    def __init__(self, servers: Servers, ids: IdGenerator) -> None:
        self._servers = servers
        self._ids = ids
        self._connection: Connection | None = None

    def connect(self) -> None:
        """Connect to a server of the list; raises ``NotConnected`` if none answers."""
        if self._connection is None:
            self._connection = connect(self._servers)

    def disconnect(self) -> None:
        """Say good-bye."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, message: Message, *, delay: timedelta | None = None, at: datetime | None = None) -> int:
        """Send and wait for the broker's receipt; return the id (see ``Client.send``)."""
        if delay is not None and at is not None:
            raise NotSendable("A message has a delay or an instant of delivery, not both.")
        due_at = datetime.now(UTC) + delay if delay is not None else at or message.due_at
        whole = replace(message, id=message.id or self._ids.next(), ticket=0)
        for left in reversed(range(TRIES)):
            try:
                self.connect()
                assert self._connection is not None  # noqa: S101 - connect has made it
                self._connection.confirmed(to_frame(whole, self._connection.dialect, due_at))
            except (NotConnected, NoReceipt):
                self._forget()
                if not left:
                    raise
            else:
                break
        return whole.id

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
