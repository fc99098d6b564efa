"""Functions that say what was to be expected: Holt and Winters' forecast with its bands, and straight lines.

The forecast has a level, a slope and a season (a day), each smoothed as graphite-web does it; the bands are as wide as it was wrong at that
time of the season before. Both begin a while before what is drawn, a week unless told otherwise, so that they have learned the season.
"""

from dataclasses import replace

from opensky.stats.functions import Many, Request, evaluate, function, seconds_of
from opensky.stats.moments import moment
from opensky.stats.series import Points, Series
from opensky.stats.targets import Target

_LEVEL = _SEASON = 0.1
_SLOPE = 0.0035


def forecast(values: Points, season: int) -> tuple[Points, list[float]]:
    """Return what each point was to be expected as, and how wrong it usually is there; a season has so many points.

    Raises:
        ValueError: a season has fewer than two points.
    """
    if season < 2:  # noqa: PLR2004 - of one point, it is no season
        raise ValueError("a season has at least two points")
    expected, wrong, seasons = Points(), list[float](), list[float]()
    level: float | None = None
    following = values[0] if values else None
    slope = 0.0
    for n, value in enumerate(values):
        expected.append(following)
        if value is None:  # it begins anew behind a gap, but for what the season before was
            level, slope, following = None, 0.0, None
            seasons.append(0.0)
            wrong.append(0.0)
            continue
        before, was_wrong = (seasons[n - season], wrong[n - season]) if n >= season else (0.0, 0.0)
        last = value if level is None else level
        level = _LEVEL * (value - before) + (1 - _LEVEL) * (last + slope)
        slope = _SLOPE * (level - last) + (1 - _SLOPE) * slope
        seasons.append(_SEASON * (value - level) + (1 - _SEASON) * before)
        wrong.append(_SEASON * abs(value - (following or 0.0)) + (1 - _SEASON) * was_wrong)
        following = level + slope + (seasons[n + 1 - season] if n + 1 >= season else 0.0)
    return expected, wrong


@function("holtWintersForecast", lazy=True)
def holt_winters_forecast(
    request: Request, target: Target, bootstrap_interval: str = "7d", seasonality: str = "1d"
) -> Many:
    """Return what each series was to be expected as."""
    return [
        replace(drawn, name=f"holtWintersForecast({drawn.name})", values=expected)
        for drawn, expected, _ in _analysed(request, target, bootstrap_interval, seasonality)
    ]


@function("holtWintersConfidenceBands", lazy=True)
def holt_winters_confidence_bands(
    request: Request, target: Target, delta: float = 3, bootstrap_interval: str = "7d", seasonality: str = "1d"
) -> Many:
    """Return between what each series was to be expected: so many times as far off as usual."""
    found = []
    for drawn, expected, wrong in _analysed(request, target, bootstrap_interval, seasonality):
        for name, sign in (("Lower", -1), ("Upper", 1)):
            values: Points = [None if e is None else e + sign * delta * w for e, w in zip(expected, wrong, strict=True)]
            found.append(replace(drawn, name=f"holtWintersConfidence{name}({drawn.name})", values=values))
    return found


@function("holtWintersConfidenceArea", lazy=True)
def holt_winters_confidence_area(
    request: Request, target: Target, delta: float = 3, bootstrap_interval: str = "7d", seasonality: str = "1d"
) -> Many:
    """Return the same as an area, of one series."""
    bands = holt_winters_confidence_bands(request, target, delta, bootstrap_interval, seasonality)
    if len(bands) != 2:  # noqa: PLR2004 - a lower and an upper one
        raise ValueError(f"it is drawn for one series, not {len(bands) // 2}")
    lower, upper = (s.named(f"holtWintersConfidenceArea({s.path})") for s in bands)
    return [lower.looking(stacked=1, invisible=1), upper.looking(stacked=1)]


@function("holtWintersAberration", lazy=True)
def holt_winters_aberration(
    request: Request, target: Target, delta: float = 3, bootstrap_interval: str = "7d", seasonality: str = "1d"
) -> Many:
    """Return by how much each series lies outside of its bands, 0 where it does not."""
    found = []
    for drawn, expected, wrong in _analysed(request, target, bootstrap_interval, seasonality):
        values = Points()
        for value, e, w in zip(drawn.values, expected, wrong, strict=True):
            away = 0.0 if value is None or e is None else value - e
            beyond = abs(away) - delta * w
            values.append(0.0 if beyond <= 0 else beyond if away > 0 else -beyond)
        found.append(replace(drawn, name=f"holtWintersAberration({drawn.name})", values=values))
    return found


def _analysed(
    request: Request, target: Target, bootstrap: str, seasonality: str
) -> list[tuple[Series, Points, list[float]]]:
    """Return series as they are drawn, what was expected, and how wrong that usually is."""
    earlier, season = seconds_of(bootstrap), seconds_of(seasonality)
    found = []
    for each in evaluate(target, request.earlier(earlier)):
        expected, wrong = forecast(each.values, season // each.step)
        before = earlier // each.step
        drawn = replace(each, start=each.start + before * each.step, values=each.values[before:])
        found.append((drawn, expected[before:], wrong[before:]))
    return found


@function("linearRegression", lazy=True)
def linear_regression(request: Request, target: Target, start_source_at: str = "", end_source_at: str = "") -> Many:
    """Return the straight line that fits each best, by its points between two moments."""
    since = moment(start_source_at, request.now) if start_source_at else request.since
    until = moment(end_source_at, request.now) if end_source_at else request.until
    found = []
    source = evaluate(target, replace(request, since=since, until=until))
    for each, learned in zip(evaluate(target, request), source, strict=False):
        if (line := _line(learned)) is not None:
            factor, level = line
            values: Points = [level + (each.start + n * each.step) * factor for n in range(len(each.values))]
            name = f"linearRegression({each.name}, {since}, {until})"
            found.append(replace(each, name=name, path=name, values=values))
    return found


def _line(series: Series) -> tuple[float, float] | None:
    """Return how steep the line of least squares is, and where it crosses 1970; nothing where one point, or none, is known."""
    known = [(n, value) for n, value in enumerate(series.values) if value is not None]
    many, places = len(known), sum(n for n, _ in known)
    values, squares = sum(v for _, v in known), sum(n * n for n, _ in known)
    products = sum(n * v for n, v in known)
    spread = float(many * squares - places * places)
    if not spread:
        return None
    factor = (many * products - places * values) / spread / series.step
    return factor, (squares * values - products * places) / spread - factor * series.start
