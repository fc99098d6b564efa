"""What staff decided about messages that were given up, and how the flows of the bus are called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Struct

from opensky.kernel.ids import MemberId
from opensky.mapping import Id, Index, Length, Personal, entity

Act = Literal["retried", "edited", "discarded", "looked into"]
DEVO = "DEVO"
"""The lane of the web application, in which journeys begin unless their flow says otherwise."""


@entity("letter_acts", Index("letter_id", "id"), Index("correlation", "id"))
@dataclass(eq=False, kw_only=True)
class LetterAct:
    """Somebody tried a dead letter again, edited it, discarded it, or looked at what is masked in it.

    It outlives the letter: of a discarded one it is all that is left. ``fields`` names what was edited, never what it says.
    """

    id: Annotated[int, Id()]
    letter_id: int
    act: Annotated[Act, Length(0, 16)]
    queue: Annotated[str, Length(0, 120)]
    type: Annotated[str, Length(0, 120)] = ""
    correlation: int
    causation: int = 0
    attempt: int = 0
    fields: Annotated[str, Length(0, 500)] = ""
    reason: Annotated[str, Personal("account"), Length(0, 300)] = ""
    member_id: Annotated[MemberId | None, Personal("account")] = None
    member_name: Annotated[str, Personal("identity"), Length(0, 120)] = ""
    at: datetime


class FlowNote(Struct, frozen=True):
    """One flow, as the admin names it: the queue that it is on, the types that it sends, and whom it asks.

    ``begins`` is where a first message of the queue comes from; ``calls_back`` says that it tells DEVO.
    """

    queue: str
    name: str
    sentence: str = ""
    sends: frozenset[str] = frozenset()
    asks: tuple[str, ...] = ()
    calls_back: bool = False
    begins: str = DEVO


Check = Callable[[str, Mapping[str, Any]], str]
"""Says what a queue's flow would find wrong with parameters; nothing if it could read them."""


def _unchecked(_queue: str, _parameters: Mapping[str, Any]) -> str:
    return ""


class Flows:
    """The flows of the bus by queue. Made by the composition root: DEVO and OSIS share messages, never code."""

    def __init__(self, notes: Iterable[FlowNote] = (), check: Check = _unchecked) -> None:
        self._of: Mapping[str, FlowNote] = {each.queue: each for each in notes}
        self.problem = check

    def of(self, queue: str) -> FlowNote:
        """Return the flow on a queue; one without a name where nobody handles it here."""
        return self._of.get(queue) or FlowNote(queue, "")

    @property
    def queues(self) -> list[str]:
        """The queues that have a flow."""
        return sorted(self._of)
