"""The tiles of the board. A further one is a further ``Spec`` in a list that is handed to ``Boards``; docs/board.md shows one."""

from collections.abc import Callable

from opensky.tactical import words
from opensky.tactical.lines import How
from opensky.tactical.look import Look
from opensky.tactical.readings import Row, State
from opensky.tactical.spec import Bad, Kind, Limits, Spec

_TOP = 5
_REQUESTS = "stats.timers.web.ms.count_ps"
_ERRORS = "sumSeries(stats.counters.web.status.5*.rate)"
_FUNNEL = (
    ("Seen", "stats.timers.web.routes.GET_products_slug.count_ps"),
    ("In the bag", "stats.counters.bag.added.rate"),
    ("Checkout", "stats.timers.web.routes.GET_checkout.count_ps"),
    ("Paid", "stats.counters.order.paid.rate"),
)


def per_minute(*named: tuple[str, str]) -> Callable[[Look], list[Row]]:
    """Return rows of rates: a label and a target each."""

    def rows(look: Look) -> list[Row]:
        found = [(label, look.value(target)) for label, target in named]
        return [Row(label, f"{words.number(rate * 60)}/min", rate * 60) for label, rate in found if rate is not None]

    return rows


def funnel(look: Look) -> list[Row]:
    """Return the steps from looking to paying, of the last five minutes, each with its share of the first."""
    rates = [(label, look.value(target, 300)) for label, target in _FUNNEL]
    first = rates[0][1]
    return [
        Row(
            label,
            f"{words.number(rate * 60)}/min",
            rate * 60,
            share=min(1.0, rate / first) if first else None,
        )
        for label, rate in rates
        if rate is not None
    ]


def statuses(look: Look) -> list[Row]:
    """Return the answers a second by the class of their status, and the five routes that took most time."""
    rows = []
    for label, pattern in (("2xx", "2*"), ("3xx", "3*"), ("4xx", "4*"), ("5xx", "5*")):
        rate = look.value(f"sumSeries(stats.counters.web.status.{pattern}.rate)", 20)
        if rate is not None:
            bad = label == "5xx" and rate > 0
            rows.append(Row(label, f"{words.number(rate)}/s", rate, state=State.WATCH if bad else State.OK))
    for title, name in (("p50", "median"), ("p99", "upper_99")):
        ms = look.value(f"stats.timers.web.ms.{name}", 20)
        if ms is not None:
            rows.append(Row(title, words.time(ms), ms))
    return [*rows, *look.kept("slow routes", 5.0, lambda: _slow_routes(look))]


def queues(look: Look) -> list[Row]:
    """Return the queues in which something waits or was given up, the longest first."""
    ready = dict(look.each("stats.gauges.queues.*.ready", 20, How.LAST))
    dead = dict(look.each("stats.gauges.queues.*.dead", 20, How.LAST))
    oldest = dict(look.each("stats.gauges.queues.*.oldest", 20, How.LAST))
    rows = []
    for name, count in sorted(ready.items(), key=lambda pair: -pair[1]):
        queue = name.split(".")[-2]
        base = name.removesuffix("ready")
        given_up, waited = dead.get(f"{base}dead", 0.0), oldest.get(f"{base}oldest", 0.0)
        if count or given_up:
            state = State.BROKEN if waited > _OLD.broken else State.WATCH if waited > _OLD.watch else State.OK
            text = f"{words.number(count)} wait, {words.span(waited)}" if count else "none waits"
            rows.append(Row(queue, f"{text}; {words.number(given_up)} dead" if given_up else text, count, state=state))
    return rows[: _TOP + 1]


def vendors(look: Look) -> list[Row]:
    """Return whom the shop called: how long they took, and how many calls failed."""
    failed = {
        name.split(".")[-2]: rate for name, rate in look.each("stats.counters.third_failed.*.rate", 60) if rate > 0
    }
    rows = []
    for name, ms in look.each("stats.timers.third.*.upper_95", 60):
        vendor = name.split(".")[-2]
        bad = failed.get(vendor, 0.0)
        text = words.time(ms) + (f", {words.number(bad * 60)} failed/min" if bad else "")
        rows.append(Row(vendor.replace("_", " "), text, ms, state=State.WATCH if bad else State.OK))
    return rows[: _TOP + 1]


