"""Messaging: messages that are written in the transaction that caused them, and the queue that they wait in."""

from opensky.messaging.dead import Cause, DeadLetter, DeadLetters
from opensky.messaging.errors import LeaseLost, MessagingError, NotForwarded, NotSendable
from opensky.messaging.forwarding import Forwarder, Route, Routes
from opensky.messaging.message import Client, EventForwarder, Message
from opensky.messaging.nudge import Listener, Nudger
from opensky.messaging.outgoing import Outgoing
from opensky.messaging.queue import Handled, Queue, QueueDepth
from opensky.messaging.traces import About

__all__ = [
    "About",
    "Cause",
    "Client",
    "DeadLetter",
    "DeadLetters",
    "EventForwarder",
    "Forwarder",
    "Handled",
    "LeaseLost",
    "Listener",
    "Message",
    "MessagingError",
    "NotForwarded",
    "NotSendable",
    "Nudger",
    "Outgoing",
    "Queue",
    "QueueDepth",
    "Route",
    "Routes",
]
