"""``opensky bench board``: what a viewer of the operations board costs the web processes, and how soon the board is there.

A shop runs as ``opensky up`` runs it, with a few visitors, so that numbers change each second. The CPU time of its web processes is
taken without viewers, with one, and with several; the difference is theirs. First paint is that of a real browser, where one is installed.
"""

import http.client
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from opensky.bench.processes import cpu_seconds
from opensky.bench.results import Metric, Results
from opensky.bench.shop import Running, shop
from opensky.kernel.errors import OpenSkyError
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.tactical.kiosk import Kiosks
from opensky.wiring import container

_BOARD, _LIVE = "/board/kiosk", "/board/kiosk/live"
_VISITS_EVERY = 0.1
_SETTLED = 3.0
"""So long it takes until the first board is made, with all that is then kept."""
_PAGES = 9
_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", "--no-first-run")


def run(*, viewers: int = 10, seconds: int = 15, workers: int = 2) -> Results:
    """Measure; costs are in percent of a core, with the resolution of a clock tick."""
    with shop(200, workers) as running, _visited(running):
        cookie = _screen(running)
        _settle(running, cookie, seconds)
        alone = _spent(running, seconds)
        with _looked_at(running, cookie, 1):
            one = _spent(running, seconds)
        with _looked_at(running, cookie, viewers):
            many = _spent(running, seconds)
        page = statistics.median(_page_ms(running, cookie) for _ in range(_PAGES))
        paint = _first_paint(running, cookie)
    found = {
        "the only viewer": Metric(value=one - alone, unit="% of a core", target=1),
        f"each of {viewers} viewers": Metric(value=(many - alone) / viewers, unit="% of a core", target=1),
        "the page, until its last byte": Metric(value=page, unit="ms"),
    }
    if paint is not None:
        found["first paint, in Chromium"] = Metric(value=paint, unit="ms", target=1000)
    return found


def _screen(running: Running) -> str:
    """Make a link, as the admin does, and open it; return the cookie."""
    settings = Settings.load({"OPENSKY_DATA": str(running.data), "OPENSKY_NODE": "1"})
    with container(settings) as whole, whole() as scope:
        path = scope.get(Kiosks).make("A bench", 1)
        scope.get(UnitOfWork).commit()
    browser = running.browser()
    browser.get(path)
    browser.close()
    if not browser.cookies:
        raise OpenSkyError("The link of a screen was not taken.")
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def _settle(running: Running, cookie: str, seconds: int) -> None:
    """Have each worker make its first boards: those cost more, and once."""
    deadline = time.monotonic() + max(seconds, 20)
    while _asked(running, cookie, _BOARD)[0] != http.HTTPStatus.OK:
        if time.monotonic() > deadline:
            raise OpenSkyError("The board shows no numbers yet.")
        time.sleep(0.5)
    with _looked_at(running, cookie, 4):
        time.sleep(_SETTLED)


@contextmanager
def _visited(running: Running) -> Iterator[None]:
    """Have somebody walk through the shop meanwhile."""
    done = threading.Event()

    def walk() -> None:
        browser = running.browser()
        while not done.wait(_VISITS_EVERY):
            browser.get("/")
        browser.close()

    thread = threading.Thread(target=walk)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def _looked_at(running: Running, cookie: str, viewers: int) -> Iterator[None]:
    """Have so many look at the board."""
    connections = [http.client.HTTPConnection(running.host, running.port, timeout=30) for _ in range(viewers)]
    threads = [threading.Thread(target=_look, args=(each, cookie), daemon=True) for each in connections]
    for thread in threads:
        thread.start()
    time.sleep(_SETTLED)
    try:
        yield
    finally:
        for each in connections:
            if each.sock is not None:
                each.sock.shutdown(2)
        for thread in threads:
            thread.join()


def _look(connection: http.client.HTTPConnection, cookie: str) -> None:
    try:
        connection.request("GET", _LIVE, headers={"Cookie": cookie})
        answer = connection.getresponse()
        while answer.read1(1 << 20):
            pass
    except (OSError, http.client.HTTPException, ValueError):
        return  # it was closed, here or there


def _spent(running: Running, seconds: int) -> float:
    """Return what the web processes use in this time, in percent of a core."""
    processes = running.web_processes()
    before, began = cpu_seconds(processes), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(processes) - before) / (time.monotonic() - began) * 100


def _page_ms(running: Running, cookie: str) -> float:
    began = time.perf_counter()
    status, _ = _asked(running, cookie, _BOARD)
    if status != http.HTTPStatus.OK:
        raise OpenSkyError(f"The board answered {status}.")
    return (time.perf_counter() - began) * 1000


def _asked(running: Running, cookie: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(running.host, running.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _first_paint(running: Running, cookie: str) -> float | None:
    """Return after how many milliseconds a browser has painted the first of it, the median of several; nothing without a browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the tests; a shop has none
    except ImportError:
        return None
    if chromium is None:
        return None
    name, _, value = cookie.partition("=")
    address = f"http://{running.host}:{running.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        found = []
        for _ in range(_PAGES):
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            page.goto(address + _BOARD)
            found.append(float(page.evaluate(_PAINTED)))
            context.close()
        browser.close()
    return statistics.median(found)


_PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) done(entry.startTime);
}).observe({type: "paint", buffered: true}))"""
