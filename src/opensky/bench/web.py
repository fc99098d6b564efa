"""``opensky bench web``: what a page, an API call, a follow and a whole order cost in CPU time, through HTTP.

A shop of 1,500 products runs as ``opensky up`` runs it. Its load takes turns, round by round, with that of a bare Litestar
endpoint on the same server. The CPU time is that of all processes of the shop, divided by the operations. What the bus does
for an order when it is paid (the fraud check, the mail) keeps nobody waiting: it is counted to its end, and told apart.
"""

import itertools
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from opensky.bench.browsing import Answer, Browser
from opensky.bench.flood import flood
from opensky.bench.processes import cpu_seconds, pss_megabytes
from opensky.bench.results import Metric, Results
from opensky.bench.shop import PASSWORD, Running, floor, shop
from opensky.kernel.errors import OpenSkyError

Operation = Callable[[Browser, int], None]
CLIENTS = 8
CONNECTIONS = 16
_PRODUCTS = 1400
_CARD = "4242424242424242"
_WARM_UP = 0.25
_RESTS_AFTER, _LOOKING = 0.5, 0.02
"""A bus that used the processor for no more than this in so many seconds has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of operation: how many a round, the target and the best peer in CPU-ms, and how it is done."""

    name: str
    count: int
    target: float
    peer: float | None
    operation: Operation | str
    """Something done by a browser, or a path to be flooded with GET requests; ``{number}`` in it is that of a product."""
    signed_in: bool = False
    goes_on: bool = False
    """Whether the bus goes on with it afterwards."""


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU-milliseconds an operation: of all processes but the bus until it is answered, and of all that comes of it later."""

    now: float
    later: float


def run(*, products: int = 1500, workers: int = 2, rounds: int = 5, scale: float = 1.0) -> Results:
    """Measure every scenario; the value is the median of the rounds, in CPU-milliseconds an operation.

    ``scale`` multiplies the number of operations of a round.
    """
    found: dict[str, list[Spent]] = {s.name: [] for s in SCENARIOS}
    bare: list[float] = []
    with shop(products, workers) as running, floor(workers) as below:
        guests, members, callers = (_visitors(running), _members(running), _visitors(below))
        for scenario in SCENARIOS:
            _load(running, scenario, members if scenario.signed_in else guests, int(scenario.count * _WARM_UP * scale))
        for _ in range(rounds):
            bare.append(_load(below, FLOOR, callers, int(FLOOR.count * scale)).now)
            for scenario in SCENARIOS:
                visitors = members if scenario.signed_in else guests
                found[scenario.name].append(_load(running, scenario, visitors, int(scenario.count * scale)))
        memory = (pss_megabytes(running.web_processes()), pss_megabytes(running.processes()))
    results = {"floor": Metric(value=statistics.median(bare), unit="CPU-ms")}
    for scenario in SCENARIOS:
        value = statistics.median(spent.now for spent in found[scenario.name])
        results[scenario.name] = Metric(value=value, unit="CPU-ms", target=scenario.target, peer=scenario.peer)
        results[f"{scenario.name}, times the floor"] = Metric(value=value / results["floor"].value, unit="x")
        if scenario.goes_on:
            later = statistics.median(spent.later for spent in found[scenario.name])
            results[f"{scenario.name}: on the bus, after it"] = Metric(value=later, unit="CPU-ms")
    results[f"memory of the web tier, {workers} workers"] = Metric(value=memory[0], unit="MB", target=120, peer=182)
    results["memory of everything that up runs"] = Metric(value=memory[1], unit="MB", target=250)
    return results


def _visitors(running: Running) -> list[Browser]:
    return [running.browser() for _ in range(CLIENTS)]


def _members(running: Running) -> list[Browser]:
    browsers = _visitors(running)
    for number, browser in enumerate(browsers):
        _log_in(browser, number)
    return browsers


def _load(running: Running, scenario: Scenario, browsers: list[Browser], count: int) -> Spent:
    """Do the operation ``count`` times (at least once for each) from several browsers."""
    count = max(count, CLIENTS)
    bus = running.bus_processes()
    others = [pid for pid in running.processes() if pid not in bus]
    before, before_bus = cpu_seconds(others), cpu_seconds(bus)
    if isinstance(scenario.operation, str):
        paths = (scenario.operation.format(number=number % _PRODUCTS) for number in itertools.count())
        cookie = "; ".join(f"{k}={v}" for k, v in browsers[0].cookies.items())
        flood(running.host, running.port, paths, count, connections=CONNECTIONS, cookie=cookie)
    else:
        _browse(scenario.name, scenario.operation, browsers, count)
    answered = cpu_seconds(others)
    if scenario.goes_on:
        _rest(bus)
    later = cpu_seconds(others) - answered + cpu_seconds(bus) - before_bus
    return Spent((answered - before) * 1000 / count, later * 1000 / count)


def _rest(bus: list[int]) -> None:
    """Return when the bus has nothing left to do but to look whether there is anything."""
    before = cpu_seconds(bus)
    while bus:
        time.sleep(_RESTS_AFTER)
        if (spent := cpu_seconds(bus)) - before <= _LOOKING:
            return
        before = spent


def _browse(name: str, operation: Operation, browsers: list[Browser], count: int) -> None:
    failures: list[BaseException] = []

    def work(browser: Browser, numbers: range) -> None:
        try:
            for number in numbers:
                operation(browser, number)
        except BaseException as error:  # noqa: BLE001 - reported by the one who waits
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(browser, range(i, count, CLIENTS))) for i, browser in enumerate(browsers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        message = f"The operation {name!r} failed: {failures[0]}"
        raise OpenSkyError(message) from failures[0]


def _log_in(browser: Browser, number: int) -> None:
    form = browser.get("/log-in")
    fields = {"email": f"bench{number}@example.org", "password": PASSWORD}
    _expect(browser.post("/log-in", csrf_token=form.hidden("csrf_token"), **fields), 303)


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        message = f"got {answer.status} instead of {status}: {answer.body[:300]!r}"
        raise OpenSkyError(message)
    return answer


def _follow(browser: Browser, number: int) -> None:
    """Follow and unfollow in turn, one of them an operation; the token is that of the session."""
    verb = "follow" if (number // CLIENTS) % 2 == 0 else "unfollow"
    _expect(browser.post(f"/insiders/maker-250/{verb}", csrf_token=_token(browser)), 303)


def _token(browser: Browser) -> str:
    """Return the token of the session's forms, read once from a page."""
    if not browser.token:
        browser.token = browser.get("/insiders/maker-250").hidden("csrf_token")
    return browser.token