def statements(look: Look) -> list[Row]:
    """Return the kinds of statements: how many, and how long."""
    rows = []
    for kind in ("select", "insert", "update", "delete", "commit"):
        rate, ms = (
            look.value(f"stats.timers.sql.{kind}.count_ps", 20),
            look.value(f"stats.timers.sql.{kind}.upper_95", 20),
        )
        if rate:
            rows.append(Row(kind, f"{words.number(rate)}/s" + (f", {words.time(ms)}" if ms is not None else ""), rate))
    waited = look.value("stats.timers.sql.waiting.upper_95", 20)
    if waited is not None:
        rows.append(Row("waiting", words.time(waited), waited))
    return rows


def jobs(look: Look) -> list[Row]:
    """Return the jobs that ran of late."""
    found = look.kept("jobs", 30.0, lambda: look.each("stats.timers.jobs.*.upper", 3600, How.MOST))
    failed = dict(look.kept("jobs failed", 30.0, lambda: look.each("stats.counters.jobs_failed.*.rate", 3600)))
    rows = []
    for name, ms in sorted(found, key=lambda pair: -pair[1])[:_TOP]:
        job = name.split(".")[-2]
        bad = failed.get(f"stats.counters.jobs_failed.{job}.rate", 0.0) > 0
        rows.append(
            Row(job.replace("_", " "), "failed" if bad else words.time(ms), ms, state=State.WATCH if bad else State.OK)
        )
    return rows


def cache(look: Look) -> list[Row]:
    """Return what the web tier before the shop says of itself."""
    names = ("hits", "misses", "grace", "bans")
    return per_minute(*((name.title(), f"stats.counters.varnish.{name}.rate") for name in names))(look)


def _slow_routes(look: Look) -> list[Row]:
    sums = sorted(look.each("stats.timers.web.routes.*.sum", 60), key=lambda pair: -pair[1])[:_TOP]
    whole = sum(ms for _, ms in sums) or 1.0
    return [
        Row(name.split(".")[-2].replace("_", " ", 1), f"{words.time(ms)}/s", ms, share=ms / whole)
        for name, ms in sums
        if ms > 0
    ]


_OLD = Limits(30.0, 120.0)


def standard(currency: str = "USD", minor: int = 100) -> tuple[Spec, ...]:
    """Return the tiles that come with the board; ``minor`` is how many of the smallest units are one of the currency."""
    return (*_of_money(currency, minor), *_OF_PEOPLE, *_OF_MACHINES)


def _of_money(currency: str, minor: int) -> tuple[Spec, ...]:
    paid, per_hour = "stats.counters.order.paid.rate", 3600 / minor
    return (
        Spec(
            key="orders",
            title="Orders",
            target=paid,
            scale=60,
            unit="/min",
            says="orders a minute",
            bad=Bad.DOWN,
            judged=True,
            rows=per_minute(
                ("Placed", "stats.counters.order.created.rate"),
                ("Paid", paid),
                ("Cancelled", "stats.counters.order.cancelled.rate"),
            ),
        ),
        Spec(
            key="revenue",
            title="Revenue",
            target="stats.counters.money.paid.rate",
            scale=per_hour,
            unit=f"{currency}/h",
            says=f"{currency} an hour",
            kind=Kind.AMOUNT,
            bad=Bad.NEITHER,
            window=300,
        ),
        Spec(
            key="conversion",
            title="Checkouts paid",
            target=paid,
            over="stats.timers.web.routes.GET_checkout.count_ps",
            unit="%",
            says="% of checkouts end paid",
            kind=Kind.SHARE,
            bad=Bad.DOWN,
            window=300,
            fewest=15,
            least=15,
        ),
        Spec(
            key="declines",
            title="Declined cards",
            target="stats.counters.money.declined.rate",
            over="stats.counters.money.asked.rate",
            unit="%",
            says="% of cards are declined",
            kind=Kind.SHARE,
            bad=Bad.UP,
            window=300,
            fewest=12,
            least=10,
            limits=Limits(40, 80),
            judged=True,
        ),
    )


