"""Messages: how what happens in a unit of work becomes rows of the queue, and which queues are a broker's."""

from collections.abc import Callable, Iterator
from typing import Any

from dishka import Provider, Scope, provide

from opensky.events import Codec, Event, Registration, declaration_of, listen
from opensky.kernel.ids import IdGenerator
from opensky.mapping import describe
from opensky.messaging import Forwarder, Message, Nudger, Outgoing, Routes
from opensky.persistence import UnitOfWork
from opensky.settings import Settings

SLUNG = "events.async"
"""The queue of events that are told later."""
BUS = "bus"
"""Folder, below that of what only a running shop needs, in which workers listen for nudges."""
FORWARDS_LAST = -1000


class Objects:
    """Subjects of events, as the codec asks for them: written as ids, read again by a unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def key(self, subject: object) -> tuple[Any, ...]:
        """Return the id of an object."""
        return tuple(getattr(subject, field.name) for field in describe(type(subject)).ids)

    def get(self, cls: type[Any], *key: Any) -> object | None:
        """Return the object as it is now."""
        return self._unit.get(cls, *key)


class Slinger:
    """Sends events to the bus, which brings them back to DEVO: ``Dispatcher.notify_async``."""

    def __init__(self, codec: Codec, client: Outgoing) -> None:
        self._codec = codec
        self._client = client

    def sling(self, event: Event) -> None:
        """Write the event down as a message of the open transaction."""
        name = str(declaration_of(event.name).name)
        self._client.send(Message(queue_name=SLUNG, type=name, parameters=self._codec.encode(event)))


class Messages(Provider):
    """Clients, forwarders and what they need."""

    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def nudger(self, settings: Settings) -> Iterator[Nudger]:
        nudger = Nudger(settings.data / "run" / BUS)
        yield nudger
        nudger.close()

    @provide(scope=Scope.APP)
    def routes(self, settings: Settings) -> Routes:
        return Routes.read(settings.events.get("forward", {}))

    @provide
    def events_codec(self, unit: UnitOfWork) -> Codec:
        return Codec(Objects(unit))

    @provide
    def outgoing(self, unit: UnitOfWork, ids: IdGenerator, nudger: Nudger, settings: Settings) -> Outgoing:
        return Outgoing(unit, ids, nudger, remote_queues(settings), settings.large_message_bytes)

    @provide
    def forwarder(self, routes: Routes, codec: Codec, client: Outgoing) -> Forwarder:
        return Forwarder(routes, codec, client)

    slinger = provide(Slinger)


def remote_queues(settings: Settings) -> Callable[[str], bool]:
    """Return what says of a queue whether it is the broker's: all are, once a broker is set."""
    remote = bool(settings.broker_url)
    return lambda _queue: remote


def forwarding(routes: Routes) -> tuple[Registration, ...]:
    """Return the registrations that forward the events of the configuration, after everybody else has heard of them."""
    return tuple(
        listen(event, Forwarder, "forward", priority=FORWARDS_LAST) for event in dict.fromkeys(r.event for r in routes)
    )
