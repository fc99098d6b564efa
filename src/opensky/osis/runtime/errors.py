"""What can go wrong in a flow.

OpenSkyError
└── FlowError
    ├── Reject        raised by a flow: this message can never be handled; it becomes a dead letter at once
    ├── Unavailable   raised by a flow: a third party does not answer; tried again later, and counts for its circuit breaker
    └── WrongFlow     a flow that cannot run: its signature, its queue, its outputs
"""

from opensky.kernel.errors import OpenSkyError


class FlowError(OpenSkyError):
    """Root of the errors of this room."""


class Reject(FlowError):
    """This message can never be handled, whatever is tried; it becomes a dead letter at once, with this reason."""


class Unavailable(FlowError):
    """A third party does not answer, or not sensibly; the message is tried again later."""


class WrongFlow(FlowError):
    """A flow that cannot run as it is written; said when it is declared, not when its first message comes."""
