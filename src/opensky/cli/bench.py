"""``opensky bench``: the measurements behind the numbers of the README, each a module of ``opensky.bench``."""

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from opensky.bench.results import Results, as_json, as_rows
from opensky.cli.servers.running import BROKERS, running
from opensky.kernel.errors import Invalid, NotFound

_BROKERS = {kind.__name__.lower(): kind for kind in BROKERS}
_NUMBERS: dict[Any, Callable[[str], object]] = {int: int, float: float}


def bench(name: str, /, *, json: bool = False, **options: str) -> None:
    """Run one measurement and print what it found beside its targets, and the best of its peers.

    Args:
        name: which one: web, import, persistence, serializer, bus, rules, stats, board.
        json: print one JSON object instead of a table.
        **options: whatever else the measurement takes, such as --products 1500 --rounds 5; bus: --broker artemis, activemq, rabbitmq or a URL.
    """
    run: Callable[..., Results] = measurement(name).run
    with _broker(options) as found:
        results = run(**_fitting(run, found))
    print(as_json(results)) if json else Console().print(_table(name, results))


def measurement(name: str) -> ModuleType:
    """Return the module of a measurement; raises ``NotFound``."""
    # A module cannot be called import, so that one is called imports.
    for module in (f"opensky.bench.{name}", f"opensky.bench.{name}s"):
        if name.isidentifier() and importlib.util.find_spec(module):
            found = importlib.import_module(module)
            if hasattr(found, "run"):
                return found
    raise NotFound(f"There is no measurement {name!r}; known are those that ./opensky bench --help names.")


@contextmanager
def _broker(options: dict[str, str]) -> Iterator[dict[str, str]]:
    """Start a broker for the measurement where one is named by its kind, as in ``--broker artemis``."""
    kind = _BROKERS.get(options.get("broker", ""))
    if kind is None:
        yield options
        return
    kind.obtain()
    with running((kind,)) as [server]:
        yield options | {"broker": server.url}


def _fitting(run: Callable[..., Any], options: dict[str, str]) -> dict[str, object]:
    known = inspect.signature(run).parameters
    found: dict[str, object] = {}
    for name, text in options.items():
        if name not in known:
            raise Invalid(
                message=f"This measurement has no option --{name}; it has {', '.join(f'--{k}' for k in known)}."
            )
        try:
            found[name] = _NUMBERS.get(known[name].annotation, str)(text)
        except ValueError:
            raise Invalid(message=f"The option --{name} must be a number, not {text!r}.") from None
    return found


def _table(name: str, results: Results) -> Table:
    value, target, peer = (Column(each, justify="right") for each in ("value", "target", "best peer"))
    table = Table("what", value, "unit", target, peer, "verdict", title=f"bench {name}", title_justify="left")
    for row in as_rows(results):
        table.add_row(*map(str, row))
    return table
