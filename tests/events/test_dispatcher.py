"""The dispatcher tells listeners in order, stops when told, and names who failed."""

from collections.abc import Mapping
from typing import Any

import pytest

from opensky.devo.sellers.objects import Seller
from opensky.events import (
    Dispatcher,
    Event,
    ListenerFailed,
    Listeners,
    Registration,
    UnknownEvent,
    WrongEvent,
    WrongListener,
    declare,
    listen,
    subscribe,
)
from opensky.kernel.errors import Conflict


class Door:
    """What the events of these tests are about."""


OPENED = declare("door.opened", "Somebody opened a door.", subject=Door, parameters=("by",))
SHUT = declare("door.shut", "Somebody shut a door.", subject=Door)
RANG = declare("bell.rang", "A bell rang.", subject=None)


class Heard(list[str]):
    """A listener that remembers what it heard."""

    def saying(self, word: str) -> Any:
        """Return a listener that remembers ``word``."""
        return lambda event: self.append(f"{word} {event.name}")


@pytest.fixture
def heard() -> Heard:
    """Nothing yet."""
    return Heard()


def opened(by: str = "maya") -> Event:
    """A door was opened."""
    return Event(OPENED, Door(), {"by": by})


def test_listeners_hear_by_priority_and_equals_in_the_order_of_registration(heard: Heard) -> None:
    """Higher first; without a priority, first come first."""
    dispatcher = Dispatcher(
        [
            listen(OPENED, heard.saying("first")),
            listen(OPENED, heard.saying("late"), priority=-5),
            listen(OPENED, heard.saying("second")),
            listen(OPENED, heard.saying("early"), priority=5),
            listen(SHUT, heard.saying("never")),
        ]
    )

    dispatcher.notify(opened())

    assert heard == ["early door.opened", "first door.opened", "second door.opened", "late door.opened"]


def test_notify_returns_the_event_with_what_listeners_saw(heard: Heard) -> None:
    """A listener reads subject and parameters as in the talk."""
    event = opened()
    seen: list[Any] = []

    returned = Dispatcher([listen(OPENED, lambda e: seen.extend([e.subject, e["by"]]))]).notify(event)

    assert returned is event
    assert seen == [event.subject, "maya"]


def test_a_stopped_event_reaches_no_further_listener(heard: Heard) -> None:
    """A listener can have the last word."""
    dispatcher = Dispatcher(
        [listen(OPENED, heard.saying("a")), listen(OPENED, Event.stop), listen(OPENED, heard.saying("b"))]
    )

    assert dispatcher.notify(opened()).stopped is True
    assert heard == ["a door.opened"]
    assert dispatcher.notify(Event(SHUT, Door())).stopped is False


def test_a_failing_listener_is_named_with_the_event_and_the_cause_is_kept(heard: Heard) -> None:
    """Whoever reads the log knows where to look; later listeners are not told."""

    def creak(event: Event) -> None:
        raise ZeroDivisionError(event["by"])

    with pytest.raises(ListenerFailed) as failed:
        Dispatcher([listen(OPENED, creak), listen(OPENED, heard.saying("b"))]).notify(opened("x"))

    name = f"{__name__}.{creak.__qualname__}"
    assert str(failed.value) == f"{name} failed on door.opened: ZeroDivisionError: x"
    assert failed.value.data == {"listener": name, "event": "door.opened"}
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert heard == []


def test_a_refusal_of_a_listener_passes_through() -> None:
    """A listener may refuse the deed itself; the caller sees the refusal, not a failure."""

    def refuse(_: Event) -> None:
        raise Conflict("The door is locked.")

    with pytest.raises(Conflict, match=r"The door is locked\."):
        Dispatcher([listen(OPENED, refuse)]).notify(opened())


def test_the_innermost_failing_listener_is_the_one_that_is_named() -> None:
    """A listener that tells of a second event is not blamed for what went wrong there."""

    def fail(_: Event) -> None:
        raise RuntimeError("no bell")

    inner = Dispatcher([listen(RANG, fail)])
    outer = Dispatcher([listen(OPENED, lambda _: inner.notify(Event(RANG)))])

    with pytest.raises(ListenerFailed, match=r"fail failed on bell\.rang: RuntimeError: no bell"):
        outer.notify(opened())


def test_a_pattern_hears_every_event_that_begins_so_and_a_star_hears_all(heard: Heard) -> None:
    """Statistics count everything; a feature may hear all of another."""
    dispatcher = Dispatcher([listen("door.*", heard.saying("door")), listen("*", heard.saying("all"))])

    dispatcher.notify(opened())
    dispatcher.notify(Event(SHUT, Door()))
    dispatcher.notify(Event(RANG))

    assert heard == ["door door.opened", "all door.opened", "door door.shut", "all door.shut", "all bell.rang"]


