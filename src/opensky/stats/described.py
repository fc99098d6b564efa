"""Functions as ``/functions`` describes them: Grafana makes its menus of it, and leaves out the series, which it knows by their type."""

import inspect
from math import isfinite

from opensky.stats.functions import FUNCTIONS, Many
from opensky.stats.targets import Target

_GROUPS = {
    "functions_choose": "Filter Series",
    "functions_combine": "Combine",
    "functions_draw": "Graph",
    "functions_forecast": "Calculate",
    "functions_more": "Transform",
    "functions_transform": "Transform",
}
_BY_NAME = {
    **dict.fromkeys(("func", "callback", "consolidation_func", "value_types"), "aggFunc"),
    **dict.fromkeys(
        ("interval_string", "bootstrap_interval", "seasonality", "time_shift", "time_shift_unit"), "interval"
    ),
    **dict.fromkeys(("node_num", "nodes", "position"), "node"),
    "window_size": "intOrInterval",
    "tags": "tag",
}
_BY_TYPE = {bool: "boolean", int: "integer", float: "float", str: "string"}


def described(name: str) -> dict[str, object]:
    """Return what a function is called, does and takes."""
    known = FUNCTIONS[name]
    parameters = [_parameter(each) for each in known.parameters if not each.name.startswith("_")]
    group = _GROUPS.get(known.run.__module__.rsplit(".", 1)[-1], "Special")
    for beginning, other in (("alias", "Alias"), ("sort", "Sorting"), ("substr", "Alias"), ("legend", "Alias")):
        group = other if name.startswith(beginning) else group
    return {
        "name": name,
        "function": f"{name}({', '.join(str(each['name']) for each in parameters)})",
        "description": known.run.__doc__ or "",
        "module": "graphite.render.functions",
        "group": group,
        "params": parameters,
    }


def grouped(wanted: str = "") -> dict[str, dict[str, object]]:
    """Return the functions of each group, or of one."""
    found: dict[str, dict[str, object]] = {}
    for name in sorted(FUNCTIONS):
        each = described(name)
        if wanted in {"", each["group"]}:
            found.setdefault(str(each["group"]), {})[name] = each
    return found


def _parameter(given: inspect.Parameter) -> dict[str, object]:
    several = given.kind is given.VAR_POSITIONAL
    series = given.annotation is Many or given.annotation == Target
    first, *rest = given.name.split("_")
    name = first + "".join(part.capitalize() for part in rest)
    if series:
        name = "seriesLists" if several else "seriesList" if name in {"series", "target"} else name
    kind = "seriesLists" if series and several else "seriesList" if series else _BY_NAME.get(given.name, "")
    found: dict[str, object] = {
        "name": name,
        "type": kind or _BY_TYPE.get(given.annotation, "any"),
        "required": given.default is given.empty,
        "multiple": several,
    }
    if given.default not in {given.empty, None} and (not isinstance(given.default, float) or isfinite(given.default)):
        found["default"] = given.default
    return found
