"""Counting: which stats there are in this shop, and where they go."""

from collections.abc import Iterable

from opensky.devo.credits.events import CREDIT_GRANTED
from opensky.devo.members.events import MEMBER_LOGGED_IN
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.payments.watched import STATS as OF_PAYMENTS
from opensky.events import Event
from opensky.events.declarations import declarations
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.kernel.watching import Watch, both
from opensky.osis.partners.mail import STATS as OF_LETTERS
from opensky.osis.runtime.stats import STATS as OF_THE_BUS
from opensky.persistence.watched import KINDS, WAITING
from opensky.settings import NOWHERE, Settings
from opensky.stats import Names, Stats
from opensky.stats.client import Datagrams
from opensky.web.stats import REQUESTS
from opensky.web.stats import STATS as OF_THE_WEB
from opensky.wiring.traces import watch_spans

COUNTED_FIRST = 1000
"""Before any listener can stop the event."""
LOGGED_IN, PAID, CREDITED = "members.logged_in", "money.paid", "money.credited"
MEMBERS = "members.active"
SQL, DOCUMENTS = "sql.ms", "documents.ms"
_ROUTES, _DOCUMENTS, _THIRD, _FAILED = "web.routes.", "documents.", "third.", "third_failed."
OF_STORES = (SQL, WAITING, *KINDS, DOCUMENTS, "documents.*", "third.*", "third_failed.*")
"""Statements, waiting, calls of a document store, calls of third parties: what any process of the shop does."""
EVERYWHERE = (
    "process.*.beats",
    "jobs.*",
    "jobs_failed.*",
    "alerts.raised",
    LOGGED_IN,
    PAID,
    CREDITED,
    *OF_PAYMENTS,
    *OF_STORES,
)


def web_stats(settings: Settings) -> Stats:
    """Return what the shop counts with: its events, and the answers of the web."""
    return _stats(settings, (*(each.name for each in declarations()), *OF_THE_WEB), "web")


def bus_stats(settings: Settings) -> Stats:
    """Return what the bus counts with: its flows, its queues, its letters."""
    return _stats(settings, (*OF_THE_BUS, *OF_LETTERS, MEMBERS), "bus")


def watch_of(stats: Stats) -> Watch | None:
    """Return whom statements and calls are told to, so that they are counted, and spans made of them; nobody where neither is."""
    return both(_counting(stats), watch_spans())


def _counting(stats: Stats) -> Watch | None:
    if not stats.sends:
        return None
    time, count = stats.time, stats.one

    def told(name: str, ms: float, _text: str = "", *, failed: bool = False) -> None:
        time(name, ms)
        if failed and name.startswith(_THIRD):
            count(_FAILED + name.removeprefix(_THIRD))

    return told


def whole_of(name: str) -> str:
    """Return of what a timer is a part: ``sql.ms`` of ``sql.select``. Waiting is part of nothing."""
    if name in KINDS:
        return SQL
    if name.startswith(_ROUTES):
        return REQUESTS
    return DOCUMENTS if name.startswith(_DOCUMENTS) else ""


class EventCounter:
    """Counts each event that is dispatched, by its name. One whose transaction is rolled back has been dispatched, too."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats
        self._count = stats.one

    def __call__(self, event: Event) -> None:
        self._count(event.name)
        if event.name == ORDER_PAID:
            self._stats.increment(PAID, event.subject.total.minor)
        elif event.name == MEMBER_LOGGED_IN:
            self._count(LOGGED_IN)
        elif event.name == CREDIT_GRANTED and isinstance(amount := event["amount"], Money):
            self._stats.increment(CREDITED, amount.minor)


def _stats(settings: Settings, names: Iterable[str], role: str) -> Stats:
    """Return a client; raises ``Misconfigured`` for an address that is none."""
    if settings.stats_url in {"", NOWHERE}:
        return Stats()
    try:
        wire = Datagrams(settings.stats_url)
        return Stats(Names((*names, *EVERYWHERE)), wire, beat=f"process.{role}.beats", whole=whole_of)
    except ValueError as error:
        raise Misconfigured(f"stats_url: {error}") from error
