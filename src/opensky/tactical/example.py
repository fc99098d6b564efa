"""A board as it could be, in each of its states: for looking at the drawing, and for measuring it, where no shop has been running for weeks."""

import math
from dataclasses import replace

from opensky.tactical.readings import (
    Alert,
    Anomaly,
    Band,
    Basis,
    Board,
    Change,
    Deploy,
    Graph,
    Judgement,
    Line,
    Mark,
    NextJob,
    Row,
    Stack,
    State,
    Tier,
    Tile,
    Worst,
)

_STEP, _POINTS = 60, 180
_WEEK = 7 * 86_400
_LATE = 25
"""So many minutes ago the last deploy was."""


def example(at: float, state: State = State.OK) -> Board:
    """Return a board whose verdict is ``state``; the same instant gives the same board."""
    minute = at // 60 * 60
    tiles = tuple(_tile(minute, *each) for each in _TILES)
    board = Board(
        at=at,
        verdict=State.OK,
        sentence="All is well: 41 orders a minute, answers in 38 ms.",
        tiles=tiles,
        stack=Stack(_TIERS, "", "No tier holds the others up; most of a request's time is spent in the web processes."),
        deploys=_deploys(minute),
        newest=at - 1,
        next_job=NextJob("expire credits", at + 8 * 60),
    )
    return board if state is State.OK else _troubled(board, state)


def _troubled(board: Board, state: State) -> Board:
    """Return the board of a shop whose database is slow; at worst it cannot sell any more."""
    broken = state is State.BROKEN
    slow = "The database holds the others up: 97 % of its time is taken, 14 requests wait for it, p95 is 22 times the usual."
    tiers = tuple(replace(tier, **_WHEN_SLOW.get(tier.key, {})) for tier in board.stack.tiers)  # type: ignore[arg-type]
    tiles = tuple(_worsened(tile, broken=broken) for tile in board.tiles)
    worst = (
        Worst("sql", "Database", State.BROKEN if broken else State.WATCH, slow),
        Worst("web", "Web", State.WATCH, "p95 of answers is 1,240 ms, 18 times the usual 68 ms, for 4 min."),
        Worst("orders", "Orders", State.WATCH, "12 orders a minute, 71 % under the usual 41."),
    )
    alert = Alert(7, "Answers take long", "web.ms upper_95 is above 500 ms", State.BROKEN, board.at - 240, "")
    return replace(
        board,
        verdict=state,
        sentence="The database is slow, and orders are fewer for it."
        if broken
        else "The database is slower than usual.",
        worst=worst,
        tiles=tiles,
        stack=Stack(tiers, "sql", slow, state),
        anomalies=_anomalies(board.at),
        alerts=(alert,) if broken else (),
    )


def _worsened(tile: Tile, *, broken: bool) -> Tile:
    match tile.key:
        case "web":
            said = "p95 of answers is 1,240 ms, 18 times the usual 68 ms, for 4 min."
            return replace(
                _fallen(tile, 18.0),
                state=State.BROKEN if broken else State.WATCH,
                text="1,240",
                now=1240,
                sentence=said,
            )
        case "orders":
            said = "12 orders a minute, 71 % under the usual 41."
            return replace(_fallen(tile, 0.29), state=State.WATCH, text="12", now=12, sentence=said)
        case "queues" if broken:
            said = "orders.paid waits: its oldest message is 48 s old, the limit is 30 s."
            return replace(_fallen(tile, 9.0), state=State.BROKEN, text="318", now=318, sentence=said)
    return tile


def _fallen(tile: Tile, by: float) -> Tile:
    values = tile.history.values
    lately = tuple(None if value is None else value * by for value in values[-4:])
    return replace(tile, history=replace(tile.history, values=values[:-4] + lately))


