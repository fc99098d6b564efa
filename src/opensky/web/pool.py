"""The threads in which requests are answered, and the way to them and back.

The standard executor does the same; this one makes one future a request where that makes two, and wakes the event loop once
for all answers that are ready. It halves what the way costs (see ``opensky bench web``).
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

Work = tuple["_Ready", "asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Pool:
    """At most so many threads, each started when there is more work than threads: a forked worker starts its own.

    Threads that were never needed cost no connection, and none of its memory.
    """

    def __init__(self, threads: int) -> None:
        self._size = threads
        self._started = 0
        self._process = 0
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._ready: _Ready | None = None
        self._waiting: set[asyncio.Task[Any]] = set()
        """What nobody else holds on to: the event loop itself keeps no task alive."""

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call ``function`` in a thread and return what it returns, or raise what it raises."""
        ready = self._ready
        loop = asyncio.get_running_loop()
        if ready is None or ready.loop is not loop or self._process != os.getpid():
            ready = self._start(loop)
        future: asyncio.Future[Any] = loop.create_future()
        ready.asked += 1
        if ready.asked > self._started < self._size:
            self._start_thread()
        self._work.put((ready, future, function, arguments))
        return await future

    def later(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call ``function`` in a thread, from the event loop, and wait for nothing. It raises nothing."""
        task = asyncio.ensure_future(self.run(function, *arguments))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    @property
    def busy(self) -> int:
        """How many calls are being answered, or wait for a thread."""
        return self._ready.asked if self._ready is not None else 0

    def close(self) -> None:
        """Let the threads end after the work that they have; new work starts new ones."""
        with self._starting:
            if self._process == os.getpid():
                for _ in range(self._started):
                    self._work.put(None)
            self._process, self._started, self._ready = 0, 0, None

    def _start(self, loop: asyncio.AbstractEventLoop) -> "_Ready":
        with self._starting:
            if self._process != os.getpid():
                self._process, self._started, self._work = os.getpid(), 0, SimpleQueue()
            self._ready = _Ready(loop)
            return self._ready

    def _start_thread(self) -> None:
        with self._starting:
            name = f"request-{self._started}"
            self._started += 1
            threading.Thread(target=_answer, args=(self._work,), name=name, daemon=True).start()


class _Ready:
    """Answers on their way back to one event loop."""

    __slots__ = ("_done", "_woken", "asked", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.asked = 0
        """How many wait for an answer; counted by the event loop alone."""
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._woken = False

    def put(self, future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
        """Hand over an answer, from any thread. The loop is woken only if it is not on its way already."""
        self._done.append((future, result, error))
        if not self._woken:
            self._woken = True
            self.loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # Reset first: what is put after this line wakes the loop again, what was put before it is delivered now.
        self._woken = False
        done = self._done
        while done:
            future, result, error = done.popleft()
            self.asked -= 1
            if future.cancelled():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)


def _answer(work: "SimpleQueue[Work | None]") -> None:
    while (item := work.get()) is not None:
        ready, future, function, arguments = item
        result, error = None, None
        try:
            result = function(*arguments)
        except BaseException as raised:  # noqa: BLE001 - it is raised where the answer is awaited
            error = raised
        try:
            ready.put(future, result, error)
        except RuntimeError:
            continue  # the loop has been closed, so that nobody waits any more
        del item, future, function, arguments, result, error
