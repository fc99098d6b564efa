"""The board of a shop, from what was counted: minutes of ordinary traffic, then a fault. Within 30 seconds the board names it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import exp
from pathlib import Path

import pytest

from opensky.stats.marks import Marks
from opensky.stats.store import Store
from opensky.tactical.board import Boards
from opensky.tactical.marking import mark
from opensky.tactical.numbers import StoreNumbers
from opensky.tactical.readings import Alert, Board, Judgement, NextJob, State

NOON = 1_795_435_200
MINUTES = 5
Fault = Callable[["Second"], None]


@dataclass
class Second:
    """What a small shop counts in a second. A fault changes how it does."""

    chance: random.Random
    answer_ms: float = 20.0
    waiting_ms: float = 0.1
    failing: float = 0.0
    bus: bool = True
    workers: int = 2
    hung: int = 0
    said: dict[str, float] = field(default_factory=dict)

    def counted(self) -> dict[str, float]:
        """Return the series of this second."""
        seen = self._many(12)
        failed = sum(self.chance.random() < self.failing for _ in range(seen))
        self._timed("web.ms", seen, self.answer_ms)
        self._timed("sql.ms", seen * 5, 1.0)
        self._timed("sql.waiting", seen, self.waiting_ms)
        self._timed("bus.flows.orders_fraud", self._many(1) if self.bus else 0, 30.0)
        counters = {
            "statsd.packets_received": 5,
            "process.web.beats": self.workers - self.hung,
            "process.bus.beats": int(self.bus),
            "web.status.200": seen - failed,
            "web.status.500": failed,
            "order.paid": self._many(0.7),
        }
        self.said |= {f"stats.counters.{name}.rate": float(count) for name, count in counters.items()}
        gauges = {"web.busy": 3, "web.slots": 16, "queues.orders_fraud.ready": 0, "queues.orders_fraud.oldest": 0}
        gauges["process.web.count"] = self.workers + 1
        return self.said | {f"stats.gauges.{name}": float(value) for name, value in gauges.items()}

    def _timed(self, name: str, count: int, ms: float) -> None:
        times = sorted(self.chance.gammavariate(3, ms / 3) for _ in range(count))
        timer = f"stats.timers.{name}"
        self.said[f"{timer}.count_ps"] = float(count)
        if times:
            self.said[f"{timer}.sum"] = sum(times)
            self.said[f"{timer}.median"] = times[count // 2]
            self.said[f"{timer}.upper_95"] = times[int(count * 0.95)]

    def _many(self, mean: float) -> int:
        """Return how often something happens that happens so often on average."""
        count, left = 0, self.chance.random()
        while left > exp(-mean):
            left *= self.chance.random()
            count += 1
        return count


class Shop:
    """A shop whose seconds are played one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON
        self.store = Store(folder, "1s:1h,10s:12h,5m:60d,1h:1y")
        self.numbers = StoreNumbers(folder, lambda: self.now)
        self._chance = random.Random(20)

    def play(self, seconds: int, fault: Fault = lambda _: None) -> None:
        """Let so many seconds pass."""
        for _ in range(seconds):
            second = Second(self._chance)
            fault(second)
            self.store.put(second.counted(), self.now)
            self.now += 1


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.numbers.close()
    shop.store.close()


def _slow_database(second: Second) -> None:
    second.waiting_ms, second.answer_ms = 370.0, 400.0


def _dead_bus(second: Second) -> None:
    second.bus = False


def _hung_worker(second: Second) -> None:
    second.hung = 1


def _all_hung(second: Second) -> None:
    second.hung = 2


def _fewer_workers(second: Second) -> None:
    second.workers = 1


def _bad_deploy(second: Second) -> None:
    second.failing = 0.2


def _watched(shop: Shop, fault: Fault, seconds: int = 30) -> Board:
    """Let a fault go on under the eyes of a board that has been looked at before, as it is each second."""
    boards = Boards(shop.numbers)
    calm = boards.read(shop.now)
    assert (calm.verdict, calm.worst) == (State.OK, ())
    board = calm
    for _ in range(seconds):
        shop.play(1, fault)
        board = boards.read(shop.now)
    return board


def test_a_shop_that_is_well_is_said_to_be_minute_after_minute(shop: Shop) -> None:
    """Chance alone never raises a voice."""
    shop.play(MINUTES * 60)
    boards = Boards(shop.numbers)
    board = boards.read(shop.now)
    for _ in range(60):
        shop.play(2)
        board = boards.read(shop.now)
        assert board.verdict is State.OK, board.sentence
        assert board.anomalies == ()
    assert board.sentence.startswith("All is well.")
    assert board.age == 1.0
    assert board.tile("web").text


