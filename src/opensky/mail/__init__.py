"""Mail: a letter as plain data becomes HTML and text, an envelope, and something that was handed over once.

This door loads neither templates nor the modules of e-mail: whoever only asks for a letter to be sent pays for neither.
"""

from opensky.mail.errors import BrokenLetter, MailError, PostUnavailable, Refused
from opensky.mail.letter import QUEUE, Letter, Sealed
from opensky.mail.objects import Delivery, Stop

__all__ = [
    "QUEUE",
    "BrokenLetter",
    "Delivery",
    "Letter",
    "MailError",
    "PostUnavailable",
    "Refused",
    "Sealed",
    "Stop",
]
