"""The feed's page."""

from opensky.devo.feed.manager import FeedManager
from opensky.devo.storefront.showing import CARDS, feed_listing
from opensky.kernel.clock import Clock
from opensky.persistence.cursors import Cursor
from opensky.web import Page, Visitor, access, page


class FeedController:
    """What those whom one follows have found."""

    def __init__(self, feed: FeedManager, visitor: Visitor, clock: Clock) -> None:
        self._feed = feed
        self._visitor = visitor
        self._clock = clock

    @page("/feed", access=access.MEMBER)
    def show(self, before: str = "") -> Page:
        """Show the newest of those whom the member follows, or of everybody when there is nothing."""
        found = self._feed.page(self._visitor.require_member(), Cursor.read(before), CARDS)
        return Page(
            "feed.html",
            listing=feed_listing(found, self._clock.now()),
            discovery=found.discovery,
            following=found.following,
        )
