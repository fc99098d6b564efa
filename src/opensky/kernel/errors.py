"""The root of every error that OpenSky raises on purpose.

OpenSkyError
├── Refusal            expected: the caller asked for something that cannot be had; pages nobody
│   ├── NotFound       there is no such thing, or not for this caller
│   │   └── Gone       there was one, and there never will be again
│   ├── Conflict       it clashes with what is there now (taken, sold out, edited meanwhile)
│   ├── Invalid        the input breaks a rule; carries one FieldError per rule
│   ├── Denied         this caller may not
│   ├── LoginRequired  somebody must sign in first
│   └── TooMany        asked too often; carries the seconds to wait
└── Misconfigured      the installation is wrong; the message says what to change
"""

from dataclasses import dataclass
from typing import Any


class OpenSkyError(Exception):
    """Root of the tree. ``data`` holds what the error is about, for logs and problem details."""

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Refusal(OpenSkyError):
    """An expected no."""


class NotFound(Refusal):
    """There is no such thing, or not for this caller."""


class Gone(NotFound):
    """There was such a thing, and there never will be again: asking later helps nobody."""


class Conflict(Refusal):
    """It clashes with what is there now."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule: ``field`` is a dotted path (``variants.0.price``), ``message`` is fit to show to a person."""

    field: str
    message: str
    rule: str = "invalid"


class Invalid(Refusal):
    """The input breaks one or more rules; nothing was changed."""

    def __init__(self, *errors: FieldError, message: str = "") -> None:
        super().__init__(message or "; ".join(f"{e.field}: {e.message}" for e in errors))
        self.errors = errors

    def by_field(self) -> dict[str, str]:
        """Return the first message of each field, in the order of the fields, to be shown beside it."""
        found: dict[str, str] = {}
        for error in self.errors:
            found.setdefault(error.field, error.message)
        return found


class Denied(Refusal):
    """This caller may not do that."""


class LoginRequired(Refusal):
    """Somebody must sign in first."""


class TooMany(Refusal):
    """Asked too often."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


class Misconfigured(OpenSkyError):
    """The installation is wrong; the message says what to change."""
