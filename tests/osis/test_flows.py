"""Flows run on the queue: whole steps or none, tries that are counted, splits that are joined."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from opensky.kernel.clock import SystemClock
from opensky.messaging import DeadLetters, Message, Nudger, Outgoing, Queue
from opensky.osis.runtime import Backoff, Flow, Rate, Reject, Unavailable, Worker, WrongFlow, flow, join, later, payload
from opensky.osis.runtime.guards import Breaker, Throttle
from opensky.persistence import Database, UnitOfWork


@payload("files")
class File(msgspec.Struct):
    """A file of numbers."""

    numbers: list[int]


@payload("batches")
class Batch(msgspec.Struct):
    """Some numbers of a file."""

    numbers: list[int]


@payload("sums")
class Sum(msgspec.Struct):
    """The sum of a batch."""

    total: int


@payload("totals")
class Total(msgspec.Struct):
    """The sum of a file."""

    total: int


@flow("files")
def chunk(file: File) -> Iterator[Batch]:
    """Split a file into batches of two."""
    for start in range(0, len(file.numbers), 2):
        yield Batch(file.numbers[start : start + 2])


@flow("batches")
def add(batch: Batch) -> Sum:
    """Add the numbers of a batch."""
    return Sum(sum(batch.numbers))


@join("sums")
def whole(parts: list[Sum]) -> Total:
    """Add the sums of all batches of a file."""
    return Total(sum(part.total for part in parts))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database."""
    database = Database(tmp_path / "o.sqlite", (), clock=SystemClock())
    database.create()
    yield database
    database.close()


@pytest.fixture
def nudger(tmp_path: Path) -> Iterator[Nudger]:
    """Give what wakes workers."""
    nudger = Nudger(tmp_path / "bus")
    yield nudger
    nudger.close()


Work = Callable[..., Worker]


@pytest.fixture
def work(database: Database, tmp_path: Path, nudger: Nudger) -> Work:
    """Give a function that makes a worker of flows."""

    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            yield lambda _cls: unit

    def made(*flows: Flow, **options: Any) -> Worker:
        clients = lambda unit: Outgoing(unit, database.ids, nudger)  # noqa: E731
        return Worker(database, flows, scope, clients, tmp_path / "bus", **options)

    return made


def send(database: Database, *payloads: Any, nudger: Nudger | None = None) -> list[int]:
    """Send payloads in one transaction and return their ids."""
    from opensky.osis.runtime import message  # noqa: PLC0415

    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, nudger)
        ids = [client.send(message(each)) for each in payloads]
        unit.commit()
    return ids


def waiting(database: Database, queue: str) -> list[Message]:
    """Look at what waits in a queue, without keeping it."""
    found = Queue(database).claim([queue], 100, timedelta(0), "looker")
    Queue(database).release(found, "looker")
    return found


def test_a_flow_is_a_function_that_a_test_can_call() -> None:
    """No broker, no database."""
    assert list(chunk(File([1, 2, 3]))) == [Batch([1, 2]), Batch([3])]
    assert (chunk.name, chunk.queue, chunk.sentence) == ("chunk", "files", "Split a file into batches of two.")
    assert (chunk.sends, add.sends) == ((Batch,), (Sum,))


def test_a_file_is_split_handled_and_joined(database: Database, work: Work) -> None:
    """The join is called once, with all parts, and what it sends belongs to the journey of the file."""
    [file] = send(database, File([1, 2, 3, 4, 5]))
    work(chunk, add, whole).drain()
    [total] = waiting(database, "totals")
    assert total.parameters == {"total": 15}
    assert total.correlation == file
    assert [each.partition("@")[0] for each in total.history] == ["chunk", "add", "whole"]
    assert total.headers == {}
    assert [depth.queue for depth in Queue(database).depths()] == ["totals"]


def test_two_files_at_once_are_not_mixed(database: Database, work: Work) -> None:
    """Each join knows its split."""
    send(database, File([1, 2, 3]), File([10, 20, 30]), File([100]))
    work(chunk, add, whole).drain()
    assert sorted(m.parameters["total"] for m in waiting(database, "totals")) == [6, 60, 100]


def test_what_a_failing_flow_yielded_is_not_sent(database: Database, work: Work) -> None:
    """A step has happened whole or not at all; the message is tried again, with the traceback of what failed."""

    @flow("files", retry=Backoff(times=2, base=0.0))
    def halfway(file: File) -> Iterator[Batch]:
        yield Batch(file.numbers)
        raise ValueError("the second half is missing")

    [id_] = send(database, File([1]))
    work(halfway).drain()
    assert waiting(database, "batches") == []
    [letter] = DeadLetters(database).listed()
    assert (letter.message.id, letter.message.attempt, letter.cause) == (
        id_,
        2,
        "ValueError: the second half is missing",
    )
    assert "Traceback" in letter.error


def test_a_rejected_message_is_dead_at_once(database: Database, work: Work) -> None:
    """With its reason, and no second try; so is one whose body is no such payload."""
    tries: list[int] = []

    @flow("files")
    def never(file: File) -> None:
        tries.append(len(file.numbers))
        raise Reject("no file of ours")

    send(database, File([1, 2]))
    with database.unit_of_work() as unit:
        Outgoing(unit, database.ids).send(Message(queue_name="files", parameters={"numbers": "x"}))
        unit.commit()
    work(never).drain()
    assert tries == [2]
    assert sorted(d.cause for d in DeadLetters(database).listed()) == [
        "Reject: This is no File: Expected `array`, got `str` - at `$.numbers`",
        "Reject: no file of ours",
    ]


