"""Answers that go on: events for who stays to listen, and an end when there ought to be one."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

from opensky.web.streaming import MOST_WAITING, EventStream, Put, Streams


class Listener:
    """One connection: what was sent to it, and its going away. ``slow`` takes nothing in."""

    def __init__(self, *, slow: bool = False, method: str = "GET") -> None:
        self.scope = {"type": "http", "method": method}
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self._reads = asyncio.Event()
        if not slow:
            self._reads.set()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message.get("more_body"):
            await self._reads.wait()
        self.sent.append(message)

    @property
    def bodies(self) -> list[bytes]:
        return [each["body"] for each in self.sent if each["type"] == "http.response.body"]


class Spring:
    """Where events come from; ``stopped`` counts who does not listen any more."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.stopped = 0

    def __call__(self, put: Put) -> Callable[[], None]:
        self.puts.append(put)
        return self._stop

    def _stop(self) -> None:
        self.stopped += 1


async def begun(spring: Spring, listener: Listener, streams: Streams) -> "asyncio.Task[None]":
    """Return the task of a stream that has begun."""
    stream = EventStream([(b"cache-control", b"no-store")], spring, streams)
    task = asyncio.ensure_future(stream(listener.scope, listener.receive, listener.send))
    before = len(spring.puts)
    for _ in range(1000):
        if len(spring.puts) > before or task.done():
            break
        await asyncio.sleep(0)
    return task


def test_events_are_sent_as_they_come_until_the_listener_goes() -> None:
    """From whichever thread; and the source is told to stop."""

    async def story() -> None:
        spring, listener, streams = Spring(), Listener(), Streams()
        task = await begun(spring, listener, streams)
        assert len(streams) == 1
        await asyncio.to_thread(spring.puts[0], b"one")
        await asyncio.to_thread(spring.puts[0], b"two")
        for _ in range(500):
            if len(listener.bodies) == 2:
                break
            await asyncio.sleep(0.01)
        listener.gone.set()
        await task
        assert listener.bodies == [b"one", b"two", b""]
        assert listener.sent[-1]["more_body"] is False
        assert dict(listener.sent[0]["headers"])[b"content-type"] == b"text/event-stream"
        assert (spring.stopped, len(streams)) == (1, 0)

    asyncio.run(story())


def test_all_streams_end_when_the_process_is_to_stop() -> None:
    """A server waits for answers that are not finished, so they finish."""

    async def story() -> None:
        spring, streams = Spring(), Streams()
        tasks = [await begun(spring, Listener(), streams) for _ in range(3)]
        streams.end()
        await asyncio.wait_for(asyncio.gather(*tasks), 5)
        assert spring.stopped == 3
        await asyncio.wait_for(await begun(spring, Listener(), streams), 5)
        assert spring.stopped == 4

    asyncio.run(story())


def test_a_signal_ends_them_and_still_reaches_the_server() -> None:
    """The handler that was there before is called, and is there again afterwards."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    own = signal.getsignal(signal.SIGTERM)

    async def story() -> None:
        spring, streams = Spring(), Streams()
        with streams.end_by_signal(asyncio.get_running_loop()):
            task = await begun(spring, Listener(), streams)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 5)

    try:
        asyncio.run(story())
        assert heard == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_stream_does_not_last_for_ever() -> None:
    """Whoever comes again is asked again who they are."""

    async def story() -> None:
        spring = Spring()
        await asyncio.wait_for(await begun(spring, Listener(), Streams(longest=0.05)), 5)
        assert spring.stopped == 1

    asyncio.run(story())


def test_who_takes_nothing_in_is_let_go() -> None:
    """After so many pieces, which lie in memory; not before."""

    async def story() -> None:
        spring, listener = Spring(), Listener(slow=True)
        task = await begun(spring, listener, Streams())
        for _ in range(MOST_WAITING + 2):
            spring.puts[0](b"piece")
        await asyncio.sleep(0.05)
        listener._reads.set()
        await asyncio.wait_for(task, 5)
        assert MOST_WAITING <= len(listener.bodies) - 1 <= MOST_WAITING + 1

    asyncio.run(story())


def test_head_gets_no_events() -> None:
    """It asks what there is, and does not stay."""

    async def story() -> None:
        spring, listener = Spring(), Listener(method="HEAD")
        await asyncio.wait_for(await begun(spring, listener, Streams()), 5)
        assert (listener.bodies, spring.puts) == ([b""], [])

    asyncio.run(story())
