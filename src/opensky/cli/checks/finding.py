"""What a check has found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from opensky.kernel.errors import OpenSkyError

State = Literal["ok", "warning", "problem"]
ORDER: tuple[State, ...] = ("ok", "warning", "problem")
"""From best to worst."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, what is so, and what to do about it."""

    check: str
    state: State
    says: str
    do: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def warning(check: str, says: str, do: str) -> Finding:
    """The shop runs, but not as well as it could."""
    return Finding(check, "warning", says, do)


def problem(check: str, says: str, do: str) -> Finding:
    """The shop does not run, or loses something."""
    return Finding(check, "problem", says, do)


def guarded(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a check finds; that it failed is a finding too, so that one broken thing does not hide the others."""
    try:
        yield from look()
    except OpenSkyError as error:
        yield problem(check, error.message, "")
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks go on
        said = " ".join(str(error).split())[:300]
        yield problem(check, f"This could not be looked at: {type(error).__name__}: {said}", "Mend that first.")
