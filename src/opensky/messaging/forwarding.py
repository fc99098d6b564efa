"""Forwarding: which events become messages, and in which queues. The configuration says it by the event's name.

```toml
[events.forward]
"seller.follow" = "jms.queue.opensky.seller"
"order.shipped" = [{ queue = "mail", delay = 60, priority = 2 }, { queue = "erp", when = { state = "paid" } }]
```
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from opensky.events import Codec, Event, declaration_of
from opensky.events.errors import UnknownEvent
from opensky.messaging.errors import NotForwarded
from opensky.messaging.message import HIGHEST, LOWEST, USUAL_PRIORITY, Client, Message

_KNOWN = {"queue", "delay", "priority", "when"}


@dataclass(frozen=True, slots=True)
class Route:
    """One queue for one event: how late, how urgent, and only ``when`` its parameters have these values."""

    event: str
    queue: str
    delay: timedelta = timedelta()
    priority: int = USUAL_PRIORITY
    when: Mapping[str, Any] = field(default_factory=dict)

    def admits(self, event: Event) -> bool:
        """Say whether an event passes the filter."""
        return all(event.parameters.get(name) == value for name, value in self.when.items())

    def __str__(self) -> str:
        extra = [f"after {self.delay.total_seconds():g} s"] if self.delay else []
        extra += [f"priority {self.priority}"] if self.priority != USUAL_PRIORITY else []
        extra += [f"when {name} = {value!r}" for name, value in self.when.items()]
        return self.queue + (f" ({', '.join(extra)})" if extra else "")


class Routes:
    """All routes, by the name of the event."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._of: dict[str, tuple[Route, ...]] = {}
        for each in routes:
            self._of[each.event] = (*self._of.get(each.event, ()), each)

    @classmethod
    def read(cls, configured: Mapping[str, Any]) -> "Routes":
        """Read the table ``events.forward`` of the configuration.

        Raises:
            NotForwarded: an event that nobody declares, or an entry that is not understood; the message names it.
        """
        return cls(_route(event, each) for event, entry in configured.items() for each in _entries(entry))

    def of(self, event: str) -> tuple[Route, ...]:
        """Return the routes of an event."""
        return self._of.get(event, ())

    def __iter__(self) -> Any:
        return (route for routes in self._of.values() for route in routes)


class Forwarder:
    """Sends events to the queues of their routes (``EventForwarder``). One for each unit of work."""

    def __init__(self, routes: Routes, codec: Codec, client: Client) -> None:
        self._routes = routes
        self._codec = codec
        self._client = client

    def forward(self, event: Event) -> None:
        """Send the event to each queue that the configuration names for it."""
        routes = [each for each in self._routes.of(event.name) if each.admits(event)]
        if not routes:
            return
        parameters = self._codec.encode(event)
        for route in routes:
            made = Message(queue_name=route.queue, type=str(event.name), parameters=parameters, priority=route.priority)
            self._client.send(made, delay=route.delay or None)


def _entries(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def _route(event: str, entry: Any) -> Route:
    where = f"events.forward.{event!r}"
    try:
        declared = declaration_of(event)
    except UnknownEvent as error:
        raise NotForwarded(f"{where}: {error}", event=event) from error
    if isinstance(entry, str):
        entry = {"queue": entry}
    if not isinstance(entry, dict) or not isinstance(entry.get("queue"), str) or not entry["queue"]:
        raise NotForwarded(f"{where} must be the name of a queue, or a table with a queue, not {entry!r}.", event=event)
    if unknown := entry.keys() - _KNOWN:
        raise NotForwarded(
            f"{where} has no option {', '.join(sorted(unknown))}; it has {', '.join(sorted(_KNOWN))}.", event=event
        )
    delay, priority, when = entry.get("delay", 0), entry.get("priority", USUAL_PRIORITY), entry.get("when", {})
    if not isinstance(delay, int | float) or isinstance(delay, bool) or delay < 0:
        raise NotForwarded(f"{where}: delay must be a number of seconds, not {delay!r}.", event=event)
    if not isinstance(priority, int) or not HIGHEST <= priority <= LOWEST:
        raise NotForwarded(f"{where}: priority must be {HIGHEST} to {LOWEST}, not {priority!r}.", event=event)
    if not isinstance(when, dict) or not when.keys() <= declared.parameters:
        known = ", ".join(sorted(declared.parameters)) or "no parameters"
        raise NotForwarded(f"{where}: when must be a table over what the event carries: {known}.", event=event)
    return Route(event, entry["queue"], timedelta(seconds=delay), priority, when)
