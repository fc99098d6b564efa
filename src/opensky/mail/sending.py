"""Sending: a letter is written, handed to the post, and what became of it is written down, under the id of its message.

The post is asked between two transactions. Whoever handles the message again, because a process died or staff replayed it,
finds what the first had written: a letter that was taken is not handed over twice. Only where a process dies after the server took
a letter and before that could be written down is it handed over once more, with the same ``Message-ID``, and its tries tell it.
"""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from opensky.kernel.clock import Clock
from opensky.kernel.doing import note
from opensky.logs import tell
from opensky.mail.envelope import Sender, enveloped
from opensky.mail.errors import BrokenLetter, PostUnavailable, Refused
from opensky.mail.letter import Letter
from opensky.mail.objects import EVERYTHING, LONGEST_ANSWER, Delivery, State, Stop, Why
from opensky.mail.rendering import Renderer
from opensky.persistence import Database, UnitOfWork

_ENDED = frozenset({"sent", "withheld"})
"""What is left alone. A refused letter is tried again once staff has mended and replayed it."""


class Post(Protocol):
    """Takes letters over."""

    def hand_over(self, id_: int, message: EmailMessage, to: str) -> str:
        """Take a letter over and return a word about it. The same id is the same letter.

        Raises:
            PostUnavailable: not now.
            Refused: never.
        """

    def close(self) -> None:
        """Let go of what is held open."""


class Mailer:
    """Sends letters, each once. Safe for any number of threads, as long as no two have the same message."""

    def __init__(self, database: Database, renderer: Renderer, post: Post, sender: Sender) -> None:
        self._database = database
        self._renderer = renderer
        self._post = post
        self._sender = sender
        self._clock: Clock = database.clock

    def send(self, letter: Letter, id_: int) -> State:
        """Send a letter under the id of its message and return what became of it; one that has ended is left alone.

        Raises:
            BrokenLetter: it cannot be written.
            PostUnavailable: the post does not take it now.
            Refused: the post takes no such letter; where it takes none for that *address*, this is an end, and not raised.
        """
        note(letter=letter.kind)
        withheld, ended = self._begin(letter, id_)
        if ended:
            return ended
        if withheld:
            return self._end(id_, "withheld", withheld)
        try:
            message = enveloped(self._renderer.write(letter), letter, self._sender, id_, self._clock.now())
            said = self._post.hand_over(id_, message, letter.to)
        except PostUnavailable as error:
            said = error.message
            self._note(id_, lambda delivery, now: _said(delivery, said, now))
            raise
        except Refused as error:
            state = self._end(id_, "refused", error.message, bounced=letter.to if error.bounce else "")
            if not error.bounce:
                raise
            return state
        except BrokenLetter as error:
            self._end(id_, "refused", error.message)
            raise
        return self._end(id_, "sent", said)

    def _begin(self, letter: Letter, id_: int) -> tuple[str, State | None]:
        """Note that a hand-over begins; return why it must not, and how the letter has ended if it has."""
        with self._database.unit_of_work() as unit:
            now = unit.clock.now()
            delivery = unit.get(Delivery, id_)
            if delivery is not None and delivery.state in _ENDED:
                return "", delivery.state
            if delivery is None:
                delivery = Delivery(
                    id=id_, kind=letter.kind[:60], address=letter.to[:254], about=letter.about[:80], begun_at=now
                )
                unit.persist(delivery)
            delivery.state, delivery.tries, delivery.ended_at = "sending", delivery.tries + 1, None
            withheld = _why_not(unit, letter, now)
            unit.commit()
        return withheld, None

    def _end(self, id_: int, state: State, answer: str, *, bounced: str = "") -> State:
        def end(delivery: Delivery, now: datetime) -> None:
            _said(delivery, answer, now)
            delivery.state = state

        self._note(id_, end, bounced)
        tell(f"letter.{state}", message=id_, said=answer)
        return state

    def _note(self, id_: int, change: Callable[[Delivery, datetime], None], bounced: str = "") -> None:
        with self._database.unit_of_work() as unit:
            delivery = unit.get(Delivery, id_)
            if delivery is not None:
                change(delivery, unit.clock.now())
                if bounced:
                    stop(unit, bounced, EVERYTHING, "bounced", delivery.answer)
            unit.commit()


def stop(unit: UnitOfWork, address: str, topic: str, why: Why, answer: str = "") -> None:
    """Have no letters of a topic sent to an address any more; a stop that is there stays as it is."""
    if unit.get(Stop, address, topic) is None:
        at = unit.clock.now()
        unit.persist(Stop(address=address, topic=topic, why=why, answer=answer[:LONGEST_ANSWER], at=at))


def _why_not(unit: UnitOfWork, letter: Letter, now: datetime) -> str:
    """Return why a letter must not be sent; nothing if it may."""
    if letter.until and now.timestamp() > letter.until:
        return "It is of no use any more."
    if not letter.topic:
        return ""
    for topic in (EVERYTHING, letter.topic):
        found = unit.get(Stop, letter.to, topic)
        if found is not None:
            return f"This address has {found.why}."
    return ""


def _said(delivery: Delivery, answer: str, now: datetime) -> None:
    delivery.answer, delivery.ended_at = answer[:LONGEST_ANSWER], now
