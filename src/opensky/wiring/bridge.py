"""The way to a broker: what units of work sent is published, and what comes for our flows is taken in, for as long as the bus lives."""

from dishka import Container

from opensky.messaging import Listener, Nudger
from opensky.messaging.owners import owner
from opensky.messaging.stomp import Intake, Relay, Servers, connect
from opensky.osis.runtime import Flow
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.wiring.bus import FLOWS
from opensky.wiring.loops import for_ever
from opensky.wiring.messages import BUS

_LOOK_SECONDS = 0.1
"""Without a nudge, as from another machine, the relay looks so often."""


def bridge(app: Container, flows: tuple[Flow, ...] = FLOWS, *, report: Report = silent) -> None:
    """Publish to the broker and take in from it, each in a thread of its own.

    Where the connection breaks, the servers of the list are tried in their order; if none answers, again a little later, for as long as it takes.
    """
    settings, database = app.get(Settings), app.get(Database)
    servers = Servers.read(settings.broker_url)
    ours = [flow.queue for flow in flows]
    relay = Relay(database, owner("relay"), redeems=ours.__contains__)
    intake = Intake(database, ours, app.get(Nudger), settings.large_message_bytes)
    nudges = settings.data / "run" / BUS

    def publish() -> None:
        with connect(servers) as connection, Listener(nudges) as listener:
            while True:
                if not relay.round(connection):
                    connection.receive(0.0)  # hears heart-beats and errors
                    listener.wait(_LOOK_SECONDS)

    def take_in() -> None:
        with connect(servers) as connection:
            intake.subscribe(connection)
            while True:
                intake.round(connection)

    for_ever("publish", publish, report)
    for_ever("take in", take_in, report)
