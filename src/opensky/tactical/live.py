"""The board as it goes on: made once a second for all who look at it in this process, and not at all while nobody does."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec
import structlog

from opensky.tactical.pages import Parts, Pieces
from opensky.tactical.readings import Board
from opensky.web.streaming import Put

MOST_VIEWERS = 32
"""At once, in one web process. Each holds a connection; whoever comes later is told to come again."""
EVERY = 1.0
_FRESH = 0.9
_RETRY = b"retry: 1000\n\n"


class Boards(Protocol):
    """Where boards come from."""

    def read(self, now: float) -> Board:
        """Return what the shop's numbers say at an instant. Safe to be called by several threads."""
        ...


class Shown(NamedTuple):
    """A board, and its pieces."""

    board: Board
    parts: Parts


class _Viewer:
    """Somebody who looks on; who has just come gets all pieces once, then what has changed."""

    __slots__ = ("fresh", "put")

    def __init__(self, put: Put) -> None:
        self.put = put
        self.fresh = True


class LiveBoard:
    """The board of this process. One for all viewers; ``version`` tells their pages when to load anew."""

    def __init__(
        self, boards: Boards, clock: Callable[[], float] = time.time, version: str = "", every: float = EVERY
    ) -> None:
        self._boards = boards
        self._clock = clock
        self._every = every
        self._version = version
        self._pieces = Pieces()
        self._making = threading.Lock()
        self._last: tuple[float, Shown] | None = None
        self._viewers: list[_Viewer] = []
        self._gate = threading.Lock()
        self._thread: threading.Thread | None = None

    def shown(self) -> Shown:
        """Return the board as it is now; who asks twice within a second gets the same."""
        with self._making:
            began = time.monotonic()
            if self._last is None or began - self._last[0] >= _FRESH * self._every:
                board = self._boards.read(self._clock())
                self._last = began, Shown(board, self._pieces.parts(board))
            return self._last[1]

    def version(self, board: Board) -> str:
        """Return what changes when a page that is open no longer fits: another release, or other tiles."""
        return ".".join((self._version, *(tile.key for tile in board.tiles)))

    @property
    def full(self) -> bool:
        """Whether nobody more may look on."""
        return len(self._viewers) >= MOST_VIEWERS

    def watch(self, put: Put) -> Callable[[], None]:
        """Give somebody the board each second; returns what stops it."""
        viewer = _Viewer(put)
        with self._gate:
            self._viewers.append(viewer)
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="board", daemon=True)
                self._thread.start()
        return lambda: self._leave(viewer)

    def _leave(self, viewer: _Viewer) -> None:
        with self._gate:
            if viewer in self._viewers:
                self._viewers.remove(viewer)

    def _go_on(self) -> None:
        sent: Parts = {}
        while viewers := self._still_there():
            began = time.monotonic()
            try:
                shown = self.shown()
                whole = _event(shown, self.version(shown.board), shown.parts) if any(v.fresh for v in viewers) else b""
                rest = _event(shown, self.version(shown.board), _changed(sent, shown.parts))
                sent = shown.parts
            except Exception as error:  # noqa: BLE001 - the board must say so, and go on as soon as it can
                structlog.get_logger("board").warning("board.failed", error=f"{type(error).__name__}: {error}")
                whole, rest, sent = b"", _trouble(), {}
            for viewer in viewers:
                self._tell(viewer, whole if viewer.fresh and whole else rest, told=bool(whole))
            if not sent:  # after a trouble everybody gets all of it
                for viewer in viewers:
                    viewer.fresh = True
            time.sleep(max(0.0, self._every - (time.monotonic() - began)))

    def _tell(self, viewer: _Viewer, piece: bytes, *, told: bool) -> None:
        try:
            viewer.put(_RETRY + piece if viewer.fresh else piece)
        except RuntimeError:  # its event loop is closed
            self._leave(viewer)
        viewer.fresh = viewer.fresh and not told

    def _still_there(self) -> list[_Viewer]:
        with self._gate:
            if not self._viewers:
                self._thread = None
            return list(self._viewers)


def _changed(before: Parts, after: Parts) -> Parts:
    return {name: html for name, html in after.items() if before.get(name) is not html}


def _event(shown: Shown, version: str, parts: Parts) -> bytes:
    told = {"at": shown.board.at, "version": version, "parts": parts}
    return b"event: board\ndata: " + msgspec.json.encode(told) + b"\n\n"


def _trouble() -> bytes:
    return b"event: trouble\ndata: {}\n\n"
