"""The bus in the admin: queues, what is in them, and journeys drawn as sequences."""

from opensky.devo.bus.addresses import ABOUT, BOOKS, BUS, JOURNEYS, QUEUE, about_path
from opensky.devo.bus.views import MINUTES
from opensky.devo.bus.watching import BusWatch
from opensky.kernel.errors import NotFound
from opensky.kernel.ids import read_id
from opensky.messaging import About
from opensky.messaging.traces import REQUEST
from opensky.persistence.cursors import id_before
from opensky.web import Page, Redirect, access, page

LONGEST_LOOK = 24 * 7


class QueueAdmin:
    """Queues and journeys: nothing is changed here."""

    def __init__(self, bus: BusWatch) -> None:
        self._bus = bus

    @page(BUS, access=access.STAFF)
    def queues(self) -> Page:
        """Show how every queue stands."""
        lines = self._bus.queues()
        return Page(
            "admin/bus_queues.html",
            here=BUS,
            lines=lines,
            minutes=MINUTES,
            dead=sum(each.dead for each in lines),
            live=sum(each.live for each in lines),
            stalled=min((each.stalled for each in lines if each.stalled), default=None),
            idle=not any(each.minutes and sum(each.minutes[-2:]) for each in lines),
        )

    @page(QUEUE, access=access.STAFF)
    def queue(self, name: str) -> Page:
        """Show one queue: what waits in it, and what was handled last."""
        return Page("admin/bus_queue.html", here=BUS, queue=self._bus.queue(name), minutes=MINUTES)

    @page(BOOKS, access=access.STAFF)
    def books(self, hours: str = "1") -> Page:
        """Compare what each step says it has sent with where those messages are."""
        asked = min(max(read_id(hours) or 1, 1), LONGEST_LOOK)
        return Page("admin/bus_books.html", here=BUS, books=self._bus.books(asked), choices=(1, 24, LONGEST_LOOK))

    @page(JOURNEYS, access=access.STAFF)
    def journeys(self, q: str = "", before: str = "") -> Page | Redirect:
        """List the newest journeys; a number leads to the journey of that message, the id of a request to those that it has begun."""
        wanted = q.strip()
        number = read_id(wanted)
        if number is not None:
            try:
                self._bus.journey(number)
                return Redirect(f"{JOURNEYS}/{number}")
            except NotFound:
                pass
        if wanted and self._bus.journeys_of(About(REQUEST, wanted)):
            return Redirect(about_path(REQUEST, wanted))
        lines, older = self._bus.newest(id_before(before))
        return Page("admin/bus_journeys.html", here=JOURNEYS, lines=lines, older=older, query=wanted)

    @page(f"{JOURNEYS}/{{message_id:int}}", access=access.STAFF)
    def journey(self, message_id: int) -> Page:
        """Draw the journey that a message belongs to."""
        return Page("admin/bus_journey.html", here=JOURNEYS, journeys=[self._bus.journey(message_id)], subject=None)

    @page(ABOUT, access=access.STAFF)
    def about(self, kind: str, id: str) -> Page:
        """Draw the journeys that something, such as an order, has been part of."""
        about = About(kind, id)
        return Page(
            "admin/bus_journey.html",
            here=JOURNEYS,
            journeys=self._bus.journeys_of(about)[::-1],  # as it came about
            subject=self._bus.named(about),
        )
