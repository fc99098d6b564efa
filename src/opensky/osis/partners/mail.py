"""The post, as flows reach it. What writes letters and speaks SMTP is loaded with the first letter: the bus is to stay small."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from opensky.mail import Letter

if TYPE_CHECKING:
    from opensky.mail.sending import Mailer


class Letters:
    """Sends letters; one for the process."""

    def __init__(self, make: "Callable[[], Mailer]") -> None:
        self._make = make
        self._made: Mailer | None = None
        self._lock = Lock()

    def send(self, letter: Letter, id_: int) -> str:
        """Send a letter under the id of its message and return what became of it; raises as ``Mailer.send`` does."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return self._made.send(letter, id_)
