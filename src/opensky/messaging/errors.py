"""What can go wrong with messages.

OpenSkyError
└── MessagingError
    ├── LeaseLost      somebody else has the message by now: nothing of this try may be kept
    ├── NotSendable    a message that no queue can carry
    └── NotForwarded   the configuration of forwarding names what is not there
"""

from opensky.kernel.errors import OpenSkyError


class MessagingError(OpenSkyError):
    """Root of the errors of this room."""


class LeaseLost(MessagingError):
    """A message was given to somebody else meanwhile, because its lease ran out; this try must be undone."""


class NotSendable(MessagingError):
    """A message that no queue can carry: no queue named, or parameters that are not plain data."""


class NotForwarded(MessagingError):
    """The configuration of forwarding names an event that nobody declares, or cannot be read."""
