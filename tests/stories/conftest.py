"""A demo shop as ``opensky up`` opens it, and a real browser to walk through it."""

import itertools
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PATIENCE = 90.0
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
)
"""The browser asks nobody but the shop."""

STAFF = ("staff@demo.example", "demo-staff-pass")
SENTENCE = "seven blue cacti"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@dataclass(frozen=True)
class RunningShop:
    """A demo shop that answers."""

    address: str
    data: Path

    @property
    def log(self) -> str:
        """All that its processes have written."""
        texts = [path.read_text("utf-8", "replace") for path in sorted((self.data / "log").glob("*"))]
        return "\n".join([*texts, self.data.with_suffix(".terminal").read_text("utf-8", "replace")])


@contextmanager
def opened(data: Path, **settings: str) -> Iterator[RunningShop]:
    """Open the demo shop in a new folder, with two web processes; it is closed with Ctrl-C at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    terminal = data.with_suffix(".terminal")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENSKY_")}
    environment |= {f"OPENSKY_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "opensky.cli", "up", "--data", str(data), "--port", str(port)]
    with terminal.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait_for(lambda: "is open, after" in terminal.read_text("utf-8", "replace"), process, terminal)
        yield RunningShop(f"http://127.0.0.1:{port}", data)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.fixture(scope="session")
def opened_shop() -> Callable[..., AbstractContextManager[RunningShop]]:
    """Opens a demo shop with settings of a story's own."""
    return opened


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The demo shop on its embedded database, for all stories."""
    with opened(tmp_path_factory.mktemp("shop") / "var") as shop:
        yield shop


@pytest.fixture(scope="session")
def served_shop(served_engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The demo shop on each engine that is a server, for all stories."""
    with opened(tmp_path_factory.mktemp("shop") / "var", **served_engine) as shop:
        yield shop


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], terminal: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        said = terminal.read_text("utf-8", "replace")
        assert process.poll() is None, f"the shop did not open:\n{said}"
        assert time.monotonic() < deadline, f"the shop did not open in {PATIENCE} s:\n{said}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, for one module: while it is open its event loop runs, and nobody else's can in this thread."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


_numbers = itertools.count(1)


class Walker:
    """Somebody in front of a browser, who notes what went wrong in it."""

    def __init__(self, context: BrowserContext, shop: RunningShop) -> None:
        self.context = context
        self.shop = shop
        self.email = f"walker{next(_numbers)}-{os.getpid()}@example.org"
        self.problems: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self._note(message.text))
        self.page.on("request", lambda request: self._check(request.url))

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.shop.address + path)

    def press(self, name: str) -> None:
        """Press the button or follow the link of the main part that is called so."""
        main = self.page.locator("main")
        main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()

    def type(self, **fields: str) -> None:
        """Fill in fields by name."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(value)

    def sign_up(self) -> None:
        """Open an account; ends where insiders are picked."""
        self._come_from_elsewhere()
        self.open("/sign-up")
        self.type(name="Nora Lind", email=self.email, password=SENTENCE)
        self.press("Sign up")
        self.page.wait_for_url("**/welcome")

    def log_in(self, email: str, password: str, after: str = "") -> None:
        """Log in."""
        self._come_from_elsewhere()
        self.open(f"/log-in?next={after}")
        self.type(email=email, password=password)
        self.press("Log in")
        self.page.wait_for_url(lambda url: "/log-in" not in url)

    def _come_from_elsewhere(self) -> None:
        """Nobody but us tries from this address: a shop for all stories would refuse the eleventh who signs up in short time."""
        file = self.shop.data / "opensky.sqlite"
        if file.exists():
            with closing(sqlite3.connect(file, PATIENCE, isolation_level=None)) as connection:
                connection.execute("DELETE FROM throttles")

    def put_something_in(self) -> str:
        """Open what is on this page, card by card, and put the first that is left into the bag; returns its name."""
        cards = self.page.locator(".cards h3 a")
        paths = [cards.nth(number).get_attribute("href") for number in range(cards.count())]
        for path in paths:
            self.open(str(path))
            if self.page.locator(".buy-form").count():
                name = self.page.locator("h1").inner_text()
                self.press("Add to bag")
                self.page.locator("#flash", has_text="It is in your bag.").wait_for()
                return name
        raise AssertionError("Everything on this page is sold out.")

    def _note(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text:
            self.problems.append(text)

    def _check(self, url: str) -> None:
        if not url.startswith((self.shop.address, "data:")):
            self.problems.append(f"asked somebody else: {url}")


Walk = Callable[..., "Walker"]


@pytest.fixture
def walker(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """Opens a new browser window of a size, with or without JavaScript, in the demo shop of all stories unless another one
    is named; nothing may have gone wrong in it at the end.
    """
    walkers: list[Walker] = []

    @contextmanager
    def closing() -> Iterator[None]:
        yield
        for each in walkers:
            each.context.close()

    def made(
        size: str = "desktop", *, javascript: bool = True, dark: bool = False, shop: RunningShop | None = None
    ) -> Walker:
        width, height = SIZES[size].values()
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            locale="en-US",
        )
        context.set_default_timeout(1000 * PATIENCE / 2)
        walkers.append(Walker(context, shop or request.getfixturevalue("running_shop")))
        return walkers[-1]

    with closing():
        yield made
    assert [problem for each in walkers for problem in each.problems] == []
