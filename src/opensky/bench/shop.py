"""A shop to be measured: made in a folder of its own, run as ``opensky up`` runs it, stopped when done."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from opensky.bench.browsing import Browser
from opensky.bench.processes import command, tree
from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.members.passwords import Passwords
from opensky.devo.products import cards
from opensky.devo.products.objects import Category, Picture, Product, ProductId, StockItem, Variant
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.money import Money
from opensky.persistence import Database
from opensky.settings import PREFIX, Settings
from opensky.wiring import open_database

PASSWORD = "a bench of oak and ash"  # noqa: S105 - of a shop that lives for a minute
SELLERS = 300
FOLLOWED = 200
_START_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is up: where, and the process at its root."""

    host: str
    port: int
    pid: int
    data: Path = Path()
    """The folder of a shop; the floor has none."""

    def browser(self) -> Browser:
        """Open a visitor."""
        return Browser(self.host, self.port)

    def processes(self) -> list[int]:
        """Return all processes of the server."""
        return tree(self.pid)

    def web_processes(self) -> list[int]:
        """Return the processes of the web tier alone: the server's first one and its workers."""
        root = next((p for p in self.processes() if "opensky.cli.web" in command(p)), self.pid)
        return tree(root)

    def bus_processes(self) -> list[int]:
        """Return the processes of the service bus; the floor has none."""
        return [pid for pid in self.processes() if "opensky.cli.bus_program" in command(pid)]


@contextmanager
def shop(products: int, workers: int, **settings: str) -> Iterator[Running]:
    """Run a shop with so many products of ``SELLERS`` sellers; one member follows ``FOLLOWED`` of them. ``settings`` are its own."""
    with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
        data = Path(folder)
        fill(data, products)
        port = free_port()
        arguments = ["up", "--empty", "--data", folder, "--port", str(port), "--workers", str(workers)]
        command_line = [sys.executable, "-P", "-m", "opensky.cli", *arguments]
        environment = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
        with _running(command_line, port, data / "up.log", environment) as running:
            yield replace(running, data=data)


@contextmanager
def floor(workers: int) -> Iterator[Running]:
    """Run the bare endpoint on the same server, set up alike."""
    with tempfile.TemporaryDirectory(prefix="opensky-floor-") as folder:
        port = free_port()
        arguments = ["--interface", "asgi", "--workers", str(workers), "--port", str(port), "--no-ws", "--http", "1"]
        granian = [sys.executable, "-m", "granian", *arguments, "opensky.bench.floor:app"]
        with _running(granian, port, Path(folder) / "floor.log") as running:
            yield running


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fill(data: Path, products: int) -> None:
    """Write the shop that is measured into a data folder."""
    settings = Settings.load({"OPENSKY_DATA": str(data)})
    database = open_database(settings)
    try:
        database.create()
        _fill(database, products)
        cards.rebuild(database)
    finally:
        database.close()


def _fill(database: Database, products: int) -> None:
    now = database.clock.now()
    sellers = [
        Seller(
            id=SellerId(1000 + i),
            slug=f"maker-{i}",
            name=f"Maker {i}",
            craft="Ceramics",
            town="Hudson",
            sentence="Makes one thing well.",
            picture=f"demo/maker-{i}.svg",
            joined_at=now,
        )
        for i in range(SELLERS)
    ]
    goods = [_product(database, i, sellers[i % SELLERS], products) for i in range(products)]
    hashed = Passwords().hash(PASSWORD)
    members = [
        Member(
            id=MemberId(50 + i), email=f"bench{i}@example.org", name=f"Bench {i}", password_hash=hashed, joined_at=now
        )
        for i in range(8)
    ]
    follows = [
        {"member_id": 50, "seller_id": s.id, "followed_at": now - timedelta(minutes=i)}
        for i, s in enumerate(sellers[:FOLLOWED])
    ]
    with database.bulk() as bulk:
        bulk.documents(Category, [Category(id=1, slug="table", name="Table", sentence="For the table.")])
        bulk.documents(Seller, sellers)
        bulk.documents(Product, goods)
        bulk.documents(Member, members)
        stock = ({"sku": v.sku, "product_id": p.id, "on_hand": 1_000_000} for p in goods for v in p.variants)
        bulk.rows(StockItem, stock)
        bulk.rows(Follow, follows)
        bulk.rows(FollowerCount, [{"seller_id": s.id, "followers": int(i < FOLLOWED)} for i, s in enumerate(sellers)])
        bulk.rows(FollowingCount, [{"member_id": 50, "following": FOLLOWED}])
        bulk.commit()


def _product(database: Database, number: int, seller: Seller, products: int) -> Product:
    at = database.clock.now() - timedelta(minutes=products - number)
    variants = [
        Variant(sku=f"SKU{number}-{v}", name=name, price=Money(1500 + 10 * v))
        for v, name in enumerate(("Small", "Large"))
    ]
    return Product(
        id=ProductId(100_000 + number),
        seller_id=seller.id,
        slug=f"bowl-{number}",
        name=f"Bowl number {number}, in oatmeal",
        words="I throw these on quiet mornings, and each one sits differently in the hand.",
        description="Stoneware, glazed inside and out. Holds a good helping. Dishwasher safe, though it prefers your hands.",
        categories=["table"],
        variants=variants,
        pictures=[Picture(path=f"demo/bowl-{number}.svg", alt=f"A round bowl, number {number}")],
        status="published",
        created_at=at,
        published_at=at,
    )


@contextmanager
def _running(
    arguments: list[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            arguments, stdout=out, stderr=subprocess.STDOUT, env=os.environ | (environment or {})
        )
    try:
        _wait(process, port, log)
        yield Running("127.0.0.1", port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        browser = Browser("127.0.0.1", port)
        try:
            if browser.get("/").status:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            browser.close()
    said = log.read_text("utf-8", "replace")[-2000:]
    message = f"The server to be measured did not start. It said:\n{said}"
    raise OpenSkyError(message)
