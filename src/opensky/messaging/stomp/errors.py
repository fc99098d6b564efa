"""What can go wrong with a broker.

MessagingError
└── StompError
    ├── BrokenFrame       what came is not STOMP, or too large
    ├── NotConnected      no server of the list answers, or the connection broke
    ├── BrokerRefused     the broker said ERROR; its words are in the message
    └── NoReceipt         the broker did not confirm in time: what was sent may be there or not, so it is sent again
"""

from opensky.messaging.errors import MessagingError


class StompError(MessagingError):
    """Root of the errors with a broker."""


class BrokenFrame(StompError):
    """What came is not STOMP, or larger than is allowed; or a header that cannot be written."""


class NotConnected(StompError):
    """No server of the list answers, or the connection broke."""


class BrokerRefused(StompError):
    """The broker answered with an ERROR frame."""


class NoReceipt(StompError):
    """The broker did not confirm in time."""
