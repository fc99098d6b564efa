"""The board in pieces of HTML, each under the id of the element that it fills: what has not changed is neither drawn nor sent again."""

import gettext
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from opensky.tactical import drawing
from opensky.tactical.readings import Board, Deploy, Judgement, Line, Row, State, Tile
from opensky.web.assets import OWN

TEMPLATES = Path(__file__).parent / "templates"
PIECES = Path(__file__).parent / "pieces"
STATIC = OWN / "board"
OLD = 10.0
"""Numbers that are older than so many seconds are old: the board says so, and greys out."""
_ROWS, _LEAST_COLUMNS, _MOST_COLUMNS = 4, 6, 8
_OTHER_CELLS = 6 + 2 + 2
"""What the stack, the deploys and what is out of the usual take."""
_READ_EVERY = 30 * 60
_SIGNS = {
    Judgement.BETTER: "▲",
    Judgement.SAME: "=",
    Judgement.WORSE: "▼",
    Judgement.EARLY: "…",
    Judgement.UNKNOWN: "?",
}
_LATEST = 12

Parts = dict[str, str]


class Told(NamedTuple):
    """A point of a line, for the table of those who do not see it."""

    when: int
    now: float | None
    before: float | None


class Pieces:
    """Draws boards. It remembers the last one drawn, so it is used by one thread at a time."""

    def __init__(self) -> None:
        self._macros: Any = _environment().get_template("board.html").module
        self._drawn: dict[str, tuple[tuple[Any, ...], str]] = {}

    def parts(self, board: Board) -> Parts:
        """Return the whole board, piece by piece. An equal piece is the very one of before."""
        made: Parts = {}
        for name, macro, values in _wanted(board):
            known = self._drawn.get(name)
            if known is None or known[0] != values:
                known = self._drawn[name] = (values, str(getattr(self._macros, macro)(*values)).strip())
            made[name] = known[1]
        return made


