"""The flows of the bus, as the admin names them. DEVO and OSIS share messages, never code; this is the one place that knows both."""

from collections.abc import Mapping
from typing import Any

from dishka import Provider, Scope, provide

from opensky.devo.bus.objects import DEVO, FlowNote, Flows
from opensky.messaging import DeadLetters, Nudger
from opensky.persistence import Database

_PARTNERS = "opensky.osis."
"""Services of a flow that stand in this room are third parties, or DEVO: whom a journey reaches."""
BEGINS: Mapping[str, str] = {"shipments.file": "Fulfillment Works"}
"""Where the first messages of a queue come from, if not from DEVO."""


class BusViews(Provider):
    """What the admin needs to look into the bus."""

    scope = Scope.APP

    @provide
    def letters(self, database: Database, nudger: Nudger) -> DeadLetters:
        return DeadLetters(database, nudger)

    @provide
    def flows(self) -> Flows:
        # Only who looks into the bus pays for importing OSIS: a worker of the web is to stay small.
        from opensky.osis.partners.devo import Devo  # noqa: PLC0415
        from opensky.osis.runtime import Flow, Reject  # noqa: PLC0415
        from opensky.osis.runtime.payloads import opened  # noqa: PLC0415
        from opensky.wiring.bus import FLOWS  # noqa: PLC0415

        by_queue = {flow.queue: flow for flow in FLOWS}

        def note(flow: Flow) -> FlowNote:
            others = [each for each in flow.services.values() if each.__module__.startswith(_PARTNERS)]
            return FlowNote(
                queue=flow.queue,
                name=flow.name,
                sentence=flow.sentence,
                sends=frozenset(each.__name__ for each in flow.sends),
                asks=tuple(each.__name__ for each in others if each is not Devo),
                calls_back=Devo in others,
                begins=BEGINS.get(flow.queue, DEVO),
            )

        def problem(queue: str, parameters: Mapping[str, Any]) -> str:
            if queue not in by_queue:
                return ""
            try:
                opened(parameters, by_queue[queue].takes)
            except Reject as error:
                return str(error)
            return ""

        return Flows([note(flow) for flow in FLOWS], problem)
