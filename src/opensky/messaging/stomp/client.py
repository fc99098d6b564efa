"""A client that sends straight to a broker, for programs that have no unit of work. Every message is confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opensky.kernel.ids import IdGenerator
from opensky.messaging.message import Message, when_due
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
        self._connected()

    def disconnect(self) -> None:
        """Say good-bye."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, message: Message, *, delay: timedelta | None = None, at: datetime | None = None) -> int:
        """Send and wait for the broker's receipt; return the id (see ``Client.send``)."""
        due_at = when_due(message, datetime.now(UTC), delay, at)
        whole = replace(message, id=message.id or self._ids.next(), ticket=0)
        for left in reversed(range(TRIES)):
            try:
                connection = self._connected()
                connection.confirmed(to_frame(whole, connection.dialect, due_at))
            except (NotConnected, NoReceipt):
                self.disconnect()
                if not left:
                    raise
            else:
                break
        return whole.id

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self._servers)
        return self._connection
