"""The weekly letter: what those whom a member follows have published since the last one. Written for those who asked for it."""

from datetime import datetime, timedelta

from opensky.devo.feed.manager import FeedManager
from opensky.devo.letters.manager import UNSUBSCRIBE, LetterManager
from opensky.devo.letters.objects import NEWS, LetterSubscription
from opensky.devo.letters.repository import LetterRepository
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.products.views import CardRow
from opensky.kernel.clock import Clock
from opensky.mail import Letter
from opensky.persistence.cursors import Cursor
from opensky.web.formats import money

WEEK = timedelta(days=7)
EARLY = timedelta(hours=12)
"""So much before a week is over a letter is due: a job of each Monday morning is not put off by minutes."""
FINDS = 12
BATCH = 100


class NewsManager:
    """Writes weekly letters, a batch of members at a time; whoever calls commits after each."""

    def __init__(
        self,
        subscriptions: LetterRepository,
        letters: LetterManager,
        members: MemberManager,
        feed: FeedManager,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._letters = letters
        self._members = members
        self._feed = feed
        self._clock = clock

    def write(self, after: int = 0) -> tuple[int, int | None]:
        """Write the letters of the next members; return how many, and after whom to go on, or ``None`` if those were all.

        That a letter was written is kept in the transaction that sends it: however often this is called, or dies, a member gets
        one a week, and none in a week that brought nothing.
        """
        found = self._subscriptions.subscribers(NEWS, after, BATCH)
        written = sum(self._written(each) for each in found)
        return written, found[-1] if len(found) == BATCH else None

    def _written(self, member_id: MemberId) -> bool:
        now = self._clock.now()
        subscription = self._subscriptions.subscription(member_id, NEWS)
        if subscription is None or (subscription.written_at and now - subscription.written_at < WEEK - EARLY):
            return False
        since = subscription.written_at or max(subscription.since, now - WEEK)
        finds = self._finds(subscription, since, now)
        if not finds:
            return False
        self._letters.send(self._letter(self._members.shown(member_id), finds))
        subscription.written_at = now
        return True

    def _finds(self, subscription: LetterSubscription, since: datetime, now: datetime) -> list[CardRow]:
        page = self._feed.page(subscription.member_id, Cursor(now, 0), FINDS)
        return (
            [] if page.discovery else [card for card in page.cards if card.published_at > since and not card.sold_out]
        )

    def _letter(self, member: Member, finds: list[CardRow]) -> Letter:
        shown = [
            {
                "name": each.name,
                "price": money(each.price),
                "path": f"/products/{each.slug}",
                "seller": each.seller_name,
            }
            for each in finds
        ]
        return Letter(
            kind="news",
            to=member.email,
            name=member.name,
            data={"finds": shown},
            links={"feed": "/feed"},
            sealed={UNSUBSCRIBE: self._letters.unsubscribe_link(member.id, NEWS)},
            topic=NEWS,
        )
