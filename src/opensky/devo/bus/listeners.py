"""What the admin's journeys do when something is told: they note what they are about."""

from opensky.events import Event
from opensky.mapping import describe
from opensky.messaging import About, Outgoing
from opensky.messaging.traces import note
from opensky.persistence import UnitOfWork
from opensky.persistence.history.keys import key_text

HEARS_LAST = -2000
"""After those who send messages because of the event, and after what forwards it."""


class BusListeners:
    """Notes which journeys an event's subject is part of: those that told it, and those that its listeners began."""

    def __init__(self, unit: UnitOfWork, client: Outgoing) -> None:
        self._unit = unit
        self._client = client

    def on_event(self, event: Event) -> None:
        """Note it, where the unit of work is part of any journey."""
        if event.subject is not None and self._client.journeys:
            kind = type(event.subject)
            key = tuple(getattr(event.subject, field.name) for field in describe(kind).ids)
            about = About(kind.__name__, key_text(key))
            note(self._unit, about, self._client.journeys, self._unit.clock.now())
