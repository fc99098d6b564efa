"""Every question that is asked about letters."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from opensky.devo.letters.objects import LetterSubscription
from opensky.devo.members.objects import MemberId
from opensky.mail import Delivery, Stop
from opensky.mail.objects import EVERYTHING
from opensky.persistence import Query, Reader, UnitOfWork, table

_subscriptions = table(LetterSubscription)

_SUBSCRIBERS = Query(
    select(_subscriptions.c.member_id)
    .where(_subscriptions.c.topic == bindparam("topic"), _subscriptions.c.member_id > bindparam("after"))
    .order_by(_subscriptions.c.member_id)
    .limit(bindparam("most")),
    int,
)


class LetterRepository:
    """Keeps who wants letters, and reads what became of them."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def subscription(self, member_id: MemberId, topic: str) -> LetterSubscription | None:
        """Does this member want letters of this topic?"""
        return self._unit.get(LetterSubscription, member_id, topic)

    def subscribe(self, subscription: LetterSubscription) -> None:
        """Keep that a member wants letters."""
        self._unit.persist(subscription)

    def unsubscribe(self, subscription: LetterSubscription) -> None:
        """Forget that a member wanted letters."""
        self._unit.remove(subscription)

    def subscribers(self, topic: str, after: int, most: int) -> Sequence[MemberId]:
        """Who wants letters of this topic? In the order of their ids, those after one of them."""
        return [MemberId(each) for each in self._reader.fetch(_SUBSCRIBERS, topic=topic, after=after, most=most)]

    def stop(self, address: str, topic: str = EVERYTHING) -> Stop | None:
        """Why does this address get no letters of this topic?"""
        return self._unit.get(Stop, address, topic)

    def lift(self, stop: Stop) -> None:
        """Send letters to this address again."""
        self._unit.remove(stop)

    def deliveries(self, words: str, before: int, most: int) -> list[Delivery]:
        """Which letters were there, the newest first: all, or those to an address or about one thing?"""
        asked: dict[str, object] = {"id": {"$lt": before}}
        if words:
            asked["address" if "@" in words else "about"] = words
        return self._unit.find(Delivery, asked, sort=("-id",), limit=most)
