"""The bus as it runs: which flows there are, what their services are, and how a worker is made of them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dishka import Container, Provider, Scope, from_context, make_container, provide

from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.webhooks import WebhookKeys
from opensky.messaging import Nudger, Outgoing
from opensky.osis.flows.alerts import post_alert
from opensky.osis.flows.events import sling
from opensky.osis.flows.fraud import check_fraud
from opensky.osis.flows.mail import send_letter
from opensky.osis.flows.shipments import ShipmentFile, open_document, open_file, relay, report, tell_end
from opensky.osis.flows.webhooks import end_pause, post_webhook
from opensky.osis.partners.alerts import AlertHook
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, SimulatedFraudCheck
from opensky.osis.partners.fulfillment_works import PARTNER, DropFolder
from opensky.osis.partners.merchants import Merchants
from opensky.osis.runtime import Flow, Worker, message
from opensky.osis.runtime.handling import Scopes
from opensky.osis.runtime.hands import Report
from opensky.osis.runtime.worker import silent
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.wiring.databases import open_database
from opensky.wiring.loops import for_ever
from opensky.wiring.mail import MailPost
from opensky.wiring.messages import BUS, remote_queues
from opensky.wiring.nodes import ClaimedIds
from opensky.wiring.stats import bus_stats, watch_of

FLOWS: tuple[Flow, ...] = (
    sling,
    check_fraud,
    post_webhook,
    end_pause,
    open_file,
    open_document,
    relay,
    report,
    tell_end,
    send_letter,
    post_alert,
)
"""Every flow of the shop; a further one is a further name here."""


class Partners(Provider):
    """Whom flows talk to: services that live as long as the process, and are made when a flow first asks for them."""

    scope = Scope.APP

    @provide
    def devo(self, settings: Settings, clock: Clock, stats: Stats) -> Iterator[Devo]:
        devo = Devo(settings.devo_address, settings.secret_key, clock, watch=watch_of(stats))
        yield devo
        devo.close()

    @provide
    def merchants(self, settings: Settings, stats: Stats) -> Merchants:
        return Merchants(inside=settings.loopback, watch=watch_of(stats))

    @provide
    def webhook_keys(self, settings: Settings) -> WebhookKeys:
        return WebhookKeys(settings.secret_key)

    @provide
    def alert_hook(self, settings: Settings, keys: WebhookKeys, clock: Clock, stats: Stats) -> AlertHook:
        return AlertHook(settings.alerts.get("webhook", ""), keys, clock, watch_of(stats))

    @provide
    def fraud_check(self, settings: Settings, stats: Stats) -> FraudCheck:
        return SimulatedFraudCheck(settings.fraud_check_ms / 1000, watch_of(stats))

    @provide
    def drop_folder(self, settings: Settings, stats: Stats) -> DropFolder:
        return DropFolder(settings.data / "partners" / PARTNER, watch_of(stats))


class Bus(Provider):
    """What the bus itself is made of. OSIS has no managers of DEVO: it sends messages and calls back."""

    scope = Scope.APP
    settings = from_context(Settings, scope=Scope.APP)
    clock = provide(SystemClock, provides=Clock)

    @provide
    def ids(self, settings: Settings, clock: Clock) -> Iterator[IdGenerator]:
        ids = ClaimedIds(settings.data / "run" / "ids", settings.node, clock)
        yield ids
        ids.close()

    @provide
    def database(self, settings: Settings, clock: Clock, ids: IdGenerator, stats: Stats) -> Iterator[Database]:
        database = open_database(settings, ids=ids, clock=clock, watch=watch_of(stats))
        yield database
        database.close()

    @provide
    def nudger(self, settings: Settings) -> Iterator[Nudger]:
        nudger = Nudger(settings.data / "run" / BUS)
        yield nudger
        nudger.close()

    @provide
    def stats(self, settings: Settings) -> Iterator[Stats]:
        stats = bus_stats(settings)
        stats.start()
        yield stats
        stats.stop()

    @provide(scope=Scope.REQUEST)
    def unit_of_work(self, database: Database) -> Iterator[UnitOfWork]:
        with database.unit_of_work() as unit:
            yield unit


def bus_container(settings: Settings, *more: Provider) -> Container:
    """Return the container of the bus: small, as its process is to be. ``more`` providers replace or add to ours."""
    providers = (Bus(), Partners(), MailPost(), *more)
    return make_container(*providers, context={Settings: settings}, lock_factory=threading.Lock)


def worker(app: Container, flows: tuple[Flow, ...] = FLOWS, *, report: Report = silent) -> Worker:
    """Return a worker for flows, whose services the container makes."""
    settings = app.get(Settings)
    database, ids, nudger = app.get(Database), app.get(IdGenerator), app.get(Nudger)
    remote = remote_queues(settings)

    def client(unit: UnitOfWork) -> Outgoing:
        return Outgoing(unit, ids, nudger, remote, settings.large_message_bytes)

    return Worker(
        database,
        flows,
        scopes(app),
        client,
        settings.data / "run" / BUS,
        threads=settings.bus_threads,
        report=report,
        stats=app.get(Stats),
    )


def scopes(app: Container) -> Scopes:
    """Return what opens a scope for one message."""

    @contextmanager
    def opened() -> Iterator[Callable[[type], Any]]:
        with app() as scope:
            yield scope.get

    return opened


LOOK_FOR_FILES = 2.0
"""Seconds between two looks into the folders of partners."""
BROKEN_OFF = 30.0
"""A file that has no end and has not grown for so many seconds has broken off."""


def watch_folders(app: Container, *, report: Report = silent) -> None:
    """Look for files of partners, in a thread of its own, for as long as the process lives."""

    def look() -> None:
        while True:
            hand_in(app, time.time())
            time.sleep(LOOK_FOR_FILES)

    for_ever("folders", look, report)


def hand_in(app: Container, now: float) -> int:
    """Send a message for each file that waits; return how many. A file is taken by the flow, so two messages do no harm."""
    names = app.get(DropFolder).waiting(now, BROKEN_OFF)
    if names:
        with app.get(Database).unit_of_work() as unit:
            client = Outgoing(unit, app.get(IdGenerator), app.get(Nudger), remote_queues(app.get(Settings)))
            for name in names:
                client.send(message(ShipmentFile(name)))
            unit.commit()
    return len(names)
