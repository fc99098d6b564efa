"""The post, as flows reach it. What writes letters and speaks SMTP is loaded with the first letter: the bus is to stay small."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from opensky.kernel.watching import Calls, Watch
from opensky.mail import Letter
from opensky.stats import Stats

if TYPE_CHECKING:
    from opensky.mail.sending import Mailer


TOOK, SENT, FAILED = STATS = ("letters.ms", "letters.sent", "letters.failed")
"""How long writing and handing over a letter takes; letters that were taken; tries that failed."""


class Letters:
    """Sends letters; one for the process."""

    def __init__(self, make: "Callable[[], Mailer]", stats: Stats | None = None, watch: Watch | None = None) -> None:
        self._make = make
        self._stats = stats or Stats()
        self._calls = Calls(TOOK, watch)
        self._made: Mailer | None = None
        self._lock = Lock()

    def send(self, letter: Letter, id_: int) -> str:
        """Send a letter under the id of its message and return what became of it; raises as ``Mailer.send`` does."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
        try:
            with self._calls.timed(letter.kind):
                state = self._made.send(letter, id_)
        except Exception:
            self._stats.increment(FAILED)
            raise
        if state == "sent":
            self._stats.increment(SENT)
        return state
