"""The bus as it runs: which flows there are, what their services are, how a worker is made of them, and the way to a broker."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dishka import Container

from opensky.kernel.ids import IdGenerator
from opensky.messaging import Nudger, Outgoing
from opensky.messaging.stomp import Intake, Relay, Servers, StompError, connect
from opensky.osis.runtime import Flow, Worker
from opensky.osis.runtime.handling import Scopes
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.wiring.messages import BUS, remote_queues

FLOWS: tuple[Flow, ...] = ()
"""Every flow of the shop; a further one is a further name here."""


def worker(app: Container, flows: tuple[Flow, ...] = FLOWS, *, report: Report = silent) -> Worker:
    """Return a worker for flows, whose services the container makes."""
    settings = app.get(Settings)
    database, ids, nudger = app.get(Database), app.get(IdGenerator), app.get(Nudger)
    remote = remote_queues(settings)

    def client(unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, ids, nudger, remote)

    return Worker(
        database,
        flows,
        scopes(app),
        client,
        settings.data / "run" / BUS,
        threads=settings.bus_threads,
        report=report,
    )


def scopes(app: Container) -> Scopes:
    """Return what opens a scope for one message."""

    @contextmanager
    def opened() -> Iterator[Callable[[type], Any]]:
        with app() as scope:
            yield scope.get

    return opened


AGAIN_SECONDS = 5.0
"""A broker that does not answer is tried again so often."""
_LOOK_SECONDS = 0.02


def bridge(app: Container, flows: tuple[Flow, ...] = FLOWS, *, report: Report = silent) -> None:
    """Publish to the broker and take in from it, each in a thread of its own, for as long as the process lives."""
    settings, database = app.get(Settings), app.get(Database)
    servers = Servers.read(settings.broker_url)
    relay = Relay(database, f"relay:{settings.node}:{os.getpid()}")
    intake = Intake(database, [flow.queue for flow in flows], app.get(Nudger))

    def publish() -> None:
        with connect(servers) as connection:
            while True:
                if not relay.round(connection):
                    connection.receive(0.0)  # hears heart-beats and errors
                    time.sleep(_LOOK_SECONDS)

    def take_in() -> None:
        with connect(servers) as connection:
            intake.subscribe(connection)
            while True:
                intake.round(connection)

    for work in (publish, take_in):
        threading.Thread(target=_for_ever, args=(work, report), name=work.__name__, daemon=True).start()


def _for_ever(work: Callable[[], None], report: Report) -> None:
    while True:
        try:
            work()
        except StompError as error:
            report("broker", error=str(error), again_in=AGAIN_SECONDS)
        except Exception as error:  # noqa: BLE001 - the database is gone or busy: say so, wait, go on
            report("cannot work", error=f"{type(error).__name__}: {error}", again_in=AGAIN_SECONDS)
        time.sleep(AGAIN_SECONDS)