def _order(browser: Browser, number: int) -> None:
    """Buy two goods of two sellers: add both, look at the bag, check out, see the order."""
    for good in (number % 700, number % 700 + 1):
        fields = {"product": f"bowl-{good}", "sku": f"SKU{good}-0", "quantity": "1"}
        _expect(browser.post("/bag/add", csrf_token=_token(browser), **fields), 303)
    _expect(browser.get("/bag"), 200)
    checkout = _expect(browser.get("/checkout"), 200)
    placed = browser.post(
        "/checkout",
        csrf_token=checkout.hidden("csrf_token"),
        key=checkout.hidden("key"),
        total=checkout.hidden("total"),
        email="bench@example.org",
        name="Bench",
        street="1 Mill Lane",
        city="Hudson",
        postcode="12534",
        country="US",
        payment_token=_CARD,
    )
    _expect(browser.get(_expect(placed, 303).headers["Location"]), 200)


FLOOR = Scenario("floor", 4000, 0, None, "/")
SCENARIOS = (
    Scenario("list of 20, JSON", 2000, 0.35, 6.7, "/api/v1/products?limit=20"),
    Scenario("list of 20, HTML", 1500, 1.0, 584, "/shelves/table"),
    Scenario("product, JSON", 2000, 0.3, 16.6, "/api/v1/products/bowl-{number}"),
    Scenario("product, HTML", 1500, 0.7, 21.4, "/products/bowl-{number}"),
    Scenario("whole order, bag to paid", 120, 10, 220, _order, signed_in=True, goes_on=True),
    Scenario("follow", 600, 2, None, _follow, signed_in=True),
    Scenario("feed of a member who follows 200", 800, 1.5, None, "/feed", signed_in=True),
)