def test_services_share_the_transaction_of_the_acknowledgement(database: Database, work: Work) -> None:
    """What a flow wrote is kept with the acknowledgement, and gone if the flow fails after it wrote."""

    @flow("files", retry=Backoff(times=0))
    def write(file: File, unit: UnitOfWork) -> Batch:
        Outgoing(unit, database.ids).send(Message(queue_name="audit"))
        if not file.numbers:
            raise ValueError("empty")
        return Batch(file.numbers)

    send(database, File([1]), File([]))
    work(write).drain()
    assert (len(waiting(database, "audit")), len(waiting(database, "batches"))) == (1, 1)
    assert len(DeadLetters(database).listed()) == 1


def test_later_is_later(database: Database, work: Work) -> None:
    """A delayed output waits."""

    @flow("files")
    def remind(file: File) -> Iterator[Any]:
        yield later(Batch(file.numbers), hours=1)
        yield Sum(1)

    send(database, File([1]))
    work(remind).drain()
    depths = {depth.queue: (depth.ready, depth.waiting) for depth in Queue(database).depths()}
    assert depths == {"batches": (0, 1), "sums": (1, 0)}


def test_a_wire_tap_gets_a_copy(database: Database, work: Work) -> None:
    """Of what was handled, as it was."""

    @flow("batches", tap="audit")
    def tapped(batch: Batch) -> Sum:
        return Sum(sum(batch.numbers))

    send(database, Batch([1, 2]))
    work(tapped).drain()
    [copy] = waiting(database, "audit")
    assert (copy.type, copy.parameters) == ("Batch", {"numbers": [1, 2]})


def test_while_a_third_party_is_down_its_messages_stay(database: Database, work: Work) -> None:
    """After five failures in a row nothing more is tried; other flows go on."""
    calls: list[int] = []

    @flow("files", breaker="devo", retry=Backoff(times=9, base=0.0))
    def call(file: File) -> None:
        calls.append(1)
        raise Unavailable("no answer")

    send(database, *(File([n]) for n in range(20)), Batch([1]))
    worker = work(call, add)
    worker.drain()
    assert worker.breakers["devo"].state == "open"
    assert len(calls) < 20
    assert len(waiting(database, "sums")) == 1
    assert DeadLetters(database).listed() == []


def test_a_breaker_lets_one_trial_through_and_closes_after_it() -> None:
    """And waits twice as long after a trial that failed."""
    now = [0.0]
    breaker = Breaker("devo", failures=2, clock=lambda: now[0])
    breaker.failed()
    assert breaker.room(9) == 9
    breaker.failed()
    assert (breaker.state, breaker.room(9)) == ("open", 0)
    now[0] = 5.0
    assert (breaker.state, breaker.room(9), breaker.room(9)) == ("half open", 1, 0)
    breaker.failed()
    now[0] = 14.0
    assert breaker.room(9) == 0
    now[0] = 15.0
    assert breaker.room(9) == 1
    breaker.succeeded()
    assert (breaker.state, breaker.room(9)) == ("closed", 9)


def test_a_throttle_gives_so_many_a_second() -> None:
    """And takes back what was not used."""
    now = [0.0]
    throttle = Throttle(Rate(10, 1.0), clock=lambda: now[0])
    assert (throttle.room(7), throttle.room(7), throttle.room(7)) == (7, 3, 0)
    throttle.give_back(2)
    assert throttle.room(7) == 2
    now[0] = 0.5
    assert throttle.room(7) == 5


def test_a_running_worker_is_woken_by_a_nudge(database: Database, work: Work, nudger: Nudger) -> None:
    """Long before it would look by itself, and ends when it is told to."""
    arrived = threading.Event()

    @flow("files")
    def note(file: File) -> None:
        arrived.set()

    worker = work(note)
    running = threading.Thread(target=worker.run)
    running.start()
    time.sleep(0.3)
    send(database, File([1]), nudger=nudger)
    assert arrived.wait(30)
    worker.stop()
    running.join(30)
    assert not running.is_alive()


def test_a_flow_that_does_not_come_back_is_given_up(database: Database, work: Work) -> None:
    """Its message is tried again or buried, another hand takes over, and the others of its queue are handled."""
    ended, done = threading.Event(), threading.Event()

    @flow("files", timeout=1, retry=Backoff(times=0))
    def hang(file: File) -> None:
        if not file.numbers:
            ended.wait(60)
        else:
            done.set()

    send(database, File([]), File([1]))
    worker = work(hang, threads=1)
    running = threading.Thread(target=worker.run)
    running.start()
    assert done.wait(30)
    worker.stop()
    running.join(30)
    ended.set()
    [letter] = DeadLetters(database).listed()
    assert "did not end within" in letter.error


def test_an_unknown_output_and_a_wrong_signature_are_named() -> None:
    """When the flow is declared, where that is possible."""
    with pytest.raises(WrongFlow, match="wants a type"):
        flow("q")(lambda _body: None)
    with pytest.raises(WrongFlow, match="takes a list"):

        @join("q")
        def not_a_list(part: Sum) -> None: ...


def test_no_queue_has_two_flows(work: Work) -> None:
    """Who would get the message?"""

    @flow("files")
    def other(file: File) -> None: ...

    with pytest.raises(WrongFlow, match="'files'"):
        work(chunk, other)


def test_a_flow_that_would_never_run_is_refused() -> None:
    """A coroutine would be made and dropped, a payload of another queue would never come."""
    with pytest.raises(WrongFlow, match="async def"):

        @flow("files")
        async def asleep(file: File) -> None:
            """Nobody awaits it."""

    with pytest.raises(WrongFlow, match="is the payload of 'files'"):

        @flow("elsewhere")
        def astray(file: File) -> None:
            """Nothing comes here."""
