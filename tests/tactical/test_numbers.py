"""Where a board's numbers come from: our own store, read in place, or a Graphite over HTTP."""

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings
from opensky.stats.graphite import Graphite, GraphiteServer
from opensky.stats.marks import Marks
from opensky.stats.store import Store
from opensky.tactical.graphite import GraphiteNumbers
from opensky.tactical.numbers import Numbers, NumbersUnavailable, StoreNumbers, open_numbers
from opensky.testing.conformance.numbers import STEP, Engine, NumbersConformance

NOON = 1_360_324_800


def _engine(store: Store, marks: Marks, numbers: Numbers) -> Engine:
    def mark(what: str, tags: Sequence[str], data: str, when: int) -> None:
        marks.add(what, tags, data, when)

    return Engine(numbers, store.put, mark, NOON)


class TestStore(NumbersConformance):
    """Our own store."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        numbers = StoreNumbers(tmp_path, lambda: NOON)
        with Store(tmp_path, f"{STEP}s:1d") as store:
            yield _engine(store, Marks(tmp_path), numbers)
        numbers.close()

    @pytest.fixture
    def unavailable(self, tmp_path: Path) -> Numbers:
        return StoreNumbers(tmp_path / "nowhere")


class TestGraphite(NumbersConformance):
    """A Graphite, here ours, over HTTP."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        with Store(tmp_path, f"{STEP}s:1d") as store:
            server = GraphiteServer(("127.0.0.1", 0), Graphite(store, lambda: NOON))
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            numbers = GraphiteNumbers(f"http://127.0.0.1:{server.server_port}/")
            yield _engine(store, Marks(tmp_path), numbers)
            numbers.close()
            server.shutdown()
            thread.join()
            server.server_close()

    @pytest.fixture
    def unavailable(self) -> Iterator[Numbers]:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        numbers = GraphiteNumbers(f"http://127.0.0.1:{port}", seconds=1)
        yield numbers
        numbers.close()


def test_a_store_that_is_begun_anew_is_read_anew(tmp_path: Path) -> None:
    now = [NOON]
    numbers = StoreNumbers(tmp_path, lambda: now[0])
    with Store(tmp_path, "1s:1h") as store:
        store.put({"a": 1.0}, NOON - 1)
        assert numbers.fetch("a", NOON - 10, NOON)[0].known() == [1.0]
    for path in tmp_path.iterdir():
        path.unlink()
    now[0] += 1
    with pytest.raises(NumbersUnavailable, match="Nothing has been counted"):
        numbers.fetch("a", NOON - 10, NOON)
    with Store(tmp_path, "1s:1h") as store:
        store.put({"a": 7.0}, NOON)
        now[0] += 1
        assert numbers.fetch("a", NOON - 10, NOON + 2)[0].known() == [7.0]
    numbers.close()


def test_a_series_that_is_new_is_soon_found(tmp_path: Path) -> None:
    """Names are looked for again after ten seconds."""
    now = [NOON]
    numbers = StoreNumbers(tmp_path, lambda: now[0])
    with Store(tmp_path, "1s:1h") as store:
        store.put({"a.one": 1.0}, NOON - 1)
        assert len(numbers.fetch("a.*", NOON - 10, NOON)) == 1
        store.put({"a.one": 1.0, "a.two": 1.0}, NOON)
        now[0] += 10
        assert len(numbers.fetch("a.*", NOON - 10, NOON + 10)) == 2
    numbers.close()


def test_an_address_that_is_none_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="graphite_url: A Graphite has an address such as"):
        open_numbers(Settings(data=tmp_path, secret_key="x" * 64, graphite_url="graphite"))


def test_the_settings_name_the_engine(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret_key="x" * 64)
    assert isinstance(open_numbers(settings), StoreNumbers)
    other = open_numbers(Settings(data=tmp_path, secret_key="x" * 64, graphite_url="http://127.0.0.1:1"))
    assert isinstance(other, GraphiteNumbers)
    other.close()
