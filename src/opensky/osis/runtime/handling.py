"""How one message is handled by its flow: the payload opened, the services made, the outputs written down, the message settled."""

import inspect
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from opensky.kernel.clock import Clock
from opensky.kernel.doing import carried
from opensky.messaging import Handled, Message, Outgoing, Queue
from opensky.osis.runtime.errors import Reject
from opensky.osis.runtime.flow import Flow
from opensky.osis.runtime.payloads import Later, message, opened
from opensky.osis.runtime.splitting import HEADER, gather, passed_on, place_of, split_headers
from opensky.persistence import Database, UnitOfWork

Scopes = Callable[[], AbstractContextManager[Callable[[type], Any]]]
"""Opens a scope in which services are made; ``UnitOfWork`` is one of them."""
Clients = Callable[[UnitOfWork], Outgoing]
"""Gives the client of a unit of work."""
CAUSE_LENGTH = 160


class Output(NamedTuple):
    """A message to be sent, and when."""

    message: Message
    later: Later | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A message that was handled, and what is to be sent for it."""

    handled: Handled
    outputs: list[Output]


class Handler:
    """Handles messages of flows. Safe for any number of threads."""

    def __init__(self, database: Database, queue: Queue, scopes: Scopes, clients: Clients) -> None:
        self._database = database
        self._queue = queue
        self._scopes = scopes
        self._clients = clients
        self._clock: Clock = database.clock

    def handle(self, flow: Flow, message: Message, owner: str) -> Outcome | None:
        """Handle a message.

        A flow without services has no part in a transaction: its outcome is returned, to be settled together with others. One
        with services shares its scope's unit of work with the acknowledgement, so that has happened when ``None`` is returned.

        Raises:
            Reject: it can never be handled.
            LeaseLost: somebody else has it by now; nothing was kept.
            Exception: whatever the flow raised; nothing was kept.
        """
        began = self._clock.now()
        if flow.joins:
            self._join(flow, message, owner, began)
            return None
        arguments = _arguments(flow, message, opened(message.parameters, flow.takes))
        if not flow.services:
            return self._outcome(flow, message, flow.outputs(**arguments), began)
        with self._scopes() as get:
            arguments |= {name: get(cls) for name, cls in flow.services.items()}
            outcome = self._outcome(flow, message, flow.outputs(**arguments), began)
            self._settle(get(UnitOfWork), [outcome], owner)
        return None

    def settle(self, outcomes: Sequence[Outcome], owner: str) -> None:
        """Send all outputs and acknowledge, in one transaction; raises ``LeaseLost``, and then nothing was kept."""
        with self._database.unit_of_work() as unit:
            self._settle(unit, outcomes, owner)

    def _settle(self, unit: UnitOfWork, outcomes: Sequence[Outcome], owner: str) -> None:
        done = [self._sent(unit, outcome) if outcome.outputs else outcome.handled for outcome in outcomes]
        self._queue.acknowledge(unit, done, owner)
        unit.commit()

    def _sent(self, unit: UnitOfWork, outcome: Outcome) -> Handled:
        """Send the outputs of a message, and say how many it were."""
        client = self._clients(unit)
        for output in outcome.outputs:
            when = output.later
            client.send(output.message, delay=when.delay if when else None, at=when.at if when else None)
        return outcome.handled._replace(sent=client.sent)

    def _join(self, flow: Flow, message: Message, owner: str, began: datetime) -> None:
        place, above = place_of(message)
        with self._scopes() as get:
            unit: UnitOfWork = get(UnitOfWork)
            bodies = gather(unit, flow, message, place)
            made: list[Any] = []
            if bodies is not None:
                arguments = _arguments(flow, message, [opened(body, flow.takes) for body in bodies])
                made = flow.outputs(**arguments, **{name: get(cls) for name, cls in flow.services.items()})
            outer = {k: v for k, v in message.headers.items() if k != HEADER} | ({HEADER: above} if above else {})
            outcome = self._outcome(flow, replace(message, headers=outer), made, began)
            self._settle(unit, [outcome], owner)

    def _outcome(self, flow: Flow, handled: Message, made: list[Any], began: datetime) -> Outcome:
        if not made and not flow.tap:
            return Outcome(Handled(handled, began, self._clock.now()), [])
        payloads = [each.payload if isinstance(each, Later) else each for each in made]
        splits = inspect.isgeneratorfunction(flow.function)
        headers = split_headers(handled, payloads) if splits else [passed_on(handled)] * len(payloads)
        history = (*handled.history, f"{flow.name}@{handled.id}")
        journey: dict[str, Any] = {"correlation": handled.correlation, "causation": handled.id, "history": history}
        about = carried()
        outputs = [
            Output(message(payload, headers=about | header, **journey), each if isinstance(each, Later) else None)
            for each, payload, header in zip(made, payloads, headers, strict=True)
        ]
        if flow.tap:
            copy = Message(
                queue_name=flow.tap, type=handled.type, parameters=handled.parameters, headers=about, **journey
            )
            outputs.append(Output(copy, None))
        return Outcome(Handled(handled, began, self._clock.now()), outputs)


def told(error: BaseException) -> str:
    """Return what a dead letter or a failed try says of an error: a reason, or the whole traceback."""
    return str(error) if isinstance(error, Reject) else "".join(traceback.format_exception(error))


def cause(error: BaseException) -> str:
    """Return what groups messages that failed of the same: class and message, without the numbers that differ."""
    line = f"{type(error).__name__}: {error}".splitlines()[0]
    return "".join("#" if c.isdigit() else c for c in line)[:CAUSE_LENGTH]


def _arguments(flow: Flow, message: Message, payload: Any) -> dict[str, Any]:
    arguments = {flow.parameter: payload}
    if flow.raw:
        arguments[flow.raw] = message
    return arguments