def shell(board: Board, parts: Parts) -> dict[str, Any]:
    """Return what the page of a board is made of: its pieces, and how four rows of tiles hold all of them.

    Six columns, where they are enough if no tile is a wide one; else as many as it takes. What room is left goes to deploys and
    to what is out of the usual.
    """
    wide = [tile.columns > 1 for tile in board.tiles]
    roomy = len(wide) + sum(wide) + _OTHER_CELLS <= _ROWS * _LEAST_COLUMNS
    cells = len(wide) + (sum(wide) if roomy else 0) + _OTHER_CELLS
    columns = min(max(-(-cells // _ROWS), _LEAST_COLUMNS), _MOST_COLUMNS)
    spare = max(0, columns * _ROWS - cells)
    return {
        "parts": {name: Markup(html) for name, html in parts.items()},  # noqa: S704 - the templates have escaped what they show
        "tiles": board.tiles,
        "columns": columns,
        "roomy": roomy,
        "river": 2 + min(2, spare // 2),
        "strange": 2 + min(2, spare - spare // 2),
    }


def _wanted(board: Board) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Return id, macro and values of each piece. Times go in as they are read: a piece changes when its words do."""
    at = board.at
    age = None if board.age is None or board.age < OLD else int(board.age)
    job = (board.next_job.name.replace("_", " "), _from_now(board.next_job.at - at)) if board.next_job else None
    last = board.last_deploy
    found: list[tuple[str, str, tuple[Any, ...]]] = [
        ("verdict", "verdict", (board.verdict, board.sentence)),
        ("worst", "worst", (board.worst,)),
        ("alerts", "alerts", (tuple((each, _ago(at - each.since)) for each in board.alerts),)),
        ("moment", "moment", (int(at), age, job)),
        ("last-deploy", "last_deploy", (last, _sign(last), _ago(at - last.when) if last else "")),
        ("stack", "stack", (board.stack,)),
        (
            "river",
            "river",
            (
                tuple(
                    (each, _sign(each), _ago(at - each.when).replace(" min", "m").replace(" ", ""))
                    for each in board.deploys[-_LATEST:]
                ),
            ),
        ),
        (
            "anomalies",
            "anomalies",
            (tuple((each, drawing.short(each.now), _ago(at - each.since)) for each in board.anomalies),),
        ),
    ]
    for tile in board.tiles:
        found += [
            (f"tile-{tile.key}-now", "now", (tile.text, tile.unit, tile.state, _change(tile), tile.now is not None)),
            (f"tile-{tile.key}-chart", "chart", (tile.history, tile.last_week, tile.band, tile.marks)),
            (f"tile-{tile.key}-words", "words", (tile.sentence, tile.state, tile.rows)),
            (f"tile-{tile.key}-table", "table", (tile.title, tile.unit, tile.history, tile.last_week)),
            (f"tile-{tile.key}-rows", "rows", (tile.rows_title or tile.title, tile.rows)),
        ]
    return found


def _told(line: Line, last_week: Line | None) -> tuple[Told, ...]:
    """Return the line at each half hour: who reads it need not read three hours minute by minute."""
    before = dict(_points(last_week, line)) if last_week else {}
    return tuple(Told(when, value, before.get(when)) for when, value in _points(line, line) if when % _READ_EVERY == 0)


def _points(line: Line, like: Line) -> list[tuple[int, float | None]]:
    weeks = round((like.start - line.start) / 604_800)
    return [(line.start + weeks * 604_800 + number * line.step, value) for number, value in enumerate(line.values)]


def _change(tile: Tile) -> tuple[str, str, str] | None:
    """Return what changed since the last deploy: a sign, how much, and whether that is bad, good or chance."""
    change = tile.since_deploy
    if change is None or change.percent is None:
        return None
    percent = round(change.percent)
    kind = "chance" if not change.significant else "worse" if change.worse else "better"
    sign = "▲" if percent > 0 else "▼" if percent < 0 else "="
    return sign, f"{min(abs(percent), 999)} %", kind


def _sign(deploy: Deploy | None) -> str:
    return _SIGNS[deploy.judgement] if deploy else ""


def _ago(seconds: float) -> str:
    """Write how long ago something was, coarsely: the words change seldom."""
    minutes = max(0, int(seconds // 60))
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _from_now(seconds: float) -> str:
    return "now" if seconds < 60 else _ago(seconds)  # noqa: PLR2004 - a minute


def _clock(when: float) -> str:
    return f"{datetime.fromtimestamp(when, UTC):%H:%M:%S}"


def _minute(when: float) -> str:
    return f"{datetime.fromtimestamp(when, UTC):%H:%M}"


def _shown(rows: tuple[Row, ...], most: int = 3) -> tuple[Row, ...]:
    """Return the rows that a tile has room for, those first that are not well."""
    return tuple(sorted(rows, key=lambda row: -row.state.severity)[:most]) if len(rows) > most else rows


def _tail(name: str, most: int = 28) -> str:
    """Return the end of a long name: that is where names of stats differ."""
    return name if len(name) <= most else "…" + name[-most + 1 :]


def _rate(rate: float | None) -> str:
    if rate is None:
        return drawing.NONE
    return f"{drawing.short(rate)}/s" if rate < 1000 else f"{rate / 1000:.1f}k/s"  # noqa: PLR2004 - four digits


def _flow(rate: float | None) -> int:
    """Return how thick the way into a tier is drawn, 0 to 6: one more for each ten times as much that goes through it."""
    return 0 if not rate else min(6, max(1, round(math.log10(rate)) + 2))


def _percent(share: float | None) -> str:
    if share is None:
        return drawing.NONE
    return f"{share * 100:.0f} %" if share >= 0.1 or share == 0 else f"{share * 100:.1f} %"  # noqa: PLR2004 - a tenth


def _ms(value: float | None) -> str:
    if value is None:
        return drawing.NONE
    if value >= 1000:  # noqa: PLR2004 - a second
        return f"{drawing.short(value / 1000)} s"
    return f"{value:.0f} ms" if value >= 10 else f"{drawing.short(value)} ms"  # noqa: PLR2004 - two digits say enough


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PIECES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    filters: dict[str, Callable[..., Any]] = {
        "short": drawing.short,
        "percent": _percent,
        "ms": _ms,
        "clock": _clock,
        "minute": _minute,
        "shown": _shown,
        "tail": _tail,
        "flow": _flow,
        "rate": _rate,
    }
    made.filters.update(filters)
    made.globals.update(bar=drawing.bar, sparkline=drawing.sparkline, told=_told, OK=State.OK)
    return made
