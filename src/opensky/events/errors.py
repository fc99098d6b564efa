"""What can go wrong with events.

OpenSkyError
└── EventError
    ├── UnknownEvent     nobody declared an event of that name
    ├── WrongEvent       it does not look as it was declared: subject, parameters
    ├── WrongListener    a registration names what is not there
    ├── ListenerFailed   a listener raised; carries the names of listener and event, and the cause
    ├── NotPlain         a value that cannot cross the border of a process
    └── SubjectGone      what the event is about does not exist any more
"""

from opensky.kernel.errors import OpenSkyError


class EventError(OpenSkyError):
    """Root of the errors of this room."""


class UnknownEvent(EventError):
    """Nobody declared an event of that name."""


class WrongEvent(EventError):
    """The event does not look as it was declared."""


class WrongListener(EventError):
    """A registration names an event, a class or a method that is not there."""


class ListenerFailed(EventError):
    """A listener raised something that is not a refusal; the cause is chained."""

    def __init__(self, listener: str, event: str, cause: BaseException) -> None:
        super().__init__(
            f"{listener} failed on {event}: {type(cause).__name__}: {cause}", listener=listener, event=event
        )


class NotPlain(EventError):
    """A value that cannot cross the border of a process; send its id, or a value made of plain ones."""


class SubjectGone(EventError):
    """What the event is about does not exist any more."""