def test_a_database_that_is_slow_is_named_as_what_holds_the_others_up(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    board = _watched(shop, _slow_database)
    assert board.verdict is State.BROKEN
    assert board.stack.bottleneck == "sql"
    assert board.sentence.startswith("Database: What it is asked waits")
    assert {each.key for each in board.worst} == {"sql", "web"}


def test_what_stands_out_is_listed_when_it_lasts(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    board = _watched(shop, _slow_database, 50)
    assert {each.name for each in board.anomalies} == {"sql.waiting p95", "web.ms p95"}
    assert board.anomalies[0].name == "sql.waiting p95"


def test_a_bus_that_is_dead_is_said_to_be_silent(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    board = _watched(shop, _dead_bus)
    assert board.verdict is State.BROKEN
    assert board.stack.bottleneck == "bus"
    assert board.sentence == "Bus: It has said nothing for 10 s or more."


def test_one_of_two_web_workers_that_hangs_is_said_to_be_silent(shop: Shop) -> None:
    """The other goes on, so that the web as a whole is heard: half of the visitors wait in vain all the same."""
    shop.play(MINUTES * 60)
    board = _watched(shop, _hung_worker, 12)
    assert (board.verdict, board.stack.bottleneck) == (State.WATCH, "web")
    assert board.sentence == "Web: One of 2 programs has said nothing for 10 s."


def test_a_worker_that_hangs_is_not_usual_after_half_an_hour(shop: Shop) -> None:
    shop.play(45 * 60)
    shop.play(35 * 60, _hung_worker)
    assert Boards(shop.numbers).read(shop.now).verdict is State.WATCH
    shop.play(11)
    assert Boards(shop.numbers).read(shop.now).verdict is State.OK


def test_web_workers_that_all_hang_are_broken(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    board = _watched(shop, _all_hung)
    assert (board.verdict, board.sentence) == (State.BROKEN, "Web: It has said nothing for 10 s or more.")


def test_a_worker_that_is_started_anew_raises_no_voice(shop: Shop) -> None:
    """It is there at once and silent for some seconds, until it has read its code."""
    shop.play(MINUTES * 60)
    boards = Boards(shop.numbers)
    for second in range(40):
        shop.play(1, _hung_worker if second < 7 else lambda _: None)
        assert boards.read(shop.now).verdict is State.OK


def test_fewer_workers_are_no_silent_ones(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    assert _watched(shop, _fewer_workers, 60).verdict is State.OK


def test_a_bad_deploy_is_named_as_the_cause(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    mark(Marks(shop.folder), "0badc0de", "maya", when=shop.now)
    board = _watched(shop, _bad_deploy)
    assert board.verdict is State.BROKEN
    assert board.worst[0].title == "Deploy 0badc0de"
    assert board.worst[0].sentence.startswith("Errors went up from 0 to ")
    assert board.last_deploy is not None
    assert board.last_deploy.judgement is Judgement.WORSE
    change = board.tile("errors").since_deploy
    assert change is not None
    assert change.worse


def test_what_heals_is_well_again(shop: Shop) -> None:
    shop.play(MINUTES * 60)
    _watched(shop, _slow_database)
    shop.play(61)
    board = Boards(shop.numbers).read(shop.now)
    assert (board.verdict, board.stack.bottleneck) == (State.OK, "")


def test_a_board_of_old_numbers_says_how_old_they_are(shop: Shop) -> None:
    """The stats program is gone: nothing is known, least of all that all is well."""
    shop.play(MINUTES * 60)
    boards = Boards(shop.numbers)
    assert boards.read(shop.now).verdict is State.OK
    shop.now += 45
    board = boards.read(shop.now)
    assert (board.verdict, board.age) == (State.BROKEN, 46.0)
    assert board.worst[0].sentence == "The newest number is 46 s old: what is shown here is of then."


def test_all_boards_say_the_same_age_whenever_they_were_looked_at_last(shop: Shop) -> None:
    """Each web process has a board of its own, and one may have been looked at long before the numbers stopped."""
    shop.play(60)
    early, late = Boards(shop.numbers), Boards(shop.numbers)
    early.read(shop.now)
    shop.play(600)
    late.read(shop.now)
    for passed in (45, 600):
        shop.now += passed
        ages = {boards.read(shop.now).age for boards in (early, late, Boards(shop.numbers))}
        assert ages == {shop.now - NOON - 659.0}


def test_a_shop_that_has_counted_nothing_says_so(tmp_path: Path) -> None:
    numbers = StoreNumbers(tmp_path / "stats")
    board = Boards(numbers).read(NOON)
    assert board.verdict is State.WATCH
    assert board.sentence == f"Nothing has been counted in {tmp_path / 'stats'} yet."
    assert board.tiles == ()


def test_the_next_job_and_open_alerts_are_on_it(shop: Shop) -> None:
    shop.play(10)
    alert = Alert(7, "Answers take long", "web.ms is above 500.", State.BROKEN, NOON)
    job = NextJob("expire credits", NOON + 600)
    board = Boards(shop.numbers, jobs=lambda: job, alerts=lambda: [alert]).read(shop.now)
    assert (board.next_job, board.alerts) == (job, (alert,))


def test_the_same_second_is_the_same_board(shop: Shop) -> None:
    """Who draws it may leave what has not changed."""
    shop.play(60)
    assert Boards(shop.numbers).read(shop.now) == Boards(shop.numbers).read(shop.now)
