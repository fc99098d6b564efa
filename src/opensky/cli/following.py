"""What the database knows of a request beside the logs: the journeys that it began, their messages, and the letters among them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dishka import Container

from opensky.cli.shop import opened
from opensky.devo.bus.views import JourneyView, MessageLine
from opensky.devo.bus.watching import BusWatch
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.kernel.ids import read_id
from opensky.kernel.masking import cleaned
from opensky.logs.reading import Line
from opensky.mail.objects import Delivery
from opensky.messaging import About
from opensky.messaging.traces import REQUEST
from opensky.persistence import UnitOfWork
from opensky.persistence.history.keys import key_text


class Known(NamedTuple):
    """Journeys and requests that belong together, and lines as if they had been written, of messages and letters."""

    journeys: set[str]
    requests: set[str]
    sentences: list[str]
    steps: list[Line]


def known_of(data: Path | None, *names: str) -> Known:
    """Return what the shop of a data folder knows of these; nothing where there is no shop, but copies of its logs."""
    known = Known(set(), set(), [], [])
    with suppress(Misconfigured), opened(data) as shop, shop() as scope:
        for view in _journeys(scope, names):
            known.journeys.add(str(view.correlation))
            known.requests.update(view.requests)
            known.sentences.append(_sentence(view))
            known.steps.extend(_steps(scope.get(UnitOfWork), view))
    return known


def _journeys(scope: Container, names: Iterable[str]) -> Iterator[JourneyView]:
    watch = scope.get(BusWatch)
    seen: set[int] = set()
    for name in names:
        found: list[JourneyView] = []
        number = read_id(name)
        with suppress(NotFound):
            if number is not None:
                found = [watch.journey(number)]
            elif not (found := watch.journeys_of(About(REQUEST, name))):
                order = scope.get(OrderManager).by_number(name)
                found = watch.journeys_of(About(Order.__name__, key_text(order.id)))
        for view in found:
            if view.correlation not in seen:
                seen.add(view.correlation)
                yield view


def _sentence(view: JourneyView) -> str:
    about = ", ".join(f"{each.kind} {each.name}" for each in view.subjects)
    stands = f"{view.dead} dead" if view.dead else f"{view.live} on the way" if view.live else "all is done"
    return f"  journey {view.correlation}{f' about {about}' if about else ''}: {len(view.messages)} {'step' if len(view.messages) == 1 else 'steps'} in {view.lasted}, {stands}"


def _steps(unit: UnitOfWork, view: JourneyView) -> Iterator[Line]:
    for each in view.messages:
        ways = f"{each.sender} > {each.receiver}"
        yield _step(
            each,
            "sent",
            each.put_at,
            type=each.type,
            way=ways,
            **({"messages": each.number} if each.number > 1 else {}),
        )
        if each.at is not None:
            yield _step(each, "bus", each.at, type=each.type, state=each.state, said=each.said)
        letter = unit.get(Delivery, each.id)
        if letter is not None:
            at = letter.ended_at or letter.begun_at
            yield _step(
                each,
                "letter",
                at,
                kind=letter.kind,
                to=_hinted(letter.address),
                state=letter.state,
                said=cleaned(letter.answer),
            )


def _step(message: MessageLine, event: str, at: Any, **facts: Any) -> Line:
    return Line(at, "(tables)", {"event": event, "message": str(message.id), **facts})


def _hinted(address: str) -> str:
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"
