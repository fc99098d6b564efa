"""STOMP: brokers as transport. Whatever else a queue must do (tries, delays, order, dead letters) is done on our side, alike for all.

``frames`` and ``connection`` are the protocol, ``dialects`` what brokers understand differently; ``relay`` publishes what units of work
have sent, ``intake`` takes what comes into the embedded queue.
"""

from opensky.messaging.stomp.client import StompClient
from opensky.messaging.stomp.connection import Connection, connect
from opensky.messaging.stomp.dialects import Artemis, Classic, Dialect, Rabbit, dialect_of
from opensky.messaging.stomp.errors import BrokenFrame, BrokerRefused, NoReceipt, NotConnected, StompError
from opensky.messaging.stomp.frames import Frame, Parser, encode
from opensky.messaging.stomp.intake import Intake
from opensky.messaging.stomp.relay import Relay
from opensky.messaging.stomp.servers import Servers

__all__ = [
    "Artemis",
    "BrokenFrame",
    "BrokerRefused",
    "Classic",
    "Connection",
    "Dialect",
    "Frame",
    "Intake",
    "NoReceipt",
    "NotConnected",
    "Parser",
    "Rabbit",
    "Relay",
    "Servers",
    "StompClient",
    "StompError",
    "connect",
    "dialect_of",
    "encode",
]
