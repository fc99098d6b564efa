"""The rules of a statsd server as a file says them, in TOML: read at its start, and again on SIGHUP."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from math import inf
from pathlib import Path
from typing import Any

from opensky.kernel.errors import Misconfigured
from opensky.stats.aggregate import Rules

_KINDS: dict[str, type] = {"forget": bool, "legacy": bool, "prefix": str}


def read_rules(file: Path | None, otherwise: Rules) -> Rules:
    """Return ``otherwise`` with what a file says instead; a file that is not there says nothing.

    Raises:
        Misconfigured: it is no TOML, or says what no server can do.
    """
    try:
        said = tomllib.loads(file.read_text("utf-8")) if file is not None else {}
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError) as error:
        raise Misconfigured(f"The rules in {file} cannot be read: {error}") from error
    try:
        rules = replace(otherwise, **{key: _read(key, value) for key, value in said.items()})
    except ValueError as error:
        raise Misconfigured(f"The rules in {file}: {error}") from error
    return checked(rules)


def checked(rules: Rules) -> Rules:
    """Return rules that a server can keep to; raises ``Misconfigured`` for others."""
    if any(not 0 < abs(each) <= 100 for each in rules.percentiles):  # noqa: PLR2004 - of a hundred
        message = "Percentiles are numbers from 0 to 100, or below zero for the top ones: --percentiles 90 99.9 -10"
        raise Misconfigured(message)
    return rules


def shown(rules: Rules) -> dict[str, Any]:
    """Return rules as a file would say them."""
    found = asdict(rules)
    found["bins"] = {part: ["inf" if limit == inf else limit for limit in limits] for part, limits in rules.bins}
    return found


def _read(key: str, value: object) -> Any:
    if key not in {each.name for each in fields(Rules)}:
        known = ", ".join(each.name for each in fields(Rules))
        raise ValueError(f"{key} is no rule; there are {known}.")
    if key == "bins":
        if not isinstance(value, Mapping):
            raise ValueError("bins is a table of a part of a name and its limits: [bins] then web = [10, 100, 1000]")
        return tuple(
            (str(part), tuple(sorted(_number(key, each) for each in _list(key, limits))))
            for part, limits in value.items()
        )
    if key in _KINDS:
        if not isinstance(value, _KINDS[key]):
            raise ValueError(f"{key} is {'true or false' if _KINDS[key] is bool else 'a text'}, not {value!r}.")
        return value
    if key == "percentiles":
        return tuple(_number(key, each) for each in _list(key, value))
    return tuple(str(each) for each in _list(key, value))


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{key} is a list, not {value!r}.")  # noqa: TRY004 - it is a value of a file
    return value


def _number(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} are numbers, not {value!r}.")  # noqa: TRY004 - as above
    return float(value)
