"""A shop, OSIS beside it in the same process, and a merchant's own system behind a real port of this machine."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from dishka import Container, Provider, Scope

from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks.deliveries import DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager
from opensky.devo.webhooks.objects import WebhookDelivery, WebhookEndpoint
from opensky.devo.webhooks.repository import WebhookRepository
from opensky.devo.webhooks.telling import NAMES
from opensky.events import Dispatcher
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.webhooks import ID, SIGNATURE, TIMESTAMP, key_of, sign
from opensky.messaging import Outgoing
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring.containers import container


class Merchant(ThreadingHTTPServer):
    """Remembers what came, and answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.retry_after = ""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    @property
    def bodies(self) -> list[Any]:
        """What was told, in order."""
        return [msgspec.json.decode(body) for _, body in self.came]

    @property
    def types(self) -> list[str]:
        """The events that were told, in order."""
        return [body["type"] for body in self.bodies]

    def signed_by(self, secret: str, which: int = -1) -> bool:
        """Say whether a request bears a signature by this secret."""
        headers, body = self.came[which]
        return sign(key_of(secret), headers[ID], headers[TIMESTAMP], body) in headers[SIGNATURE].split()


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Remember, and answer."""
        server = self.server
        assert isinstance(server, Merchant)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(server.status)
        if server.retry_after:
            self.send_header("Retry-After", server.retry_after)
        said = b"" if server.status == 204 else b"said so"
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    made = Merchant()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def webhooks(unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, settings: Settings) -> WebhookManager:
    return WebhookManager(WebhookRepository(unit, reader), ids, clock, settings)


@pytest.fixture
def deliveries(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher
) -> DeliveryManager:
    return DeliveryManager(WebhookRepository(unit, reader), Outgoing(unit, ids), events, ids, clock)


@pytest.fixture
def maya(make: Factory, unit: UnitOfWork) -> Seller:
    made = make.seller(name="Maya", slug="maya")
    unit.commit()
    return made


@pytest.fixture
def again(unit: UnitOfWork) -> Callable[[Any], Any]:
    """Reads an endpoint or a delivery again."""

    def read(kept: WebhookEndpoint | WebhookDelivery) -> object:
        unit.rollback()
        found = unit.get(type(kept), kept.id)
        unit.rollback()
        assert found is not None
        return found

    return read


@pytest.fixture
def jobs(settings: Settings, clock: SetClock, database: Database) -> Iterator[Container]:
    """The shop's own container, with all its listeners: to be entered once for each job."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    made = container(settings, test)
    yield made
    made.close()


@pytest.fixture
def hook(webhooks: WebhookManager, maya: Seller, merchant: Merchant, unit: UnitOfWork) -> WebhookEndpoint:
    """An endpoint of Maya's that wants everything."""
    made = webhooks.create(maya.id, merchant.url, sorted(NAMES), "the till")
    unit.commit()
    return made


@pytest.fixture
def bowl(jobs: Container, maya: Seller, make: Factory, unit: UnitOfWork) -> Product:
    """A bowl of Maya's on show, of which nobody was told."""
    made = make.draft(maya, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL")])
    unit.commit()
    with jobs() as job:
        manager = job.get(ProductManager)
        manager.publish(manager.by_slug("bowl"))
        job.get(UnitOfWork).commit()
    unit.rollback()
    return made
