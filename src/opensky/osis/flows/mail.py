"""Letters: what DEVO wants said to somebody is written, and handed to the post, once."""

from opensky.mail import QUEUE, BrokenLetter, Letter, PostUnavailable, Refused
from opensky.messaging import Message
from opensky.osis.partners.mail import Letters
from opensky.osis.runtime import Backoff, Reject, Unavailable, flow, payload


@payload(QUEUE)
class LetterDue(Letter, kw_only=True):
    """A letter that is to be sent."""


@flow(QUEUE, retry=Backoff(times=20, base=15, cap=7200), limit=2, breaker="mail", timeout=120)
def send_letter(letter: LetterDue, message: Message, letters: Letters) -> None:
    """Write a letter and hand it over; what became of it is kept under the id of its message."""
    try:
        letters.send(letter, message.id)
    except PostUnavailable as error:
        raise Unavailable(error.message) from error
    except (BrokenLetter, Refused) as error:
        raise Reject(error.message) from error
