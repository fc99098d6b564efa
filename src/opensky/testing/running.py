"""Running something beside a test, and waiting until what should come of it has come."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opensky.osis.runtime import Worker


@contextmanager
def running(worker: Worker) -> Iterator[None]:
    """Run a worker in a thread of its own."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(20)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"This did not come within {seconds} s."
        time.sleep(0.02)
