"""Providers: how each thing that a constructor names is made, and how long it lives."""

from collections.abc import Iterator

from dishka import AnyOf, Container, Provider, Scope, from_context, provide

from opensky.devo.benefits.levels import Levels
from opensky.devo.feed.tail import SellerTail
from opensky.devo.members.passwords import Passwords
from opensky.devo.orders.parcels import Parcels
from opensky.devo.orders.sharing import Sharing
from opensky.devo.payments.gateway import PaymentGateway
from opensky.devo.payments.trial import TestGateway
from opensky.devo.payments.watched import WatchedGateway
from opensky.devo.products.known import KnownCards
from opensky.devo.rewards.giving import Givers, Giving
from opensky.devo.rewards.knowing import KnownRules
from opensky.devo.rewards.replays import Replayer
from opensky.devo.shares.remembering import CameThrough
from opensky.devo.shipments.repository import LeftParcels
from opensky.events import Dispatcher, Listeners, listen
from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.mail.rendering import Renderer
from opensky.messaging import Routes
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.persistence.history.recording import Recorder
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.web import Exchange, Sessions, Throttles, Tokens, Visitor
from opensky.web.reference import ApiReference
from opensky.wiring.acting import Acting
from opensky.wiring.databases import open_database
from opensky.wiring.features import CONTROLLERS, FRAME, SERVICES, WEB_SERVICES
from opensky.wiring.listeners import LIFECYCLE, REGISTRATIONS
from opensky.wiring.mail import renderer
from opensky.wiring.messages import Slinger, forwarding
from opensky.wiring.nodes import ClaimedIds
from opensky.wiring.rewards import asked_about
from opensky.wiring.stats import COUNTED_FIRST, EventCounter, watch_of, web_stats


class Application(Provider):
    """Lives as long as the process. Nothing is opened before it is first used."""

    scope = Scope.APP
    settings = from_context(Settings, scope=Scope.APP)

    @provide
    def clock(self) -> Clock:
        return SystemClock()

    @provide
    def ids(self, settings: Settings, clock: Clock) -> Iterator[AnyOf[IdGenerator, ClaimedIds]]:
        ids = ClaimedIds(settings.data / "run" / "ids", settings.node, clock)
        yield ids
        ids.close()

    @provide
    def database(self, settings: Settings, clock: Clock, ids: IdGenerator, stats: Stats) -> Iterator[Database]:
        database = open_database(settings, ids=ids, clock=clock, watch=watch_of(stats))
        database.lifecycle.add(*LIFECYCLE)
        yield database
        database.close()

    passwords = provide(Passwords)
    known_cards = provide(KnownCards)
    known_rules = provide(KnownRules)
    replayer = provide(Replayer)
    levels = provide(Levels)
    recorder = provide(Recorder)
    acting = provide(Acting)

    @provide
    def tail(self, clock: Clock) -> SellerTail:
        return SellerTail(clock)

    @provide
    def gateway(
        self, settings: Settings, database: Database, ids: IdGenerator, clock: Clock, stats: Stats
    ) -> PaymentGateway:
        return WatchedGateway(_gateway(settings, database, ids, clock), stats, watch_of(stats))

    @provide
    def renderer(self, settings: Settings) -> Renderer:
        return renderer(settings)

    @provide
    def stats(self, settings: Settings) -> Iterator[Stats]:
        stats = web_stats(settings)
        yield stats
        stats.stop()

    @provide
    def listeners(self, routes: Routes, settings: Settings, stats: Stats) -> Listeners:
        counting = [listen("*", EventCounter(stats), priority=COUNTED_FIRST)] if stats.sends else []
        return Listeners((*counting, *asked_about(REGISTRATIONS, settings), *forwarding(routes)))


def _gateway(settings: Settings, database: Database, ids: IdGenerator, clock: Clock) -> PaymentGateway:
    if not settings.payment_url:
        return TestGateway(database, ids, clock, settings)
    from opensky.devo.payments.braintree import BraintreeGateway  # noqa: PLC0415 - an extra that may not be installed

    return BraintreeGateway(settings.payment_url)


class Job(Provider):
    """Lives as long as one job or command. Whoever opens the scope commits its unit of work."""

    scope = Scope.REQUEST

    @provide
    def reader(self, database: Database) -> Iterator[Reader]:
        with database.reader() as reader:
            yield reader

    @provide
    def unit_of_work(self, database: Database, acting: Acting, scope: Container) -> Iterator[UnitOfWork]:
        with database.unit_of_work() as unit_of_work:
            unit_of_work.resolve = scope.get
            yield acting.job(unit_of_work)


class Request(Provider):
    """Lives as long as one HTTP request, whose kernel opens and commits."""

    scope = Scope.REQUEST
    exchange = from_context(Exchange, scope=Scope.REQUEST)
    visitor = from_context(Visitor, scope=Scope.REQUEST)
    sessions = provide(Sessions)
    tokens = provide(Tokens)

    @provide
    def reader(self, exchange: Exchange) -> Reader:
        return exchange.reader

    @provide
    def unit_of_work(self, exchange: Exchange, acting: Acting, scope: Container) -> UnitOfWork:
        unit_of_work = exchange.begin()
        unit_of_work.resolve = scope.get
        return acting.request(exchange, unit_of_work)

    @provide(scope=Scope.APP)
    def throttles(self, database: Database, clock: Clock, settings: Settings) -> Throttles:
        return Throttles(database, clock, settings.secret_key)


class Features(Provider):
    """Repositories, managers and listeners, made from what their constructors name."""

    scope = Scope.REQUEST

    def __init__(self) -> None:
        super().__init__()
        for service in SERVICES:
            self.provide(service)

    parcels = provide(LeftParcels, provides=Parcels)

    @provide
    def giving(self, scope: Container) -> Giving:
        return Giving(lambda: scope.get(Givers))

    @provide
    def dispatcher(self, listeners: Listeners, scope: Container) -> Dispatcher:
        return Dispatcher(listeners, scope.get, lambda event: scope.get(Slinger).sling(event))


class Controllers(Provider):
    """The classes whose routes the web serves."""

    scope = Scope.REQUEST
    sharing = provide(CameThrough, provides=Sharing)

    def __init__(self) -> None:
        super().__init__()
        for controller in (ApiReference, *WEB_SERVICES, *CONTROLLERS, FRAME):
            if controller is not None:
                self.provide(controller)
