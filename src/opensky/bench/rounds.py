"""Rounds: several ways of doing one thing take turns, each warm, and the median of each is what counts."""

import gc
import importlib
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opensky.kernel.errors import Misconfigured

_COLLECT_EVERY = 5_000
"""As many new objects as in the web processes."""


def medians(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the CPU seconds that this process needs for each way.

    Each is done twice in a round and timed the second time: whoever comes after the largest would else find the caches cold.
    """
    found: dict[str, list[float]] = {name: [] for name in ways}
    with settled():
        for _ in range(rounds):
            for name, way in ways.items():
                way()
                before = time.process_time()
                way()
                found[name].append(time.process_time() - before)
    return {name: statistics.median(times) for name, times in found.items()}


@contextmanager
def settled() -> Iterator[None]:
    """Collect garbage as the web tier does: not what is loaded now, as who imports most is not who is measured, and seldom."""
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def peer(module: str) -> Any:
    """Import a peer that we compare ourselves with.

    Raises:
        Misconfigured: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Misconfigured(
            f"This measurement compares with {module.partition('.')[0]}, which is not installed. Run it by the launcher, which installs"
            " requirements-services.lock for it: ./opensky bench serializer, or ./opensky bench persistence."
        ) from error
