"""What a measurement found: numbers with their unit, target and best peer."""

from typing import Any

import msgspec


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One number. ``peer`` is the best that was measured elsewhere, ``None`` where nobody has it."""

    value: float
    unit: str
    better: str = "lower"
    target: float | None = None
    peer: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; ``None`` without a target."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


Results = dict[str, Metric]


def as_json(results: Results) -> str:
    """Return one JSON object, metric by metric."""
    return msgspec.json.encode(results).decode()


def as_rows(results: Results) -> list[tuple[Any, ...]]:
    """Return rows for a table: name, value, unit, target, peer, verdict."""
    verdicts = {True: "reached", False: "missed", None: ""}
    return [
        (name, f"{m.value:,.3g}", m.unit, _number(m.target), _number(m.peer), verdicts[m.reached])
        for name, m in results.items()
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"