class Porter:
    """A listener with dependencies, made only when it is needed."""

    made = 0

    def __init__(self, heard: Heard) -> None:
        Porter.made += 1
        self.heard = heard

    def on_door_opened(self, event: Event) -> None:
        """Remember who opened."""
        self.heard.append(f"porter {event['by']}")

    def on_door_shut(self, _: Event) -> None:
        """Remember that it is shut."""
        self.heard.append("porter shut")

    @classmethod
    def subscribed_events(cls) -> Mapping[str, str | tuple[str, int]]:
        """Both."""
        return {OPENED: "on_door_opened", SHUT: ("on_door_shut", 10)}


def test_a_listener_class_is_made_from_the_container_when_its_event_comes(heard: Heard) -> None:
    """A request that raises no such event pays nothing for the listener."""
    before = Porter.made
    dispatcher = Dispatcher([listen(OPENED, Porter, "on_door_opened")], resolve=lambda cls: cls(heard))

    dispatcher.notify(Event(SHUT, Door()))
    assert Porter.made == before
    dispatcher.notify(opened())

    assert Porter.made == before + 1
    assert heard == ["porter maya"]


def test_a_subscriber_lists_what_it_hears_and_with_which_priority(heard: Heard) -> None:
    """Class or object, the list is its own."""
    assert subscribe(Porter) == (
        Registration(OPENED, Porter, "on_door_opened"),
        Registration(SHUT, Porter, "on_door_shut", priority=10),
    )

    dispatcher = Dispatcher([listen(SHUT, heard.saying("before")), *subscribe(Porter(heard))])
    dispatcher.notify(Event(SHUT, Door()))
    dispatcher.notify(opened())

    assert heard == ["porter shut", "before door.shut", "porter maya"]


def test_listeners_can_be_asked_who_hears(heard: Heard) -> None:
    """``opensky events`` prints this."""
    listeners = Listeners(
        [listen("door.*", Porter, "on_door_shut"), listen(SHUT, Porter, "on_door_opened", priority=1)]
    )

    assert [r.name for r in listeners.of(SHUT)] == [
        f"{__name__}.Porter.on_door_opened",
        f"{__name__}.Porter.on_door_shut",
    ]
    assert listeners.of(RANG) == ()


def nothing(_: Event) -> None:
    """Hear and do nothing."""


def test_a_registration_for_what_is_not_there_is_refused() -> None:
    """Mistakes in the wiring stop the start, not the first customer."""
    with pytest.raises(UnknownEvent, match=r"did you mean 'door\.opened'"):
        listen("door.open", nothing)
    with pytest.raises(WrongListener, match=r"No declared event begins with 'window\.'"):
        listen("window.*", nothing)
    for pattern in ("*.opened", "door*", "door.*.*"):
        with pytest.raises(WrongListener, match="must be a name, a beginning"):
            listen(pattern, nothing)
    with pytest.raises(WrongListener, match="Porter has no method 'on_bell'"):
        listen(RANG, Porter, "on_bell")
    with pytest.raises(WrongListener, match="Porter has no method ''"):
        listen(RANG, Porter)


def test_a_subscriber_without_its_method_is_refused() -> None:
    """Object and class alike."""

    class Deaf:
        @classmethod
        def subscribed_events(cls) -> Mapping[str, str | tuple[str, int]]:
            return {RANG: "on_bell_rang"}

    for subscriber in (Deaf, Deaf()):
        with pytest.raises(WrongListener, match="Deaf has no method 'on_bell_rang'"):
            subscribe(subscriber)


def test_an_event_that_is_not_as_declared_is_refused() -> None:
    """Name, subject and parameters are checked where the event is made."""
    with pytest.raises(UnknownEvent, match=r"No event 'door\.gone' is declared"):
        Event("door.gone", Door())
    with pytest.raises(WrongEvent, match=r"'door\.opened' lacks by\."):
        Event(OPENED, Door())
    with pytest.raises(WrongEvent, match=r"'door\.opened' lacks by and has undeclared how, who\."):
        Event(OPENED, Door(), {"who": 1, "how": 2})
    with pytest.raises(WrongEvent, match=r"is about Door, not str\."):
        Event(SHUT, "door")
    with pytest.raises(WrongEvent, match=r"is about no subject, not Door\."):
        Event(RANG, Door())


def test_an_event_does_not_carry_live_objects(clock: Any) -> None:
    """An object would be stale where the event arrives; its id is not."""
    seller = Seller(id=1, slug="maya", name="Maya", joined_at=clock.now())  # type: ignore[arg-type]

    with pytest.raises(WrongEvent, match="was given an object as 'by'; give its id"):
        Event(OPENED, Door(), {"by": seller})


def test_asking_an_event_for_what_it_does_not_carry_says_what_it_carries() -> None:
    """The error is the documentation."""
    with pytest.raises(WrongEvent, match=r"carries no 'who'; it carries by\."):
        opened()["who"]
    with pytest.raises(WrongEvent, match=r"carries no 'who'; it carries nothing\."):
        Event(RANG)["who"]