_OF_PEOPLE: tuple[Spec, ...] = (
    Spec(
        key="follows",
        title="Follows",
        target="stats.counters.seller.follow.rate",
        scale=60,
        unit="/min",
        says="follows a minute",
        bad=Bad.DOWN,
        rows=per_minute(
            ("Follows", "stats.counters.seller.follow.rate"),
            ("Shares", "stats.counters.product.share.rate"),
            ("Sign-ups", "stats.counters.member.created.rate"),
        ),
    ),
    Spec(
        key="sessions",
        title="Members here",
        target="stats.gauges.members.active",
        says="members in the last 15 minutes",
        kind=Kind.LEVEL,
        bad=Bad.NEITHER,
        rows=per_minute(
            ("Logged in", "stats.counters.members.logged_in.rate"), ("Pages", "stats.counters.web.views.rate")
        ),
    ),
    Spec(
        key="funnel",
        title="Funnel",
        target="stats.counters.order.paid.rate",
        over="stats.timers.web.routes.GET_products_slug.count_ps",
        unit="%",
        says="paid orders for 100 products looked at",
        kind=Kind.SHARE,
        bad=Bad.DOWN,
        window=300,
        fewest=30,
        least=5,
        rows=funnel,
        rows_title="Steps, in the last five minutes",
        columns=2,
    ),
    Spec(
        key="rewards",
        title="Rewards",
        target="stats.counters.credit.granted.rate",
        scale=3600,
        unit="/h",
        says="credits an hour",
        bad=Bad.UP,
        least=30,
        window=300,
    ),
)


_OF_MACHINES: tuple[Spec, ...] = (
    Spec(
        key="web",
        title="Answers, p95",
        target="stats.timers.web.ms.upper_95",
        unit="ms",
        says="ms is the 95th percentile of answers",
        kind=Kind.TIME,
        bad=Bad.UP,
        window=20,
        least=30,
        rows=statuses,
        rows_title="Answers by status, and the routes that took most time",
        columns=2,
        judged=True,
    ),
    Spec(
        key="errors",
        title="Errors",
        target=_ERRORS,
        over=_REQUESTS,
        unit="%",
        says="% of answers are errors",
        kind=Kind.SHARE,
        bad=Bad.UP,
        window=20,
        fewest=10,
        least=1,
        limits=Limits(1, 5),
        judged=True,
    ),
    Spec(
        key="queues",
        title="Oldest message",
        target="maxSeries(stats.gauges.queues.*.oldest)",
        unit="s",
        says="s has the oldest message waited",
        kind=Kind.LEVEL,
        bad=Bad.NEITHER,
        window=20,
        limits=_OLD,
        rows=queues,
        rows_title="Queues",
    ),
    Spec(
        key="vendors",
        title="Failed calls",
        target="sumSeries(stats.counters.third_failed.*.rate)",
        over="sumSeries(stats.timers.third.*.count_ps)",
        unit="%",
        says="% of calls of others fail",
        kind=Kind.SHARE,
        bad=Bad.UP,
        fewest=5,
        least=5,
        limits=Limits(5, 25),
        rows=vendors,
        rows_title="Whom the shop calls",
    ),
    Spec(
        key="data",
        title="Statements, p95",
        target="stats.timers.sql.ms.upper_95",
        unit="ms",
        says="ms is the 95th percentile of statements",
        kind=Kind.TIME,
        bad=Bad.UP,
        window=20,
        least=10,
        rows=statements,
        rows_title="Statements",
        judged=True,
    ),
    Spec(
        key="jobs",
        title="Jobs that failed",
        target="sumSeries(stats.counters.jobs_failed.*.rate)",
        scale=3600,
        unit="/h",
        says="runs an hour failed",
        kind=Kind.AMOUNT,
        bad=Bad.NEITHER,
        window=3600,
        limits=Limits(0, 5),
        rows=jobs,
        rows_title="Jobs of the last hour, and how long they took",
    ),
    Spec(
        key="cache",
        title="Cache hits",
        target="stats.counters.varnish.hits.rate",
        over="sumSeries(stats.counters.varnish.{hits,misses}.rate)",
        unit="%",
        says="% of requests are answered from the cache",
        kind=Kind.SHARE,
        bad=Bad.DOWN,
        least=10,
        rows=cache,
        only_when_counted=True,
    ),
)


TILES = standard()
