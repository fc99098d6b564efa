"""Letters on the bus: what DEVO sends is what OSIS takes, and each end of a letter is an end of its message."""

from pathlib import Path

import msgspec
import pytest

from opensky.devo.letters.examples import EXAMPLES
from opensky.devo.letters.manager import LetterManager
from opensky.mail import QUEUE, BrokenLetter, Letter, PostUnavailable, Refused
from opensky.osis.flows.mail import LetterDue, send_letter
from opensky.osis.partners.mail import Letters
from opensky.osis.runtime.payloads import destination, message, opened
from opensky.testing.bus import running


class Raising:
    """A post that raises."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.sent: list[int] = []

    def send(self, letter: Letter, id_: int) -> str:
        """Take a letter, or raise."""
        if self.error:
            raise self.error
        self.sent.append(id_)
        return "sent"


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_what_devo_sends_is_what_osis_takes(kind: str) -> None:
    """The two never import each other; the room below both has the shape."""
    sent = msgspec.to_builtins(EXAMPLES[kind])
    taken = opened(sent, LetterDue)

    assert msgspec.to_builtins(taken) == sent
    assert (destination(LetterDue).queue, message(taken).type) == (QUEUE, "LetterDue")
    assert LetterManager.send.__globals__["_TYPE"] == "LetterDue"


@pytest.mark.parametrize(
    ("error", "waits", "dead"),
    [
        (None, 0, 0),
        (PostUnavailable("The server is full."), 1, 0),
        (Refused("554 spam", bounce=False), 0, 1),
        (BrokenLetter("There is no such template."), 0, 1),
    ],
)
def test_a_letter_is_sent_tried_again_or_kept_for_staff(error: Exception | None, waits: int, dead: int) -> None:
    """Only what may be taken later is tried again."""
    post = Raising(error)
    with running(send_letter, services={Letters: post}) as bus:
        [id_] = bus.send(LetterDue(kind="welcome", to="ada@example.org"))
        bus.work()
        assert sum(each.waiting for each in bus.queue.depths()) == waits
        assert [each.cause.partition(":")[0] for each in bus.dead.listed()] == ["Reject"] * dead
    assert post.sent == ([] if error else [id_])


def test_what_writes_letters_is_loaded_with_the_first_one(tmp_path: Path) -> None:
    """A bus that sends no letters stays small."""
    made: list[str] = []

    class Mailer:
        def send(self, letter: Letter, id_: int) -> str:
            """Send."""
            return f"{letter.kind} {id_}"

    def make() -> Mailer:
        made.append("once")
        return Mailer()

    letters = Letters(make)  # type: ignore[arg-type]
    assert made == []
    assert [letters.send(Letter(kind="welcome", to="a@b"), n) for n in (1, 2)] == ["welcome 1", "welcome 2"]
    assert made == ["once"]
