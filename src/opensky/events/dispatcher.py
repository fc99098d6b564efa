"""The dispatcher: tells listeners what happened, in this process, before the transaction commits."""

from collections.abc import Callable, Iterable

from opensky.events.errors import ListenerFailed
from opensky.events.event import Event
from opensky.events.listeners import Listeners, Registration, Resolve
from opensky.kernel.errors import Refusal

Sling = Callable[[Event], None]
"""Takes an event out of this process, to be dispatched later."""


class Dispatcher:
    """One for each request or job; the listeners behind it are shared.

    ``resolve`` gives the object of a listener class for this request. It is asked only when an event comes that the
    class listens to. ``sling`` takes events that are told later.
    """

    def __init__(
        self,
        listeners: Listeners | Iterable[Registration] = (),
        resolve: Resolve = lambda cls: cls(),
        sling: Sling | None = None,
    ) -> None:
        self._listeners = listeners if isinstance(listeners, Listeners) else Listeners(listeners)
        self._resolve = resolve
        self._sling = sling

    def notify_async(self, event: Event) -> None:
        """Have the listeners told later, in another process: the caller does not wait for them.

        The event leaves with the transaction that it happened in: names, ids and values. At the other end its subject is read
        again, and ``notify`` is called there. Where nothing takes events out of this process, they are told at once.
        """
        if self._sling is None:
            self.notify(event)
        else:
            self._sling(event)

    def notify(self, event: Event) -> Event:
        """Tell every listener, highest priority first, until one stops the event; return the event.

        A refusal of a listener passes through, so that it can refuse the deed itself.

        Raises:
            ListenerFailed: a listener raised anything else; later listeners were not told.
        """
        for registration in self._listeners.of(event.name):
            try:
                registration.bind(self._resolve)(event)
            except (Refusal, ListenerFailed):
                raise
            except Exception as error:
                raise ListenerFailed(registration.name, event.name, error) from error
            if event.stopped:
                break
        return event
