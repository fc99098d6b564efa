"""Functions that say how series are drawn, draw marks and lines, or ask for series by their tags."""

from dataclasses import replace

from opensky.stats.functions import MOST_SERIES, Many, Request, evaluate, function, named
from opensky.stats.functions_choose import constant_line
from opensky.stats.moments import moment
from opensky.stats.series import Points, Series
from opensky.stats.tagged import by_tag
from opensky.stats.targets import Target, WrongTarget

_MOST_TAGS, _WIDEST = 50, 50.0
_FINEST = 100_000
"""Seconds of which each has a point of its own where marks are counted; of more, several have one."""


@function("color")
def color(series: Many, the_color: str) -> Many:
    """Draw in a colour, such as red or #ff8800."""
    return [s.looking(color=the_color) for s in series]


@function("lineWidth")
def line_width(series: Many, width: float) -> Many:
    """Draw with lines so wide."""
    return [s.looking(width=min(_WIDEST, max(0.1, float(width)))) for s in series]


@function("alpha")
def alpha(series: Many, alpha: float) -> Many:
    """Draw so opaque, from 0 to 1."""
    return [s.looking(alpha=float(alpha)) for s in series]


@function("dashed")
def dashed(series: Many, dash_length: float = 5) -> Many:
    """Draw in dashes of that length."""
    return [s.named(f"dashed({s.name}, {dash_length:g})").looking(dashed=max(1.0, float(dash_length))) for s in series]


@function("secondYAxis")
def second_y_axis(series: Many) -> Many:
    """Draw by a scale of their own, on the right."""
    return [s.named(f"secondYAxis({s.name})").looking(second=1) for s in series]


@function("drawAsInfinite")
def draw_as_infinite(series: Many) -> Many:
    """Draw a line from bottom to top wherever there is a point that is not 0."""
    return [s.named(f"drawAsInfinite({s.name})").looking(infinite=1) for s in series]


@function("stacked", lazy=True)
def stacked(request: Request, target: Target, stack: str = "__DEFAULT__") -> Many:
    """Draw each upon those before it, as areas."""
    found = []
    height = request.stacks.setdefault(stack, [])
    for each in evaluate(target, request):
        height.extend([0.0] * (len(each.values) - len(height)))
        values = Points()
        for n, value in enumerate(each.values):
            height[n] = (height[n] or 0.0) + (value or 0.0)
            values.append(None if value is None else height[n])
        name = f"stacked({each.name})" if stack == "__DEFAULT__" else each.name
        found.append(replace(each, name=name, values=values).looking(stacked=1))
    return found


@function("areaBetween")
def area_between(series: Many) -> Many:
    """Draw the area between two."""
    if len(series) != 2:  # noqa: PLR2004 - a lower and an upper one
        raise ValueError(f"it lies between two series, not {len(series)}")
    lower, upper = series
    name = f"areaBetween({upper.path or upper.name})"
    return [lower.named(name).looking(stacked=1, invisible=1), upper.named(name).looking(stacked=1)]


@function("threshold", lazy=True)
def threshold(request: Request, value: float, label: str = "", color: str = "") -> Many:
    """Draw a line with a name and a colour of its own."""
    look: dict[str, str | float] = {"color": color} if color else {}
    return [s.named(label or s.name).looking(**look) for s in constant_line(request, value)]


@function("verticalLine", lazy=True)
def vertical_line(request: Request, ts: str | float, label: str = "", color: str = "") -> Many:
    """Draw a line from bottom to top at a moment."""
    at = moment(str(ts), request.now)
    if not request.since <= at <= request.until:
        raise ValueError(f"{ts!r} is not in the time that is drawn")
    look: dict[str, str | float] = {"color": color} if color else {}
    return [Series(label, at, 1, [1.0], path=label).looking(infinite=1, **look)]


@function("events", lazy=True)
def events(request: Request, *tags: str) -> Many:
    """Return how many marks there are at each second, with all of these tags; all marks with "*"."""
    if len(tags) > _MOST_TAGS:
        raise ValueError(f"marks are asked for by at most {_MOST_TAGS} tags")
    span = request.until - request.since
    step = -(-span // _FINEST)
    request.room.take(-(-span // step), "events()")
    values: Points = [None] * -(-span // step)
    wanted = () if tags in {(), ("*",)} else tags
    for mark in request.store.marks.between(request.since, request.until - 1, wanted):
        at = (mark.when - request.since) // step
        values[at] = (values[at] or 0) + 1
    name = "events({})".format(", ".join(f'"{tag}"' for tag in tags))
    return [Series(name, request.since, step, values, path=name, tags={"name": name, "consolidateBy": "sum"})]


@function("seriesByTag", lazy=True)
def series_by_tag(request: Request, *asked: str) -> Many:
    """Return the series whose tags are as asked: "host=a", "host!=a", "host=~a.*", "host!=~a.*"; "name" is the name without tags."""
    path = "seriesByTag({})".format(",".join(f"'{each}'" for each in asked))
    names = by_tag(request.store.find_below("*"), asked, request.ways)
    if len(names) > MOST_SERIES:
        raise WrongTarget(f"{path} are {len(names)} series; at most {MOST_SERIES} can be drawn at once.")
    return named(path, names, request)


@function("timeFunction", "time", lazy=True)
def time_function(request: Request, name: str, step: int = 60) -> Many:
    """Return the seconds since 1970, as a line."""
    if step < 1:
        raise ValueError(f"a step of {step} s is too fine")
    request.room.take((request.until - request.since) // step + 1, f"timeFunction({name!r})")
    values: Points = [float(second) for second in range(request.since, request.until, step)]
    return [Series(name, request.since, step, values, path=name)]


@function("identity", lazy=True)
def identity(request: Request, name: str) -> Many:
    """Return the seconds since 1970, one a minute."""
    found: Many = time_function(request, name)
    return found
