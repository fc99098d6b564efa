"""What the pages of the bus show: frozen values for the templates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from opensky.devo.bus.journeys import Drawing
from opensky.messaging.books import Books, Unbalanced


class Thing(Struct, frozen=True):
    """Something that a journey was about, and its page in the admin, if it has one."""

    kind: str
    name: str
    path: str = ""


class QueueLine(Struct, frozen=True):
    """How one queue stands; ``broker``: to be published to it, or there. ``stalled`` since then: what could be taken is not. ``minutes`` were handled, one number each."""

    name: str
    flow: str
    sentence: str
    ready: int = 0
    waiting: int = 0
    taken: int = 0
    broker: int = 0
    dead: int = 0
    oldest: datetime | None = None
    stalled: datetime | None = None
    minutes: Sequence[int] = ()

    @property
    def handled(self) -> int:
        """How many were handled in the minutes that are shown."""
        return sum(self.minutes)

    @property
    def highest(self) -> int:
        """The busiest of these minutes."""
        return max((*self.minutes, 1))

    @property
    def live(self) -> int:
        """How many are not at their end yet."""
        return self.ready + self.waiting + self.taken + self.broker


class MessageLine(Struct, frozen=True):
    """One message in a list. ``path`` is its own page, if it is a dead letter."""

    id: int
    type: str
    state: str
    said: str
    put_at: datetime
    correlation: int
    queue: str = ""
    sender: str = ""
    receiver: str = ""
    attempt: int = 0
    waited: str = ""
    error: str = ""
    path: str = ""
    number: int = 1
    at: datetime | None = None


class QueueView(Struct, frozen=True):
    """One queue: its messages, and what was handled last."""

    line: QueueLine
    live: Sequence[MessageLine]
    more: int
    handled: Sequence[MessageLine]
    usual: str


class JourneyLine(Struct, frozen=True):
    """One journey in the list."""

    correlation: int
    type: str
    queue: str
    began_at: datetime
    messages: int
    live: int
    dead: int
    subjects: Sequence[Thing]


class JourneyView(Struct, frozen=True):
    """One journey, drawn and listed."""

    correlation: int
    began_at: datetime
    lasted: str
    messages: Sequence[MessageLine]
    drawing: Drawing
    subjects: Sequence[Thing]
    live: int
    dead: int
    discarded: int
    whole: bool
    requests: Sequence[str] = ()
    """The request that began it, by the id that its answer and the logs name."""


class BooksView(Struct, frozen=True):
    """Whether what was sent in the last hours is all there, and of which steps it is not."""

    hours: int
    kept: Books
    wrong: Sequence[Unbalanced]


class CauseLine(Struct, frozen=True):
    """What died of the same."""

    key: str
    queue: str
    cause: str
    letters: int
    last_at: datetime
    newest: int


class ActLine(Struct, frozen=True):
    """What somebody did with a letter."""

    at: datetime
    by: str
    act: str
    fields: str
    reason: str


class LetterView(Struct, frozen=True):
    """A dead letter. ``bare`` says that what is personal is shown."""

    id: int
    type: str
    queue: str
    flow: str
    died_at: datetime
    put_at: datetime
    tries: int
    correlation: int
    way: Sequence[str]
    cause: str
    key: str
    body: str
    cut: bool
    error: str
    masked: int
    bare: bool
    acts: Sequence[ActLine]
    headers: Sequence[tuple[str, str]] = ()


class Decision(Struct, frozen=True):
    """What is about to be done, for somebody to confirm."""

    title: str
    sentence: str
    path: str
    label: str
    back: str
    danger: bool = False
    until: str = ""


MINUTES = 30
STALLED_AFTER = timedelta(minutes=1)
