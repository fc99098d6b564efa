"""The board as it goes on: made once for all who look, not at all when nobody does, and honest when it cannot."""

import json
import queue
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from opensky.tactical.example import example
from opensky.tactical.live import MOST_VIEWERS, LiveBoard
from opensky.tactical.readings import Board, State

PATIENCE = 20.0
EVERY = 0.1


class Made:
    """Boards that count how often one is asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.state = State.OK
        self.fails = False

    def read(self, now: float) -> Board:
        self.asked += 1
        if self.fails:
            raise OSError("the disk is gone")
        return replace(example(1_795_500_000, self.state), at=now)


class Viewer:
    """Somebody who looks on."""

    def __init__(self, live: LiveBoard) -> None:
        self.pieces: queue.Queue[bytes | None] = queue.Queue()
        self.leave = live.watch(self.pieces.put)

    def next(self) -> tuple[str, dict[str, object]]:
        """Return the next event: its kind, and what it says."""
        piece = self.pieces.get(timeout=PATIENCE)
        assert piece is not None
        fields = dict(line.split(": ", 1) for line in piece.decode().strip().split("\n") if line)
        return fields["event"], json.loads(fields["data"])


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def live(made: Made) -> Iterator[LiveBoard]:
    board = LiveBoard(made, version="v1", every=EVERY)
    yield board
    for viewer in list(board._viewers):
        board._leave(viewer)
    ended(board)


def ended(live: LiveBoard) -> None:
    """Return when nobody makes boards any more."""
    until = time.monotonic() + PATIENCE
    while live._thread is not None:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_who_comes_gets_all_of_it_and_then_what_has_changed(live: LiveBoard, made: Made) -> None:
    """Each second, though nothing has changed but the clock: that is the heart-beat."""
    viewer = Viewer(live)
    kind, first = viewer.next()
    assert (kind, first["version"], len(first["parts"])) == ("board", live.version(example(0)), 78)  # type: ignore[arg-type]
    assert set(viewer.next()[1]["parts"]) <= {"moment"}  # type: ignore[call-overload]
    made.state = State.BROKEN
    while set(changed := viewer.next()[1]["parts"]) <= {"moment"}:  # type: ignore[call-overload]
        pass
    assert {"verdict", "worst", "stack", "tile-web-now"} <= set(changed)  # type: ignore[call-overload]
    assert "tile-follows-now" not in changed  # type: ignore[operator]


def test_many_viewers_cost_one_board_a_second(live: LiveBoard, made: Made) -> None:
    """Who comes later gets all of it, too, and the others do not get it again."""
    viewers = [Viewer(live) for _ in range(MOST_VIEWERS)]
    for viewer in viewers:
        viewer.next()
    began = time.monotonic()
    asked = made.asked
    assert "verdict" in Viewer(live).next()[1]["parts"]  # type: ignore[operator]
    for viewer in viewers:
        assert "verdict" not in viewer.next()[1]["parts"]  # type: ignore[operator]
    assert made.asked - asked <= 2 + (time.monotonic() - began) / EVERY
    assert live.full


def test_nobody_looks_and_nothing_is_made(live: LiveBoard, made: Made) -> None:
    """The board costs a shop nothing while its screens are off, and goes on when somebody comes."""
    viewer = Viewer(live)
    viewer.next()
    viewer.leave()
    ended(live)
    asked = made.asked
    time.sleep(3 * EVERY)
    assert made.asked == asked
    assert "verdict" in Viewer(live).next()[1]["parts"]  # type: ignore[operator]


def test_a_board_that_cannot_be_made_says_so_and_goes_on_when_it_can(live: LiveBoard, made: Made) -> None:
    """With all of it, as nobody knows what was missed."""
    viewer = Viewer(live)
    viewer.next()
    with structlog.testing.capture_logs() as log:
        made.fails = True
        while viewer.next()[0] != "trouble":
            pass
        made.fails = False
        kind, told = viewer.next()
        while kind == "trouble":
            kind, told = viewer.next()
    assert "verdict" in told["parts"]  # type: ignore[operator]
    assert {line["error"] for line in log if line["event"] == "board.failed"} == {"OSError: the disk is gone"}


def test_pages_that_ask_within_a_second_get_the_same_board(made: Made) -> None:
    """Browsers without JavaScript come again and again."""
    live = LiveBoard(made, every=1000)
    assert live.shown() is live.shown()
    assert made.asked == 1


def test_another_release_or_other_tiles_have_open_pages_load_anew() -> None:
    """A screen that nobody touches shows the new board after a deploy."""
    board = example(0)
    versions = {
        LiveBoard(Made(), version="v1").version(board),
        LiveBoard(Made(), version="v2").version(board),
        LiveBoard(Made(), version="v1").version(replace(board, tiles=board.tiles[1:])),
    }
    assert len(versions) == 3
