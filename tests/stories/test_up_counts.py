"""``opensky up`` counts all that happens, keeps it, and loses next to nothing when what keeps it is killed."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensky.stats.admin import asked
from opensky.stats.store import Store
from opensky.testing.buying import APPROVED, Buyer, processes_of, wait_for

pytestmark = [pytest.mark.slow]
STATS = "opensky.cli.stats_program"


class Counted:
    """What a shop has counted, as Graphite's interfaces tell it."""

    def __init__(self, shop: Any) -> None:
        self.data: Path = shop.data
        self.ports: dict[str, int] = json.loads((shop.data / "run" / "stats.json").read_text("utf-8"))

    def values(self, target: str) -> list[float]:
        """Return the points of the last minutes, of all series that fit."""
        return [value for value, _ in self._points(target)]

    def newest(self, target: str) -> float:
        """Return the second of the newest point that is not nothing."""
        return max(second for value, second in self._points(target) if value)

    def _points(self, target: str) -> list[tuple[float, float]]:
        asking = {"target": target, "from": "-10min", "format": "json"}
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports['graphite']}/render", params=asking, trust_env=False)
        except httpx.TransportError:
            return []
        return [(value, at) for series in answer.json() for value, at in series["datapoints"] if value is not None]

    def sum(self, target: str) -> float:
        return sum(self.values(target))

    def told(self, command: str) -> str:
        return asked(("127.0.0.1", self.ports["admin"]), command)

    def pid(self) -> int:
        """Return the id of the process that keeps it; 0 if there is none."""
        return next(iter(processes_of(self.data, STATS)), 0)


@pytest.fixture(scope="module")
def counting_shop(
    opened_shop: Callable[..., AbstractContextManager[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with opened_shop(tmp_path_factory.mktemp("counts") / "var") as shop:
        yield shop


def test_an_order_is_counted_within_five_seconds(counting_shop: Any) -> None:
    """With all that it took: answers, statements, the payment, the queue, and the money."""
    counted = Counted(counting_shop)
    with Buyer(counting_shop.address) as buyer:
        order = buyer.buy(APPROVED)
        bought = time.time()
        wait_for(lambda: counted.sum("stats.counters.order.paid.count") >= 1, "the order should be counted")
        assert counted.newest("stats.counters.order.paid.count") <= bought + 5
    assert counted.sum("stats.counters.money.paid.count") == round(float(order["total"]["amount"]) * 100)
    wait_for(lambda: counted.sum("stats.timers.bus.flows.*.count") > 0, "the bus should count")
    for timer in ("web.ms", "web.routes.POST_api_v1_orders", "sql.ms", "sql.insert", "sql.commit", "sql.waiting"):
        assert counted.sum(f"stats.timers.{timer}.count") > 0, timer
    assert counted.sum("stats.timers.third.payments.count") >= 1
    for gauge in ("web.slots", "bus.slots", "process.web.rss", "process.bus.count", "queues.*.ready", "members.active"):
        wait_for(partial(counted.values, f"stats.gauges.{gauge}"), gauge)
    assert counted.values("stats.gauges.web.slots")[-1] == 16  # two processes, eight threads each
    wait_for(lambda: counted.sum("stats.counters.process.web.beats.count") > 0, "the web should beat")
    assert counted.sum("stats.counters.stats.undeclared.count") == 0


def test_a_kill_loses_one_interval_at_most_and_breaks_nothing(counting_shop: Any) -> None:
    """The supervisor starts it again, on the same ports; what was kept is there, and what comes is kept."""
    counted = Counted(counting_shop)
    httpx.get(counting_shop.address, trust_env=False, timeout=60)
    wait_for(lambda: counted.sum("stats.timers.web.routes.GET_home.count") >= 1, "the page should be counted")
    before, killed = counted.sum("stats.timers.web.ms.count"), counted.pid()
    os.kill(killed, signal.SIGKILL)
    wait_for(
        lambda: counted.pid() not in {0, killed} and counted.values("stats.timers.web.ms.count"), "it should be started"
    )
    assert counted.sum("stats.timers.web.ms.count") >= before
    homes = counted.sum("stats.timers.web.routes.GET_home.count")
    httpx.get(counting_shop.address, trust_env=False, timeout=60)
    wait_for(lambda: counted.sum("stats.timers.web.routes.GET_home.count") == homes + 1, "it should count again")
    with Store(counting_shop.data / "stats", writable=False) as store:
        assert "stats.timers.web.ms.count" in store.find("stats.timers.web.ms.*")


@pytest.fixture
def rules(counting_shop: Any) -> Iterator[Path]:
    """The file of rules, which is gone again for whoever comes after."""
    file = counting_shop.data / "stats.toml"
    yield file
    file.unlink()
    counted = Counted(counting_shop)
    os.kill(counted.pid(), signal.SIGHUP)
    wait_for(lambda: json.loads(counted.told("config"))["percentiles"] == [95.0, 99.0], "all should be as before")


def test_its_rules_are_read_again_on_sighup(counting_shop: Any, rules: Path) -> None:
    """A file in the data folder says what to keep; one that cannot be read changes nothing."""
    counted = Counted(counting_shop)
    assert json.loads(counted.told("config"))["percentiles"] == [95.0, 99.0]
    rules.write_text("percentiles = [50, 95, 99]\n", "utf-8")
    os.kill(counted.pid(), signal.SIGHUP)
    wait_for(lambda: json.loads(counted.told("config"))["percentiles"] == [50.0, 95.0, 99.0], "it should read")
    rules.write_text("percentiles = nonsense\n", "utf-8")
    os.kill(counted.pid(), signal.SIGHUP)
    wait_for(lambda: "stats.rules_refused" in counting_shop.log, "it should refuse")
    assert json.loads(counted.told("config"))["percentiles"] == [50.0, 95.0, 99.0]
    assert counted.told("health") == "health: up\n"
