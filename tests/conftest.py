"""What every test may ask for."""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from coverage import Coverage

from opensky.kernel import lifeline
from opensky.kernel.clock import SetClock
from opensky.settings import Settings
from opensky.testing.engines import fresh

# A slow machine is no reason to fail; a failure prints what reproduces it.
hypothesis.settings.register_profile("opensky", deadline=None, print_blob=True)
hypothesis.settings.load_profile("opensky")


@pytest.fixture(autouse=True)
def lifeline_of_its_own() -> Iterator[None]:
    """What a test offers its children is offered to no other's: a process of another test would hold it, and find us no parent of it."""
    before = os.environ.pop(lifeline.VARIABLE, None)
    yield
    os.environ.pop(lifeline.VARIABLE, None)
    if before is not None:
        os.environ[lifeline.VARIABLE] = before


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon of 8 February 2013, the day of the talk."""
    return SetClock(datetime(2013, 2, 8, 12, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a shop of its own in an empty folder."""
    return Settings(data=tmp_path, secret_key="0" * 64)


SERVERS = {"MariaDB": "TEST_MARIADB_URL", "PostgreSQL": "TEST_POSTGRESQL_URL", "MongoDB": "TEST_MONGODB_URL"}
"""Variables in which `./opensky test --services` and `./opensky services up` say where the servers are."""
LEFT_OUT = pytest.StashKey[int]()


WALKED_BEFORE = (
    "tests/stories",
    "tests/properties",
    "tests/kills/test_random_kills.py",
    "tests/persistence/test_random_kills.py",
    "tests/importing/test_restart.py",
    "tests/mail/test_killed.py",
    "tests/devo/rewards/test_race.py",
    "tests/stats/test_against_graphite.py",
    "tests/cli/test_up.py::test_the_real_shop_opens_empty_in_little_memory",  # measuring takes 35 MB of its own
)
"""Tests that go again and again where others have been. What they cover is not measured: that would double their time."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs servers where there are none; a line at the end says so, once for all."""
    gc.freeze()  # all that was imported stays to the end: looked through each time, it took a quarter of the tests' own time
    if any(os.environ.get(variable) for variable in SERVERS.values()):
        return
    left_out = [item for item in items if item.get_closest_marker("services")]
    items[:] = [item for item in items if not item.get_closest_marker("services")]
    config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = len(left_out)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Run a test; one that goes where others have been unmeasured, and so what it starts."""
    measuring = Coverage.current() if item.nodeid.startswith(WALKED_BEFORE) else None
    if measuring is None:
        return (yield)
    told = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COVERAGE_PROCESS_")}
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
        os.environ.update(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left out, and how to run them."""
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"Left out: {count} tests that need servers; ./opensky test --services runs them too."
        )


def server(name: str) -> str:
    """Return the URL of a server; a test that asks for one that is not there is left out."""
    url = os.environ.get(SERVERS[name])
    if not url:
        pytest.skip(f"needs {name}: ./opensky test --services")
    return url


@pytest.fixture(scope="module")
def mariadb_url() -> Iterator[str]:
    """An empty database on MariaDB, for one module."""
    with fresh(server("MariaDB")) as url:
        yield url


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    """An empty database on PostgreSQL, for one module."""
    with fresh(server("PostgreSQL")) as url:
        yield url


@pytest.fixture(scope="module")
def mongodb_url() -> Iterator[str]:
    """An empty database on the server that speaks MongoDB's protocol, for one module."""
    with fresh(server("MongoDB")) as url:
        yield url


ENGINES: dict[str, tuple[str, str]] = {
    "sqlite": ("", ""),
    "mariadb": ("MariaDB", ""),
    "postgresql": ("PostgreSQL", ""),
    "mongodb": ("", "MongoDB"),
    "postgresql and mongodb": ("PostgreSQL", "MongoDB"),
}
"""Where rows and documents are: the servers' names, empty for the SQLite file and for documents beside the rows."""
ON_SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in ENGINES if name != "sqlite"]


@contextmanager
def _made(name: str) -> Iterator[dict[str, str]]:
    rows, documents = ENGINES[name]
    with ExitStack() as stack:
        yield {
            "database_url": stack.enter_context(fresh(server(rows))) if rows else "",
            "documents_url": stack.enter_context(fresh(server(documents))) if documents else "",
        }


@pytest.fixture(params=["sqlite", *ON_SERVERS])
def engine(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Settings of empty databases: a test that asks for it is run on each engine, those on servers where there are servers."""
    with _made(request.param) as urls:
        yield urls


@pytest.fixture(scope="session", params=ON_SERVERS)
def served_engine(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The same for a whole run, and for engines on servers alone."""
    with _made(request.param) as urls:
        yield urls