def _wave(at: float, usual: float, spread: float, seed: int) -> Line:
    start = int(at) // _STEP * _STEP - (_POINTS - 1) * _STEP
    noise = (math.sin(n * 12.9898 + seed * 78.233) * 43758.5453 % 1 - 0.5 for n in range(_POINTS))
    values = (usual * (1 + 0.18 * math.sin((n + seed * 17) / 37) + spread * each) for n, each in enumerate(noise))
    return Line(start, _STEP, tuple(round(max(0.0, value), 3) for value in values))


def _tile(at: float, key: str, title: str, unit: str, usual: float, sentence: str, rows: tuple[Row, ...]) -> Tile:
    seed = sum(map(ord, key))
    history = _wave(at, usual, 0.22, seed)
    before = _wave(at, usual, 0.1, seed + 1)
    middle = _wave(at, usual, 0.0, seed)
    low, high = (replace(middle, values=tuple((v or 0) * by for v in middle.values)) for by in (0.75, 1.3))
    marks = tuple(Mark(each.when, each.what, ("deploy",)) for each in _deploys(at)[-2:])
    after = history.values[-1] or usual
    change = Change(
        title, usual, after, unit, abs(after - usual) > usual / 4, False, "8 % more than before the last deploy."
    )
    return Tile(
        key,
        title,
        sentence,
        after,
        f"{after:,.0f}" if after >= 10 else f"{after:.2g}",  # noqa: PLR2004 - two digits say enough
        unit,
        history=history,
        last_week=replace(before, start=before.start - _WEEK),
        band=Band(low, high, middle, Basis.WEEKS),
        marks=marks,
        since_deploy=change,
        rows=rows,
        graphs=(
            Graph(title, f"stats.timers.{key}.upper_95", unit),
            Graph(f"{title}, how many", f"stats.counters.{key}.rate", "/s"),
        ),
    )


_TILES: tuple[tuple[str, str, str, float, str, tuple[Row, ...]], ...] = (
    (
        "orders",
        "Orders",
        "/min",
        41,
        "41 orders a minute, as usual at this time.",
        (Row("Placed", "44/min"), Row("Paid", "41/min")),
    ),
    ("revenue", "Revenue", "USD/h", 2140, "2,140 USD an hour, as usual.", (Row("An order", "$52.10"),)),
    ("conversion", "Conversion", "%", 64, "64 of 100 checkouts end paid, as usual.", (Row("Checkouts", "64/min"),)),
    (
        "declines",
        "Declines",
        "%",
        1.2,
        "1.2 of 100 payments are declined, as usual.",
        (Row("test", "1.2 %", share=0.012),),
    ),
    (
        "follows",
        "Follows",
        "/min",
        128,
        "128 follows a minute, as usual.",
        (Row("Shares", "14/min"), Row("Sign-ups", "3.2/min")),
    ),
    ("sessions", "Signed in", "", 1204, "1,204 members are here, as usual.", (Row("Log-ins", "21/min"),)),
    (
        "funnel",
        "Funnel",
        "%",
        3.4,
        "3.4 of 100 views end in a paid order.",
        (
            Row("View", "12.1k", share=1.0),
            Row("Bag", "1.3k", share=0.31),
            Row("Checkout", "640", share=0.18),
            Row("Paid", "411", share=0.11),
        ),
    ),
    (
        "web",
        "Answers, p95",
        "ms",
        64,
        "p95 of answers is 64 ms, as usual.",
        (Row("GET /", "212/s"), Row("GET /products", "61/s")),
    ),
    (
        "errors",
        "Errors",
        "%",
        0.04,
        "0.04 of 100 answers are errors, as usual.",
        (Row("5xx", "0.1/s", share=0.0004), Row("4xx", "2.1/s")),
    ),
    (
        "queues",
        "Queues",
        "",
        3,
        "3 messages wait, the oldest for 0.2 s.",
        (Row("orders.paid", "2"), Row("letters", "1")),
    ),
    (
        "vendors",
        "Third parties",
        "ms",
        412,
        "All answer; the slowest is the fraud check.",
        (Row("fraud", "412 ms"), Row("payments", "180 ms")),
    ),
    (
        "data",
        "Statements",
        "ms",
        2.1,
        "A statement takes 2.1 ms, as usual.",
        (Row("Reads", "1.9k/s"), Row("Writes", "88/s")),
    ),
    (
        "jobs",
        "Jobs",
        "",
        0,
        "No job has failed today; the last was letters news.",
        (Row("Last", "letters news"), Row("Took", "2.1 s")),
    ),
    (
        "rewards",
        "Credit given",
        "USD/h",
        31,
        "31 USD an hour, far below the cap of 500.",
        (Row("Of the cap", "6 %", share=0.06),),
    ),
)

