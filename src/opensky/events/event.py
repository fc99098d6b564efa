"""The event: a name, what it is about, and a few values. One generic class, so that any event crosses any border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opensky.events.declarations import Declaration, declaration_of
from opensky.events.errors import WrongEvent


@dataclass(slots=True)
class Event:
    """Something that happened: ``Event(SELLER_FOLLOW, seller, {"member_id": member.id})``.

    Parameters are values and ids, never live objects; they are read as ``event["member_id"]``.

    Raises:
        UnknownEvent: nobody declared that name.
        WrongEvent: subject or parameters are not those that were declared.
    """

    name: str
    subject: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    stopped: bool = field(default=False, init=False, compare=False)

    def __post_init__(self) -> None:
        declared = declaration_of(self.name)
        if declared.parameters != self.parameters.keys():
            raise _wrong_parameters(declared, self.parameters)
        if not isinstance(self.subject, declared.subject or type(None)):
            wanted = declared.subject.__qualname__ if declared.subject else "no subject"
            message = f"Event {self.name!r} is about {wanted}, not {type(self.subject).__qualname__}."
            raise WrongEvent(message, event=self.name)
        for key, value in self.parameters.items():
            if hasattr(value, "__stored__"):
                message = f"Event {self.name!r} was given an object as {key!r}; give its id: objects grow stale."
                raise WrongEvent(message, event=self.name, parameter=key)

    def __getitem__(self, parameter: str) -> Any:
        try:
            return self.parameters[parameter]
        except KeyError:
            carried = ", ".join(sorted(self.parameters)) or "nothing"
            message = f"Event {self.name!r} carries no {parameter!r}; it carries {carried}."
            raise WrongEvent(message, event=self.name, parameter=parameter) from None

    def stop(self) -> None:
        """Let no further listener hear of this."""
        self.stopped = True


def _wrong_parameters(declared: Declaration, given: Mapping[str, Any]) -> WrongEvent:
    missing = ", ".join(sorted(declared.parameters - given.keys()))
    undeclared = ", ".join(sorted(given.keys() - declared.parameters))
    told = [f"lacks {missing}"] * bool(missing) + [f"has undeclared {undeclared}"] * bool(undeclared)
    return WrongEvent(f"Event {declared.name!r} {' and '.join(told)}.", event=declared.name)
