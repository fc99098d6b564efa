"""What can go wrong with a letter.

OpenSkyError
└── MailError
    ├── BrokenLetter      it cannot be written: no such template, something missing in its data, no address
    ├── PostUnavailable   the mail server does not take it now; it may later
    └── Refused           the mail server will never take it for this address, or not as it is
"""

from opensky.kernel.errors import OpenSkyError


class MailError(OpenSkyError):
    """Root of the errors of this room."""


class BrokenLetter(MailError):
    """A letter that cannot be written: no such template, something missing in its data, or no address."""


class PostUnavailable(MailError):
    """The mail server cannot be reached, or does not take letters now."""


class Refused(MailError):
    """The mail server will not take this letter, however often it is asked. ``bounce`` says that it is the address."""

    def __init__(self, message: str, *, bounce: bool) -> None:
        super().__init__(message, bounce=bounce)
        self.bounce = bounce
