"""Flows: one step of a business process as a typed function on a queue.

What a flow yields is sent in the transaction that acknowledges its message, so a step has happened whole or not at all.
A flow is a plain function: call it in a test.
"""

import inspect
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints

from opensky.messaging import Message
from opensky.osis.runtime.errors import WrongFlow

_CHANCE = random.Random()  # our own: threads of the bus leave the one of all programs alone

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a failing message is tried again, and after how long: ``base`` seconds, doubled each time, ``cap`` at most.

    A fifth of each pause is left to chance, so that what failed together does not come back together.
    """

    times: int = 5
    base: float = 10.0
    cap: float = 3600.0

    def pause(self, attempt: int) -> timedelta | None:
        """Return the pause after so many failed tries, or ``None`` if there were enough."""
        if attempt > self.times:
            return None
        seconds = min(self.base * 2 ** (attempt - 1), self.cap)
        return timedelta(seconds=seconds * _CHANCE.uniform(0.9, 1.1))


@dataclass(frozen=True, slots=True)
class Rate:
    """A throttle: at most so many messages in so many seconds, over all threads of a process."""

    messages: int
    seconds: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A function on a queue, and how it is run."""

    name: str
    queue: str
    function: Function
    takes: type
    parameter: str
    services: dict[str, type]
    raw: str
    joins: bool
    retry: Backoff
    timeout: timedelta
    limit: int = 0
    rate: Rate | None = None
    breaker: str = ""
    tap: str = ""
    sentence: str = ""
    sends: tuple[type, ...] = field(default=())

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function, as a test does."""
        return self.function(*arguments, **named)

    def outputs(self, **arguments: Any) -> list[Any]:
        """Call the function and return all that it yields or returns, in order."""
        made = self.function(**arguments)
        if made is None:
            return []
        return list(made) if isinstance(made, Iterator | list | tuple) and not hasattr(made, "_fields") else [made]


def flow(
    queue: str,
    *,
    retry: Backoff = Backoff(),
    limit: int = 0,
    rate: Rate | None = None,
    breaker: str = "",
    tap: str = "",
    timeout: float = 60.0,
    name: str = "",
) -> Callable[[Function], Flow]:
    """Make a function the flow of a queue.

    Its first parameter is the payload, typed; one annotated ``Message`` gets the message itself (``message.id`` is the
    idempotency key of whatever it calls); all others are services that the container makes.

    Args:
        queue: whose messages it handles.
        retry: how often and when a failed message is tried again before it is a dead letter.
        limit: how many at once in one process; 0 for as many as there are threads.
        rate: at most so many messages a time.
        breaker: name of the third party that it depends on: while that is down, its messages stay in the queue.
        tap: a queue that gets a copy of each handled message.
        timeout: seconds after which a handling that does not end is given up.
        name: other than that of the function.

    Raises:
        WrongFlow: the function has no typed payload.
    """
    seconds = timedelta(seconds=timeout)
    return lambda function: replace(
        _read(function, queue, name, retry, seconds, joins=False), limit=limit, rate=rate, breaker=breaker, tap=tap
    )


def join(
    queue: str, *, retry: Backoff = Backoff(), timeout: float = 60.0, name: str = ""
) -> Callable[[Function], Flow]:
    """Make a function the flow that is called once, with all parts, when the last part of a split has come to ``queue``.

    Its payload is annotated ``list[Part]``. A split is what one flow yielded at once; a part stays part of it through flows that yield
    one output for one message.
    """
    return lambda function: _read(function, queue, name, retry, timedelta(seconds=timeout), joins=True)


def _read(function: Function, queue: str, name: str, retry: Backoff, timeout: timedelta, *, joins: bool) -> Flow:
    """Read the signature of a function, and refuse one that cannot be a flow."""
    label = f"{function.__module__}.{function.__qualname__}"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise WrongFlow(
            f"{label}: a flow is a plain function; write def instead of async def (it has a thread to wait in)."
        )
    hints = get_type_hints(function)
    returns = hints.pop("return", None)
    raw = next((each for each, hint in hints.items() if hint is Message), "")
    typed = [each for each in inspect.signature(function).parameters if each != raw]
    if not typed or typed[0] not in hints:
        raise WrongFlow(f"{label}: the first parameter of a flow is its payload and wants a type.")
    takes = hints[typed[0]]
    if joins != (get_origin(takes) is list):
        raise WrongFlow(f"{label}: a @join takes a list of payloads, a @flow takes one.")
    if missing := [each for each in typed[1:] if each not in hints]:
        raise WrongFlow(f"{label}: {', '.join(missing)} must name the class of a service.")
    taken = get_args(takes)[0] if joins else takes
    made = getattr(taken, "__payload__", None)
    if made is not None and made.queue != queue:
        raise WrongFlow(f"{label}: {taken.__name__} is the payload of {made.queue!r}, and the flow is on {queue!r}.")
    return Flow(
        name=name or function.__name__,
        queue=queue,
        function=function,
        takes=taken,
        parameter=typed[0],
        services={each: hints[each] for each in typed[1:]},
        raw=raw,
        joins=joins,
        retry=retry,
        timeout=timeout,
        sentence=(inspect.getdoc(function) or "").partition("\n")[0],
        sends=_sent(returns),
    )


def _sent(returns: Any) -> tuple[type, ...]:
    """Return the payload classes that a return annotation names: ``Iterator[A | B]``, ``A``, ``list[A]``."""
    if hasattr(returns, "__payload__"):
        return (returns,)
    return tuple(each for part in get_args(returns) for each in _sent(part))


def check(flows: Sequence[Flow]) -> None:
    """Refuse two flows on one queue, or of one name.

    Raises:
        WrongFlow: which two.
    """
    queues: dict[str, Flow] = {}
    names: dict[str, Flow] = {}
    for each in flows:
        for known, what in ((queues, each.queue), (names, each.name)):
            other = known.setdefault(what, each)
            if other is not each:
                raise WrongFlow(f"Flows {other.name!r} and {each.name!r} are both on or called {what!r}.")