_TIERS: tuple[Tier, ...] = (
    Tier("web", "Web", State.OK, "", 212, 0.31, 0, "waiting", 0.0, 22, 64, 61, 0.52, 0.5, 4.7),
    Tier("queue", "Queue", State.OK, "", 9.5, None, 3, "messages", 0.0, 40, 180, 170, None, None, 0.4),
    Tier("bus", "Bus", State.OK, "", 9.4, 0.22, 0, "waiting", 0.001, 31, 96, 90, None, None, 0.9),
    Tier("sql", "Database", State.OK, "", 1990, 0.18, 0.1, "ms wait", 0.0, 0.4, 2.1, 2.0, 0.3, 0.3, 0.8),
    Tier("documents", "Documents", State.OK, "", 740, 0.09, None, "", 0.0, 0.3, 1.2, 1.2, 0.14, 0.15, 0.2),
    Tier("thirds", "Third parties", State.OK, "", 1.1, None, None, "", 0.0, 190, 412, 400, 0.04, 0.05, 0.2),
)
_WHEN_SLOW: dict[str, dict[str, object]] = {
    "web": {"state": State.WATCH, "utilisation": 0.94, "p50": 480.0, "p95": 1240.0, "share": 0.05, "in_flight": 15.0},
    "sql": {
        "state": State.BROKEN,
        "utilisation": 0.97,
        "saturation": 14,
        "saturation_unit": "waiting",
        "p50": 18.0,
        "p95": 46.0,
        "share": 0.81,
    },
    "documents": {"share": 0.1},
}


def _deploys(at: float) -> tuple[Deploy, ...]:
    judged = (
        "same",
        "better",
        "same",
        "same",
        "worse",
        "better",
        "same",
        "same",
        "unknown",
        "better",
        "same",
        "too early",
    )
    who = ("ada", "tomas", "maya")
    return tuple(
        Deploy(
            at - 60 * (_LATE + 190 * (len(judged) - 1 - number)),
            f"{(number + 3) * 0x1F3A5D7:07x}"[:7],
            who[number % 3],
            "",
            Judgement(judgement),
            _SAID[judgement],
        )
        for number, judgement in enumerate(judged)
    )


_SAID = {
    "same": "Nothing changed by more than chance.",
    "better": "Answers are 14 % faster than before.",
    "worse": "Errors rose from 0.1 % to 2.3 %.",
    "unknown": "Too little was counted to say.",
    "too early": "25 min of numbers are too few to say.",
}


def _anomalies(at: float) -> tuple[Anomaly, ...]:
    found = (
        ("sql.waiting.upper_95", "22 times its usual", 46.0, 2.1, 31.0, 260),
        ("web.ms.upper_95", "18 times its usual", 1240.0, 68.0, 24.2, 250),
        ("order.placed.rate", "71 % under its usual", 0.2, 0.68, 8.1, 240),
        ("web.routes.POST_checkout.upper_95", "11 times its usual", 3400.0, 310.0, 7.4, 235),
        ("queues.orders_paid.oldest", "48 s, usually 0.2 s", 48.0, 0.2, 6.9, 120),
        ("third.payments.upper_95", "30 % above its usual", 240.0, 180.0, 4.1, 600),
    )
    return tuple(Anomaly(name, said, now, usual, far, at - ago) for name, said, now, usual, far, ago in found)
